/**
 * The program in a process of its own: from source, through its starter, or the built file that the variable
 * PROGRAM_UNDER_TEST names (`npm run test:built` sets it).
 */
import { type StdioOptions, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const STARTER = join(import.meta.dirname, '../../bin/apim-probe');

const named = process.env['PROGRAM_UNDER_TEST'];

/** The built file, or null when the sources are under test. */
export const BUILT = named === undefined || named === '' ? null : resolve(named);

/** For the environment of a program from source, where it is otherwise empty: see test/own-environment.mjs. */
export const KEEPS_COMPILED: NodeJS.ProcessEnv =
  BUILT === null ? { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] } : {};

/** Without a locale the program writes ASCII. */
export const LOCALE: NodeJS.ProcessEnv = { LANG: 'C.UTF-8' };

/** What starts the program under test. */
export const PROGRAM: readonly [string, ...string[]] = commandOf(BUILT);

function commandOf(built: string | null): [string, ...string[]] {
  if (built === null) return [STARTER];
  return built.endsWith('.mjs') ? [process.execPath, built] : [built];
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Circumstances {
  readonly cwd?: string | undefined;
  /** Its whole environment, but for its locale, and where the sources' runtime keeps what it compiled. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called once, at its first output on stderr. */
  readonly onStderr?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Its stdout: captured, closed at once, or written to this file handle. */
  readonly stdout?: 'captured' | 'closed' | number;
  /** What its stdin holds; without it stdin is empty. */
  readonly stdin?: Uint8Array | undefined;
}

/** Starts a command and waits for its end. */
export function start(
  [file, ...first]: readonly [string, ...string[]],
  args: readonly string[],
  { cwd, env = {}, onStderr, stdout = 'captured', stdin }: Circumstances = {},
): Promise<Ended> {
  const stdio: StdioOptions = [
    stdin === undefined ? 'ignore' : 'pipe',
    typeof stdout === 'number' ? stdout : 'pipe',
    'pipe',
  ];
  const child = spawn(file, [...first, ...args], {
    cwd,
    env: { ...LOCALE, ...KEEPS_COMPILED, ...env },
    stdio,
  });
  // A program that refuses its arguments reads none of it.
  child.stdin?.on('error', () => {}).end(stdin);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  if (stdout === 'closed') child.stdout?.destroy();
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  if (onStderr !== undefined) child.stderr?.once('data', () => onStderr((signal) => child.kill(signal)));
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (code) => done({ code, out, err }));
  });
}
