/** The user's own command for the case that something changed, as cron would run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { printable } from '../common/printable.ts';
import { systemReason } from '../common/system-reason.ts';

/** What changed, as the command is told of it. A path is empty for a report that could not be kept. */
export interface Change {
  readonly oldReport: string;
  readonly newReport: string;
  readonly oldVerdict: string;
  readonly newVerdict: string;
}

/** ms */
const LIMIT = 60_000;
const GRACE = 2000;
/** ms that a run may spend on its command, the end of one that does not end by itself included. */
export const LONGEST_COMMAND = LIMIT + GRACE;
/** Bytes of what the command says that are passed on. */
const LARGEST_TALK = 16 * 1024;

export interface OnChangeParts {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Ends the command when it is aborted. */
  readonly signal: AbortSignal;
  /** Takes each line that the command prints. */
  readonly say: (line: string) => void;
  /** ms; shorter in tests */
  readonly limit?: number;
}

/**
 * Runs the command by the shell: `/bin/sh -c`, on Windows `cmd /d /s /c`. What changed is in its environment and
 * nowhere else, so that no value of a report can become a part of the command.
 * @returns what went wrong, as the end of a sentence, or null; never throws
 */
export async function runOnChange(
  command: string,
  change: Change,
  { env, cwd, signal, say, limit = LIMIT }: OnChangeParts,
): Promise<string | null> {
  // Not APIM_PROBE_…: those are options, and a run or comparison started by the command would refuse them.
  const told = {
    PROBE_OLD_REPORT: change.oldReport,
    PROBE_NEW_REPORT: change.newReport,
    PROBE_OLD_VERDICT: change.oldVerdict,
    PROBE_NEW_VERDICT: change.newVerdict,
  };
  const child = start(command, cwd, { ...env, ...told });
  if (child instanceof Error) return unstarted(child);
  const talk = [child.stdout, child.stderr].flatMap((stream) => (stream ? passOn(stream, say) : []));
  const kill = (name: NodeJS.Signals): void => killAll(child, name);
  let ended: string | null = null;
  const end = (why: string) => (): void => {
    ended ??= why;
    kill('SIGTERM');
    setTimeout(kill, GRACE, 'SIGKILL').unref();
  };
  const stop = end('was stopped with the run');
  const timer = setTimeout(end(`took longer than ${limit / 1000} s and was stopped`), limit);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const outcome = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(unstarted(error)));
    // Not `close`: what the command left in the background may hold its pipes for ever.
    child.once('exit', (code, name) =>
      resolve(name === null ? codeProblem(code) : `was ended by the signal ${name}`),
    );
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  await Promise.race([Promise.all(talk.map(({ done }) => done)), pause(100)]);
  for (const { close } of talk) close();
  return ended ?? outcome;
}

const POSIX = process.platform !== 'win32';

/** Some refusals come as an event of the child, others at once: the environment that is too large, for one. */
function start(command: string, cwd: string, env: NodeJS.ProcessEnv): ChildProcess | Error {
  try {
    return spawn(command, {
      shell: true,
      // A group of its own, so that the limit ends what the command started as well.
      detached: POSIX,
      windowsHide: true,
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** The command and what it started. */
function killAll({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  if (!POSIX) {
    const taskkill = ['/pid', `${pid}`, '/t', '/f'];
    spawn('taskkill', taskkill, { stdio: 'ignore', windowsHide: true }).on('error', () => {});
    return;
  }
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

function unstarted(error: Error): string {
  return `could not be started: ${systemReason(error)}`;
}

function codeProblem(code: number | null): string | null {
  if (code === 0) return null;
  return code === 127
    ? 'ended with 127: the shell does not know such a command'
    : `ended with exit code ${code}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Passes the lines of a stream on, up to a bound. */
function passOn(stream: Readable, say: (line: string) => void) {
  let rest = '';
  let left = LARGEST_TALK;
  const flush = (): void => {
    if (rest !== '') say(printable(rest));
    rest = '';
  };
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (text: string) => {
    if (left <= 0) return;
    rest += text.slice(0, left);
    left -= text.length;
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) say(printable(line));
    if (left <= 0) {
      flush();
      say('… the rest of what the command says is left out');
    }
  });
  return {
    done: new Promise<void>((resolve) => void stream.once('end', resolve)),
    close: (): void => {
      flush();
      stream.destroy();
    },
  };
}
