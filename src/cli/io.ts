import type { EventEmitter } from 'node:events';
import { toAscii, wantsAscii } from '../common/ascii.ts';
import { errorCode } from '../common/system-reason.ts';
import { COMMAND_INDENT, wrap } from '../common/text-lines.ts';
import { hideKnownSecrets, hideKnownSecretsIn } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { writeWhole } from './stream-writer.ts';

/** The process environment as a parameter, so that tests can replace it. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** A function, because the runtime opens the stream on first access. */
  readonly stdin: () => AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Emits the signals that stop a run, and uncaughtException. */
  readonly process: Pick<EventEmitter, 'on' | 'off'>;
  /** The machine's config file, when it is not the usual one. */
  readonly systemConfig?: string;
  /** The state folder of the machine's scheduled runs, when it is not the usual one. */
  readonly installedState?: string;
}

/** Stdout or stderr could not be written; `cause` has the reason. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
}

const USUAL_COLUMNS = 80;
const WIDEST_COLUMNS = 100;

/** @returns the columns to wrap text at: the terminal's, at most 100; 80 elsewhere */
export function columnsOf(stream: NodeJS.WriteStream): number {
  const { columns } = stream;
  return stream.isTTY === true && columns > 0 ? Math.min(columns, WIDEST_COLUMNS) : USUAL_COLUMNS;
}

/** @returns the width and height of a text: the terminal's, or the usual ones */
export function screenOf(stream: NodeJS.WriteStream): { width: number; rows: number | undefined } {
  return { width: columnsOf(stream), rows: stream.isTTY === true ? stream.rows : undefined };
}

/**
 * Writes a whole document, or its pieces, and waits until all is written. Its parts were redacted when they were read or made; known
 * secrets are removed once more. A reader that has closed the pipe (`| head`) is not a failure.
 * @throws StreamError when the stream cannot be written, as on a full disk
 */
export async function write(stream: NodeJS.WriteStream, text: string | Iterable<string>): Promise<void> {
  await send(stream, checked(text));
}

/** The streams whose readers cannot be trusted to show more than ASCII. */
const ASCII_STREAMS = new WeakSet<NodeJS.WriteStream>();

/** Decides once, by the environment, which characters texts for people may have on stdout and stderr. */
export function chooseCharacters({ stdout, stderr, env }: Io): void {
  if (!wantsAscii(env)) return;
  ASCII_STREAMS.add(stdout);
  ASCII_STREAMS.add(stderr);
}

/** Like `write`, for a text for people, and no document: it is in ASCII where the environment asks for that. */
export async function writeText(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await write(stream, ASCII_STREAMS.has(stream) ? toAscii(text) : text);
}

/**
 * Like `write`, for the only copy of a report: it is lost when the reader has closed the pipe.
 * @throws StreamError then, too
 */
export async function writeOnlyCopy(
  stream: NodeJS.WriteStream,
  text: string | Iterable<string>,
): Promise<void> {
  await send(stream, checked(text), () => false);
}

/** @param text whole, or in pieces that each end with a line */
function checked(text: string | Iterable<string>): string | Iterable<string> {
  return typeof text === 'string' ? hideKnownSecrets(text) : hideKnownSecretsIn(text);
}

/**
 * Redacts a message for people and writes it with a line end. Wraps its lines on a terminal only, so that logs can be
 * searched. Ignores a stream that cannot be written: a lost message must not stop the command.
 */
export async function writeMessage(stream: NodeJS.WriteStream, message: string): Promise<void> {
  // Redacts before wrapping: a secret and its name must not be on two lines.
  await writeText(stream, `${wrapOnTerminal(hideKnownSecrets(redact(message)), stream)}\n`).catch(
    (error: unknown) => {
      if (!(error instanceof StreamError)) throw error;
    },
  );
}

/** Wraps the lines of a text for a terminal; for a file or a pipe they stay whole. */
export function wrapOnTerminal(text: string, stream: NodeJS.WriteStream): string {
  if (stream.isTTY !== true) return text;
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columnsOf(stream)))
    .join('\n');
}

/** Indents continuation lines to the text of a list item, or by two columns. */
function wrapLine(line: string, width: number): string[] {
  if (line.startsWith(COMMAND_INDENT)) return [line];
  const [first = ''] = /^ *(?:- )?/.exec(line) ?? [];
  // Double spaces in a path or a drawing are significant.
  if (line.slice(first.length).includes('  ')) return [line];
  return wrap(line.slice(first.length), width, first, ' '.repeat(first.length || 2));
}

/** Like `write`, for an archive: its files were redacted before packing. */
export async function writeBytes(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  await send(stream, bytes);
}

async function send(
  stream: NodeJS.WriteStream,
  content: string | Uint8Array | Iterable<string>,
  isIgnored: (error: Error) => boolean = isClosedByReader,
): Promise<void> {
  const error = await writeWhole(stream, content);
  if (error === null || isIgnored(error)) return;
  throw new StreamError('stdout or stderr cannot be written', { cause: error });
}

function isClosedByReader(error: Error): boolean {
  const code = errorCode(error);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

/**
 * Keeps a stream error from ending the process. The event may come long after the write; `write` reports it to its
 * caller.
 */
export function guardStreams({ stdout, stderr }: Io): void {
  stdout.on('error', () => {});
  stderr.on('error', () => {});
}
