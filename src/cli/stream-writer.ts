/**
 * Stdout and stderr, written whole. Node.js's stream on a file loses what a short write leaves over, one on a kind that
 * it does not know loses everything, and one on a pipe whose reader has stalled keeps the process alive for good. So
 * descriptors are written without their streams; a terminal's stream is whole, and on Windows all are.
 */
import { fstatSync } from 'node:fs';
import { errorCode } from '../common/system-reason.ts';
import { flush, wasClosed, writeAll } from '../delivery/files/descriptor.ts';

/** Stdout was closed when the program started, or is a null device that looks the same. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly code = 'EBADF';
}

const STDOUT = 1;
const CLOSED =
  'it is closed (or a null device opened for reading, too; --output /dev/null discards a report)';
/** ms that a reader may take nothing once the run is being stopped; a pager may be left open for hours before. */
const HURRIED_STALL = 5000;

interface State {
  /** Ends when all writes so far have: they take turns, so that none is torn by another. */
  last: Promise<unknown>;
  pending: number;
  hurried: boolean;
  /** Why the reader was given up. */
  stalled: Error | null;
}

const STATES = new WeakMap<NodeJS.WriteStream, State>();

function stateOf(stream: NodeJS.WriteStream): State {
  const known = STATES.get(stream);
  if (known !== undefined) return known;
  const state: State = { last: Promise.resolve(), pending: 0, hurried: false, stalled: null };
  STATES.set(stream, state);
  return state;
}

/** From now on a reader that takes nothing for 5 seconds is given up: the run is being stopped. */
export function hurry(stream: NodeJS.WriteStream): void {
  stateOf(stream).hurried = true;
}

/** @returns whether something waits to be taken by the stream's reader */
export function isWriting(stream: NodeJS.WriteStream): boolean {
  return stateOf(stream).pending > 0 || stream.writableLength > 0;
}

/**
 * Writes all of it, after what was written before.
 * @param content that has lost its secrets
 * @returns why the stream did not take it, or null
 */
export async function writeWhole(
  stream: NodeJS.WriteStream,
  content: string | Uint8Array,
): Promise<Error | null> {
  const descriptor = plainDescriptor(stream);
  if (descriptor === null) return writeStream(stream, content);
  const state = stateOf(stream);
  const writing = state.last.then(() => writeDescriptor(descriptor, content, state));
  state.last = writing;
  state.pending += 1;
  return writing.finally(() => {
    state.pending -= 1;
  });
}

function plainDescriptor(stream: NodeJS.WriteStream): number | null {
  if (stream.isTTY === true || process.platform === 'win32') return null;
  return 'fd' in stream && typeof stream.fd === 'number' ? stream.fd : null;
}

function writeStream(stream: NodeJS.WriteStream, content: string | Uint8Array): Promise<Error | null> {
  return new Promise((resolve) => {
    stream.write(content, (problem) => resolve(problem ?? null));
  });
}

async function writeDescriptor(
  descriptor: number,
  content: string | Uint8Array,
  state: State,
): Promise<Error | null> {
  if (state.stalled !== null) return state.stalled;
  if (descriptor === STDOUT && wasClosed(descriptor)) return new ClosedError(CLOSED);
  try {
    await writeAll(descriptor, Buffer.from(content), () => (state.hurried ? HURRIED_STALL : Infinity));
    if (descriptor === STDOUT && fstatSync(descriptor).isFile()) flush(descriptor);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (errorCode(error) === 'ETIMEDOUT') state.stalled = error;
    return error;
  }
}
