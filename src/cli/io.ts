import type { EventEmitter } from 'node:events';
import { errorCode } from '../common/system-reason.ts';
import { wrap } from '../common/text-lines.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact } from '../delivery/redaction/redact.ts';
import { writeWhole } from './stream-writer.ts';

/** The program's surroundings, handed in, so that a test can stand in for each of them. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** A function, as the runtime opens the stream when it is first asked for it. */
  readonly stdin: () => AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Emits the signals that stop a run, and uncaughtException. */
  readonly process: Pick<EventEmitter, 'on' | 'off'>;
  /** The machine's config file, when it is not the usual one. */
  readonly systemConfig?: string;
}

/** Stdout or stderr refused the text; `cause` says why. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
}

const USUAL_COLUMNS = 80;
const WIDEST_COLUMNS = 100;

/** @returns the columns to wrap text at: the terminal's, up to what still reads well; 80 elsewhere */
export function columnsOf(stream: NodeJS.WriteStream): number {
  const { columns } = stream;
  return stream.isTTY === true && columns > 0 ? Math.min(columns, WIDEST_COLUMNS) : USUAL_COLUMNS;
}

/**
 * Writes all of a document, and waits until the stream has taken it. Its parts were redacted when they were read or
 * made; here the known secrets are looked for once more. A reader that has gone (`| head`) has read what it wanted, and
 * that is not a failure.
 * @throws StreamError when the stream cannot take it (a full disk behind a redirection)
 */
export async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await send(stream, hideKnownSecrets(text));
}

/**
 * The same for what exists nowhere else, the only copy of a report: a reader that has gone has not read it.
 * @throws StreamError then, too
 */
export async function writeOnlyCopy(stream: NodeJS.WriteStream, text: string): Promise<void> {
  await send(stream, hideKnownSecrets(text), () => false);
}

/**
 * Redacts a message for people, writes it and ends its line. On a terminal its lines are broken between words; elsewhere they stay
 * whole, so that they can be searched for. Never throws for a stream that takes nothing: a message is dispensable, and
 * what it accompanies is not.
 */
export async function writeMessage(stream: NodeJS.WriteStream, message: string): Promise<void> {
  // Before it is broken: a secret and the word by which it is known must not come to stand on two lines.
  const lines = hideKnownSecrets(redact(message)).split('\n');
  const shown = stream.isTTY === true ? lines.flatMap((line) => broken(line, columnsOf(stream))) : lines;
  await write(stream, `${shown.join('\n')}\n`).catch((error: unknown) => {
    if (!(error instanceof StreamError)) throw error;
  });
}

/** A command on a line of its own, which `writeMessage` does not break: what is pasted must be all of it. */
export function commandLine(command: string): string {
  return `\n${COMMAND_INDENT}${command}`;
}

const COMMAND_INDENT = '    ';

/** What goes on stands under the words of an item, or two columns in. */
function broken(line: string, width: number): string[] {
  if (line.startsWith(COMMAND_INDENT)) return [line];
  const [first = ''] = /^ *(?:- )?/.exec(line) ?? [];
  // Blanks that somebody wrote so, in a path or a drawing, are part of what is said.
  if (line.slice(first.length).includes('  ')) return [line];
  return wrap(line.slice(first.length), width, first, ' '.repeat(first.length || 2));
}

/** As `write`, for bytes of an archive, whose files were redacted before they were packed. */
export async function writeBytes(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  await send(stream, bytes);
}

async function send(
  stream: NodeJS.WriteStream,
  content: string | Uint8Array,
  forgiven: (error: Error) => boolean = isGone,
): Promise<void> {
  const error = await writeWhole(stream, content);
  if (error === null || forgiven(error)) return;
  throw new StreamError('stdout or stderr cannot be written', { cause: error });
}

function isGone(error: Error): boolean {
  const code = errorCode(error);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

/**
 * Keeps a failing stream from ending the process, for good: the failure may be told long after the write, and
 * whoever writes learns of it by `write`.
 */
export function guardStreams({ stdout, stderr }: Io): void {
  stdout.on('error', () => {});
  stderr.on('error', () => {});
}
