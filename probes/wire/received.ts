/** What a peer sent in the place of the protocol: the first bytes of each stream since its last successful step. */
import type { Duplex } from 'node:stream';
import { recogniseBlockPage, titleOf } from '../block-page.ts';
import type { ReceivedFacts } from '../facts.ts';
import { printable } from '../printable.ts';
import { ByteBuffer } from './byte-buffer.ts';

/** Bytes of a stream that are kept: the head and the title of a page fit. */
const MOST_BYTES = 4096;
/** Characters of the text in the report. */
const TEXT_LIMIT = 256;
/** Bytes that decide whether it is text, and the share of them that may be control characters. */
const SAMPLE = 256;
const MOST_BINARY = 0.1;

const buffers = new WeakMap<Duplex, ByteBuffer>();

/** Stores a chunk that arrived on a stream, as far as it fits. */
export function noteReceived(stream: Duplex, chunk: Uint8Array): void {
  let buffer = buffers.get(stream);
  if (buffer === undefined) {
    buffer = new ByteBuffer();
    buffers.set(stream, buffer);
  }
  if (buffer.length < MOST_BYTES) buffer.append(chunk.subarray(0, MOST_BYTES - buffer.length));
}

/** Forgets what arrived on a stream. */
export function forgetReceived(stream: Duplex): void {
  buffers.delete(stream);
}

/**
 * The text that arrived on these streams, as evidence.
 * @param streams the newest last; it goes before the streams below it
 * @returns null when nothing arrived, or binary data
 */
export function receivedText(streams: readonly Duplex[], azureService: boolean): ReceivedFacts | null {
  const stream = streams.findLast((one) => (buffers.get(one)?.length ?? 0) > 0);
  const bytes = (stream && buffers.get(stream)?.bytes) ?? Buffer.alloc(0);
  if (bytes.length === 0 || !isText(bytes.subarray(0, SAMPLE))) return null;
  const whole = bytes.toString('utf8');
  const text = withoutSecrets(whole);
  const title = titleOf(text);
  return {
    text: printable(text.replace(/[ \t\r\n]+/g, ' ').trim(), TEXT_LIMIT),
    ...(title !== '' && { title: printable(title, TEXT_LIMIT) }),
    blockPage: recogniseIn(whole, azureService),
  };
}

/** Whether nearly all of it is text: no more than a few control characters or broken UTF-8. */
export function isText(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  const binary = text.match(/[^\P{Cc}\s]|\ufffd/gu)?.length ?? 0;
  return binary <= text.length * MOST_BINARY;
}

/** The text without cookies, and without the query and user-info of its URLs, which may contain tokens. */
function withoutSecrets(text: string): string {
  return text
    .replace(/^(?:set-cookie2?|authorization|proxy-authorization|cookie):[^\n]*\n?/gim, '')
    .replace(/(:\/\/)[^\s/@"'<>]{1,256}@/g, '$1')
    .replace(/(:\/\/[^\s?#"'<>]{1,1024})[?#][^\s"'<>]*/g, '$1');
}

/** The product whose reply the text is: an HTTP head and its page, or only a page. */
function recogniseIn(text: string, azureService: boolean): string | null {
  const [, status] = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(text) ?? [];
  if (status === undefined) return recogniseBlockPage(0, {}, text, azureService);
  const end = /\r?\n\r?\n/.exec(text);
  const lines = text.slice(0, end?.index).split(/\r?\n/).slice(1);
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const body = end === null ? '' : text.slice(end.index);
  return recogniseBlockPage(Number(status), headers, body, azureService);
}
