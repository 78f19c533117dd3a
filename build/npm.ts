/** The npm that runs the build, or else the one on the PATH. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(import.meta.dirname, '..');

const LONGEST_MS = 300_000;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** Runs npm in the project's folder. @returns its stdout; rejects when it fails, with its output in `stderr` */
export async function npm(...args: readonly string[]): Promise<string> {
  const script = process.env['npm_execpath'];
  const [file, ...first] = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  const options = { cwd: ROOT, timeout: LONGEST_MS, maxBuffer: LARGEST_OUTPUT };
  const { stdout } = await promisify(execFile)(file, [...first, ...args], options);
  return stdout;
}
