/**
 * The log: what a run does, step by step. One JSON object a line with times in UTC (RFC 3339), on stderr or in a
 * file; on a terminal the same in words; for the journal with the priority in front that sd-daemon(3) asks for.
 */
import { fstatSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Options } from '../config/types.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redactLine } from '../delivery/redaction/lines.ts';
import { openLogFile } from './log-file.ts';
import { logLine } from './log-text.ts';

const WORDY = ['info', 'debug', 'trace'] as const;

/** Priorities of syslog(3), by the names that pino has for levels. */
const PRIORITY: Readonly<Record<string, number>> = {
  trace: 7,
  debug: 7,
  info: 6,
  warn: 4,
  error: 3,
  fatal: 2,
};

export interface Log {
  readonly logger: Logger;
  /** Whether it goes to a file, so that nothing of it is on stderr. */
  readonly inFile: boolean;
  close(): void;
}

export interface LogParts {
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Takes what is wrong with the log file, once. */
  readonly complain: (problem: string) => void;
}

/**
 * What is of warning rank or above is told to the user in plain words on stderr anyway, so below `info` a log is
 * written to a file only. No line of it holds a secret.
 * @returns null when nothing is to be logged
 * @throws UsageError when the log file cannot be one
 */
export async function createLog(
  options: Pick<Options, 'logLevel' | 'logFile' | 'color'>,
  { stderr, env, complain }: LogParts,
): Promise<Log | null> {
  const file = options.logFile === null ? null : openLogFile(options.logFile, complain);
  if (file === null && !WORDY.some((wordy) => wordy === options.logLevel)) return null;
  // The default export is all that a bundle keeps of this CommonJS package.
  const { default: pino } = await import('pino');
  const logger = pino(
    {
      level: options.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    withoutSecrets(file ?? writerFor(stderr, env, options.color)),
  );
  return { logger, inFile: file !== null, close: () => file?.close() };
}

interface Writer {
  write(line: string): void;
}

function withoutSecrets(writer: Writer): Writer {
  return { write: (line) => writer.write(hideKnownSecrets(redactLine(line))) };
}

function writerFor(stderr: NodeJS.WriteStream, env: NodeJS.ProcessEnv, color: boolean): Writer {
  if (stderr.isTTY === true) return { write: (line) => void stderr.write(logLine(line, color)) };
  if (isJournal(stderr, env)) return { write: (line) => void stderr.write(prioritised(line)) };
  return { write: (line) => void stderr.write(line) };
}

/** The journal strips `<N>` from the line and files it under that priority. */
function prioritised(line: string): string {
  const level = /^\{"level":"(\w+)"/.exec(line)?.[1] ?? 'info';
  return `<${PRIORITY[level] ?? PRIORITY['info']}>${line}`;
}

/**
 * Whether stderr goes straight to the journal: JOURNAL_STREAM, set by systemd, names its device and inode
 * (systemd.exec(5)). A variable that was merely inherited names another stream.
 */
export function isJournal(stderr: object, env: NodeJS.ProcessEnv): boolean {
  const [device, inode] = (env['JOURNAL_STREAM'] ?? '').split(':');
  if (device === undefined || inode === undefined || !('fd' in stderr) || typeof stderr.fd !== 'number')
    return false;
  try {
    const status = fstatSync(stderr.fd, { bigint: true });
    return `${status.dev}` === device && `${status.ino}` === inode;
  } catch {
    return false;
  }
}
