/** Runs the user's command of `--on-change`, as cron would. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { printable } from '../../common/printable.ts';
import { systemReason } from '../../common/system-reason.ts';

/** The change that the command receives. A path is empty for a report that could not be stored. */
export interface Change {
  readonly oldReport: string;
  readonly newReport: string;
  readonly oldVerdict: string;
  readonly newVerdict: string;
  /** Causes. */
  readonly newFindings: readonly string[];
  readonly goneFindings: readonly string[];
}

/** ms */
const LIMIT = 60_000;
const GRACE = 2000;
/** ms that a run may spend on its command, including the grace period before SIGKILL. */
export const LONGEST_COMMAND = LIMIT + GRACE;
/** Bytes of the command's output that are passed on. */
const LARGEST_OUTPUT = 16 * 1024;

export interface OnChangeParts {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Its abort ends the command. */
  readonly signal: AbortSignal;
  /** Receives each line that the command prints. */
  readonly onLine: (line: string) => void;
  /** ms; shorter in tests */
  readonly limit?: number;
}

/**
 * Runs the command by the shell: `/bin/sh -c`, on Windows `cmd /d /s /c`. Passes the change in environment variables,
 * so that no value of a report can become part of the command.
 * @returns the problem as a predicate, or null; never throws
 */
export async function runOnChange(
  command: string,
  change: Change,
  { env, cwd, signal, onLine, limit = LIMIT }: OnChangeParts,
): Promise<string | null> {
  // Not APIM_PROBE_…: an apim-probe that the command starts would refuse them as unknown options.
  const variables = {
    PROBE_OLD_REPORT: change.oldReport,
    PROBE_NEW_REPORT: change.newReport,
    PROBE_OLD_VERDICT: change.oldVerdict,
    PROBE_NEW_VERDICT: change.newVerdict,
    PROBE_NEW_FINDINGS: change.newFindings.join(' '),
    PROBE_GONE_FINDINGS: change.goneFindings.join(' '),
  };
  const child = startShell(command, cwd, { ...env, ...variables });
  if (child instanceof Error) return startProblem(child);
  const outputs = [child.stdout, child.stderr].flatMap((stream) =>
    stream ? forwardLines(stream, onLine) : [],
  );
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
    child.once('error', (error) => resolve(startProblem(error)));
    // Not `close`: background processes of the command may hold its pipes open.
    child.once('exit', (code, name) =>
      resolve(name === null ? codeProblem(code) : `was ended by the signal ${name}`),
    );
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  await Promise.race([Promise.all(outputs.map(({ done }) => done)), pause(100)]);
  for (const { close } of outputs) close();
  return ended ?? outcome;
}

const POSIX = process.platform !== 'win32';

/** Spawning may fail at once, as for a too large environment; other errors come as an event of the child. */
function startShell(command: string, cwd: string, env: NodeJS.ProcessEnv): ChildProcess | Error {
  try {
    return spawn(command, {
      shell: true,
      // A process group of its own, so that the limit also ends the command's children.
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

/** Signals the command and its children. */
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
    // The group has ended already.
  }
}

function startProblem(error: Error): string {
  return `could not be started: ${systemReason(error)}`;
}

function codeProblem(code: number | null): string | null {
  if (code === 0) return null;
  return code === 127 ? 'ended with 127: the shell did not find the command' : `ended with exit code ${code}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Forwards the lines of a stream, up to a limit. */
function forwardLines(stream: Readable, onLine: (line: string) => void) {
  let rest = '';
  let left = LARGEST_OUTPUT;
  const flush = (): void => {
    if (rest !== '') onLine(printable(rest));
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
    for (const line of lines) onLine(printable(line));
    if (left <= 0) {
      flush();
      onLine('… the rest of the command’s output is left out');
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
