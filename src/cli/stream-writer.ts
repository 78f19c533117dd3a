/**
 * Writes stdout and stderr completely. Node.js's streams have three defects: on a file they lose the rest of a short
 * write, on an unknown kind of descriptor they lose everything, and on a pipe with a stalled reader they keep the
 * process alive. So this module writes to the descriptors, except on a terminal and on Windows, where the streams work.
 */
import { fstatSync } from 'node:fs';
import { errorCode } from '../common/system-reason.ts';
import { flush, wasClosed, writeAll } from '../delivery/files/descriptor.ts';

/** Stdout was closed at the start of the program, or is a null device that looks the same. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly code = 'EBADF';
}

const STDOUT = 1;
const CLOSED =
  'it is closed (or a null device opened for reading, too; --output /dev/null discards a report)';
/** ms that a reader may stall after the run was stopped. Before, a pager may stay open for hours. */
const HURRIED_STALL = 5000;

type Content = string | Uint8Array | Iterable<string>;

function piecesOf(content: Content): Iterable<string | Uint8Array> {
  return typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
}

interface State {
  /** Settles after all earlier writes, so that writes do not interleave. */
  last: Promise<unknown>;
  pending: number;
  hurried: boolean;
  /** Set when the writer has given up on a stalled reader. */
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

/** The run is being stopped: from now on a reader may stall for 5 seconds at most. */
export function hurry(stream: NodeJS.WriteStream): void {
  stateOf(stream).hurried = true;
}

/** @returns whether output is still pending */
export function isWriting(stream: NodeJS.WriteStream): boolean {
  return stateOf(stream).pending > 0 || stream.writableLength > 0;
}

/**
 * Writes all of the content, after all earlier writes.
 * @param content without secrets, whole or in pieces
 * @returns why it could not be written, or null; after an error no further piece is written
 */
export async function writeWhole(stream: NodeJS.WriteStream, content: Content): Promise<Error | null> {
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

async function writeStream(stream: NodeJS.WriteStream, content: Content): Promise<Error | null> {
  for (const piece of piecesOf(content)) {
    const problem = await new Promise<Error | null>((resolve) => {
      stream.write(piece, (error) => resolve(error ?? null));
    });
    if (problem !== null) return problem;
  }
  return null;
}

async function writeDescriptor(descriptor: number, content: Content, state: State): Promise<Error | null> {
  if (state.stalled !== null) return state.stalled;
  if (descriptor === STDOUT && wasClosed(descriptor)) return new ClosedError(CLOSED);
  try {
    for (const piece of piecesOf(content))
      await writeAll(descriptor, Buffer.from(piece), () => (state.hurried ? HURRIED_STALL : Infinity));
    if (descriptor === STDOUT && fstatSync(descriptor).isFile()) flush(descriptor);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (errorCode(error) === 'ETIMEDOUT') state.stalled = error;
    return error;
  }
}
