/** Stdout, stderr and the rest of the process as commands get them, and the writers of whole documents. */
import type { EventEmitter } from 'node:events';
import { errorCode } from '../common/system-reason.ts';
import { hideKnownSecrets, hideKnownSecretsIn } from '../delivery/redaction/known-secrets.ts';
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

/**
 * Writes a whole document, or its pieces, and waits until all is written. Its parts were redacted when they were read or
 * made; known secrets are removed once more. A reader that has closed the pipe (`| head`) is not a failure.
 * @throws StreamError when the stream cannot be written, as on a full disk
 */
export async function write(stream: NodeJS.WriteStream, text: string | Iterable<string>): Promise<void> {
  await send(stream, checked(text));
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
