/** Stands in for the process: captures what main() writes. */
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { BUILT, type Ended, LOCALE, PROGRAM, start } from './program.ts';

/**
 * Every test here ends before anything is sent. If one does not, these variables keep it on loopback: all
 * connections and queries go to a closed port.
 */
export const FENCE = {
  APIM_PROBE_CONNECT_TO: '::127.0.0.1:9',
  APIM_PROBE_DNS_SERVER: '127.0.0.1:9',
} as const;

export interface Captured extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly process: EventEmitter;
}

interface Setting {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly terminal?: boolean;
  /** What stdin holds; without it stdin is a terminal. */
  readonly stdin?: readonly Uint8Array[];
  /** Makes every write to stdout fail with this code. */
  readonly stdoutFails?: string;
}

function stream(terminal: boolean, fails?: string): { stream: NodeJS.WriteStream; text: () => string } {
  let text = '';
  const writable = new Writable({
    autoDestroy: false,
    write(chunk, _encoding, done) {
      if (fails !== undefined) return done(Object.assign(new Error(`write ${fails}`), { code: fails }));
      text += String(chunk);
      done();
    },
  });
  return {
    stream: Object.assign(writable, { isTTY: terminal, columns: 80 }) as unknown as NodeJS.WriteStream,
    text: () => text,
  };
}

export function capture({ cwd, env = {}, terminal = false, stdin, stdoutFails }: Setting): Captured {
  const stdout = stream(terminal, stdoutFails);
  const stderr = stream(false);
  return {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: () => Object.assign(Readable.from(stdin ?? []), { isTTY: stdin === undefined }),
    env: { ...LOCALE, ...FENCE, ...env },
    cwd,
    process: new EventEmitter(),
    systemConfig: `${cwd}/no-such-machine-config.yaml`,
    installedState: `${cwd}/installed-state`,
    out: stdout.text,
    err: stderr.text,
  };
}

/** Calls main() in this process; when a built file is under test, starts that instead. */
export async function invoke(argv: readonly string[], setting: Setting): Promise<Ended> {
  if (BUILT !== null) return invokeBuilt(argv, setting);
  const io = capture(setting);
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err() };
}

async function invokeBuilt(
  argv: readonly string[],
  { cwd, env, stdin, stdoutFails }: Setting,
): Promise<Ended> {
  const circumstances = { cwd, env: { ...FENCE, ...env }, stdin: stdin && Buffer.concat(stdin) };
  if (stdoutFails === undefined) return start(PROGRAM, argv, circumstances);
  if (stdoutFails === 'EPIPE') return start(PROGRAM, argv, { ...circumstances, stdout: 'closed' });
  const full = openSync('/dev/full', 'w');
  try {
    return await start(PROGRAM, argv, { ...circumstances, stdout: full });
  } finally {
    closeSync(full);
  }
}
