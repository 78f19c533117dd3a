/** Programs that read our formats and that we did not write, from Debian's packages. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * The reason to skip a test of these programs, or false. CI has them all: a missing one fails there.
 * @param needed a path of each program or module, and its package
 */
export function unlessInstalled(needed: Readonly<Record<string, string>>): string | false {
  if (process.env['CI'] !== undefined) return false;
  const missing = Object.entries(needed).filter(([path]) => !existsSync(path));
  return missing.length > 0 && `not installed: ${missing.map(([, name]) => name).join(', ')} of Debian`;
}

interface Consumed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a consumer to its end, with a text as its stdin. */
export function consume(program: string, args: readonly string[], input: string): Consumed {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    timeout: 50_000,
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  return { code: status, out: stdout, err: stderr };
}

/** The whole text of a renderer that returns it in pieces. */
export function whole(text: string | Iterable<string>): string {
  return typeof text === 'string' ? text : [...text].join('');
}
