/**
 * The log of a run: one JSON object a line with times in UTC (RFC 3339), on stderr or in a file. A terminal gets text;
 * the journal gets the priority prefix of sd-daemon(3).
 */
import { fstatSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Options } from '../config/types.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redactLine } from '../delivery/redaction/lines.ts';
import { openLogFile } from './log-file.ts';
import { logLine } from './log-text.ts';

const VERBOSE_LEVELS = ['info', 'debug', 'trace'] as const;

/** Priorities of syslog(3) by pino's level names. */
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
  /** Whether the log goes to a file instead of stderr. */
  readonly inFile: boolean;
  close(): void;
}

export interface LogParts {
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Receives a problem of the log file, once. */
  readonly complain: (problem: string) => void;
}

/**
 * Warnings and errors go to stderr as messages anyway, so at `warn` and `error` only a file gets a log. Every line is
 * redacted.
 * @returns null when nothing is logged
 * @throws UsageError when the path cannot be a log file
 */
export async function createLog(
  options: Pick<Options, 'logLevel' | 'logFile' | 'color'>,
  { stderr, env, complain }: LogParts,
): Promise<Log | null> {
  const file = options.logFile === null ? null : openLogFile(options.logFile, complain);
  if (file === null && !VERBOSE_LEVELS.some((level) => level === options.logLevel)) return null;
  // The built file has only the default export of this CommonJS package.
  const { default: pino } = await import('pino');
  const logger = pino(
    {
      level: options.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    redactingWriter(file ?? writerFor(stderr, env, options.color)),
  );
  return { logger, inFile: file !== null, close: () => file?.close() };
}

interface Writer {
  write(line: string): void;
}

function redactingWriter(writer: Writer): Writer {
  return { write: (line) => writer.write(hideKnownSecrets(redactLine(line))) };
}

function writerFor(stderr: NodeJS.WriteStream, env: NodeJS.ProcessEnv, color: boolean): Writer {
  if (stderr.isTTY === true) return { write: (line) => void stderr.write(logLine(line, color)) };
  if (isJournal(stderr, env)) return { write: (line) => void stderr.write(addPriority(line)) };
  return { write: (line) => void stderr.write(line) };
}

/** The journal reads `<N>` as the priority and strips it. */
function addPriority(line: string): string {
  const level = /^\{"level":"(\w+)"/.exec(line)?.[1] ?? 'info';
  return `<${PRIORITY[level] ?? PRIORITY['info']}>${line}`;
}

/**
 * Whether stderr goes straight to the journal: JOURNAL_STREAM, set by systemd, names its device and inode
 * (systemd.exec(5)). An inherited variable names another stream.
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
