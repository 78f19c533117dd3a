/**
 * Checks whether a config file can be trusted. Its options name commands, files to overwrite and upload destinations,
 * so a user who can write to the file could act as the user who runs apim-probe.
 */
import { execFileSync } from 'node:child_process';
import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quotePath } from '../common/mask.ts';
import { shellQuote } from '../common/shell-quote.ts';

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** The owner of a file, and who else may write to it. */
type Ownership = Pick<Stats, 'uid' | 'mode'>;

/**
 * Checks an open config file, its folder and the folder that its link leads to.
 * @param path absolute
 * @param file status of the open file, so that it cannot be replaced after this check
 * @param uid of this process; null on Windows
 * @returns a predicate with the command that fixes it ("belongs to …"), or null when the file can be trusted
 */
export function configFileProblem(path: string, file: Ownership, uid: number | null): string | null {
  if (uid === null) return null;
  const folders = new Set([dirname(path), dirname(realpathSync(path))]);
  const folderProblems = [...folders].map((folder) => folderProblem(path, folder, statSync(folder), uid));
  return fileProblem(path, file, uid) ?? folderProblems.find((problem) => problem !== null) ?? null;
}

function fileProblem(path: string, { uid: owner, mode }: Ownership, uid: number): string | null {
  const place = shellQuote(path);
  if (uid === 0) {
    if (owner !== 0)
      return `belongs to user ${owner}; root reads only config files that root owns. Check its content, then: chown root: ${place} && chmod go-w ${place}`;
    return (mode & (GROUP_WRITE | OTHERS_WRITE)) === 0
      ? null
      : `can be written by users other than root, so root does not read it. Check its content, then: chmod go-w ${place}`;
  }
  if (owner !== uid && owner !== 0)
    return `belongs to user ${owner}, and only that user can use it. Make your own copy: cp ${place} my-config.yaml, and give --config my-config.yaml`;
  return (mode & OTHERS_WRITE) === 0
    ? null
    : `can be written by every user of this machine. Check its content, then: chmod o-w ${place}`;
}

/** With the sticky bit, as in /tmp, only the owner of a file can replace it. */
function folderProblem(path: string, folder: string, status: Ownership, uid: number): string | null {
  const place = quotePath(folder);
  const isSticky = (status.mode & STICKY) !== 0;
  if (uid === 0 && status.uid !== 0) {
    const copy = shellQuote(join('/etc/apim-probe', 'config.yaml'));
    return `is in the folder ${place} of user ${status.uid}, who can replace it. Copy it to a folder that root owns: install -D -m 644 ${shellQuote(path)} ${copy}`;
  }
  const writers = uid === 0 ? GROUP_WRITE | OTHERS_WRITE : OTHERS_WRITE;
  if (isSticky || (status.mode & writers) === 0) return null;
  const [who, bits] = uid === 0 ? ['users other than root', 'go-w'] : ['every user of this machine', 'o-w'];
  return `is in the folder ${place}, where ${who} can replace it: chmod ${bits} ${shellQuote(folder)}`;
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
 * The same check on Windows for the machine's config file: every user may create folders in ProgramData.
 * @param owners queries the system; returns this user's SID and those of the owners of file and folder
 * @returns a predicate, or null when file and folder belong to an administrator or to this user
 */
export function windowsConfigProblem(path: string, owners = windowsOwners): string | null {
  const [user, ...found] = owners(path);
  const trusted = [...WINDOWS_ADMINISTRATORS, user];
  const other = found.find((owner) => !trusted.includes(owner));
  if (found.length === 2 && other === undefined) return null;
  const owner = other === undefined ? 'an unknown owner' : other;
  return `or its folder belongs to ${owner}, not to an administrator. Check its content, then as an administrator: takeown /A /F "${path}" and takeown /A /F "${dirname(path)}"; or name the file with --config`;
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
