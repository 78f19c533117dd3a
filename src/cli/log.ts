import type { Logger } from 'pino';
import type { Options } from '../config/types.ts';
import { redactLine } from '../delivery/redaction/lines.ts';

const WORDY = ['info', 'debug', 'trace'] as const;

/**
 * The log: one JSON object a line on stderr, with times in UTC and without secrets. What is of warning rank or above is told to
 * the user in plain words anyway, so the quieter levels need no logger.
 * @returns null below `info`
 */
export async function createLog(
  level: Options['logLevel'],
  stderr: NodeJS.WriteStream,
): Promise<Logger | null> {
  if (!WORDY.some((wordy) => wordy === level)) return null;
  // The default export is all that a bundle keeps of this CommonJS package.
  const { default: pino } = await import('pino');
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void stderr.write(redactLine(line)) },
  );
}
