/** Where reports wait until a service has confirmed them. */
import { lstatSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Options } from '../../config/types.ts';
import { makeFolder } from '../files/make-folder.ts';

/**
 * The folder of the spool: `--spool`, `--state`, systemd's StateDirectory, the user's own state folder (XDG base
 * directories; %LOCALAPPDATA% on Windows), or one among the temporary files for users without a home.
 * @returns an absolute path; nothing is made or looked at
 */
export function spoolFolder(
  { spool, state }: Pick<Options, 'spool' | 'state'>,
  env: NodeJS.ProcessEnv,
): string {
  if (spool !== null) return spool;
  if (state !== null) return join(state, 'spool');
  // systemd separates several by colons.
  const [managed] = (env['STATE_DIRECTORY'] ?? '').split(':');
  if (managed !== undefined && isAbsolute(managed)) return join(managed, 'spool');
  const own = process.platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_STATE_HOME'];
  if (own !== undefined && isAbsolute(own)) return join(own, 'apim-probe', 'spool');
  const home = env['HOME'] ?? '';
  if (isAbsolute(home) && home !== '/') return join(home, '.local', 'state', 'apim-probe', 'spool');
  return join(tmpdir(), `apim-probe-${userInfo().username}`, 'spool');
}

/**
 * Makes the folder, for its owner alone, where it is missing.
 * @throws the file system's error, or an error when another user owns the folder: any user may have made it first
 *   among the temporary files
 */
export async function makeOwnFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  const self = process.geteuid?.();
  // The owner of the folder above could replace this one.
  const shared = dirname(dirname(folder)) === tmpdir();
  const foreign = [folder, ...(shared ? [dirname(folder)] : [])].find(
    (path) => self !== undefined && !isTrusted(lstatSync(path).uid, self, shared),
  );
  if (foreign !== undefined) {
    throw new Error(`${foreign} belongs to another user; name a folder of your own with --spool`);
  }
}

/**
 * @param owner, @param self user ids
 * @param shared whether any user may have made the folder, as among the temporary files
 */
export function isTrusted(owner: number, self: number, shared: boolean): boolean {
  if (owner === self) return true;
  // Root may work in the folder of a service, and a service in one that root made for it.
  return !shared && (owner === 0 || self === 0);
}
