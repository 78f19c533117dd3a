/**
 * Whether a config file may be obeyed: its options name commands, files to overwrite and places to upload to, so a file
 * that another user can write to would act in this user's name.
 */
import { execFileSync } from 'node:child_process';
import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quotePath } from '../common/mask.ts';

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** What decides: who owns it, and who else may write to it. */
type Ownership = Pick<Stats, 'uid' | 'mode'>;

/**
 * Judges an open config file and the folders that its path leads through.
 * @param path absolute
 * @param file of the open file, so that it cannot be exchanged after this check
 * @param uid of this process; null where the system has no such ids (Windows)
 * @returns a predicate with the command that fixes it ("belongs to …"), or null when the file may be obeyed
 */
export function configFileProblem(path: string, file: Ownership, uid: number | null): string | null {
  if (uid === null) return null;
  const folders = new Set([dirname(path), dirname(realpathSync(path))]);
  const ofFolders = [...folders].map((folder) => folderProblem(path, folder, statSync(folder), uid));
  return fileProblem(path, file, uid) ?? ofFolders.find((problem) => problem !== null) ?? null;
}

function fileProblem(path: string, { uid: owner, mode }: Ownership, uid: number): string | null {
  const place = shellQuote(path);
  if (uid === 0) {
    if (owner !== 0)
      return `belongs to user ${owner}, and root obeys a config file of root alone. See what it holds, then: chown root: ${place} && chmod go-w ${place}`;
    return (mode & (GROUP_WRITE | OTHERS_WRITE)) === 0
      ? null
      : `can be written by others than root, so root does not obey it. See what it holds, then: chmod go-w ${place}`;
  }
  if (owner !== uid && owner !== 0)
    return `belongs to user ${owner}, and is obeyed for that user alone. Make a copy of your own: cp ${place} my-config.yaml, and give --config my-config.yaml`;
  return (mode & OTHERS_WRITE) === 0
    ? null
    : `can be written by every user of this machine. See what it holds, then: chmod o-w ${place}`;
}

/** In a folder with the sticky bit, as /tmp, only its owner can replace a file. */
function folderProblem(path: string, folder: string, status: Ownership, uid: number): string | null {
  const place = quotePath(folder);
  const isSticky = (status.mode & STICKY) !== 0;
  if (uid === 0 && status.uid !== 0) {
    const copy = shellQuote(join('/etc/apim-probe', 'config.yaml'));
    return `is in the folder ${place} of user ${status.uid}, who can replace it. Copy it to a folder of root's: install -D -m 644 ${shellQuote(path)} ${copy}`;
  }
  const writers = uid === 0 ? GROUP_WRITE | OTHERS_WRITE : OTHERS_WRITE;
  if (isSticky || (status.mode & writers) === 0) return null;
  const [who, bits] = uid === 0 ? ['others than root', 'go-w'] : ['every user of this machine', 'o-w'];
  return `is in the folder ${place}, where ${who} can replace it: chmod ${bits} ${shellQuote(folder)}`;
}

function shellQuote(path: string): string {
  return /^[\w./+:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** LocalSystem, Administrators, TrustedInstaller ("Well-known SIDs", Microsoft). */
const WINDOWS_ADMINISTRATORS = [
  'S-1-5-18',
  'S-1-5-32-544',
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
];

/** Prints the SID of this user, then those of the owners of the file and of its folder. */
const WINDOWS_OWNERS = `
$sid = [Security.Principal.SecurityIdentifier]
[Security.Principal.WindowsIdentity]::GetCurrent().User.Value
foreach ($path in $env:CONFIG_FILE, (Split-Path -LiteralPath $env:CONFIG_FILE)) {
  (Get-Acl -LiteralPath $path).GetOwner($sid).Value
}`;

/**
 * The same on Windows, for the file of the machine: every user may make folders in ProgramData.
 * @param owners asks the system; resolves to this user's SID and those of the owners of file and folder
 * @returns a predicate, or null when file and folder belong to an administrator or to this user
 */
export function windowsConfigProblem(path: string, owners = windowsOwners): string | null {
  const [user, ...found] = owners(path);
  const trusted = [...WINDOWS_ADMINISTRATORS, user];
  const other = found.find((owner) => !trusted.includes(owner));
  if (found.length === 2 && other === undefined) return null;
  const owner = other === undefined ? 'an owner that could not be found out' : other;
  return `or its folder belongs to ${owner}, not to an administrator. See what it holds, then as an administrator: takeown /A /F "${path}" and takeown /A /F "${dirname(path)}"; or name the file with --config`;
}

function windowsOwners(path: string): string[] {
  const system = process.env['SystemRoot'] ?? 'C:\\Windows';
  const powershell = join(system, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  try {
    const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', WINDOWS_OWNERS];
    const env = { SystemRoot: system, CONFIG_FILE: path };
    const output = execFileSync(powershell, args, {
      env,
      encoding: 'utf8',
      timeout: 20_000,
      windowsHide: true,
    });
    return output.split(/\s+/).filter((line) => line !== '');
  } catch {
    return [];
  }
}
