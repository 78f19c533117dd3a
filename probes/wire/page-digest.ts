/** A digest that two hosts share when a device answered both with one page. */
import { createHash } from 'node:crypto';
import { isText } from './received.ts';
import type { ProbeTarget } from './session.ts';

/** Bytes that decide whether the body is text. */
const SAMPLE = 1024;
/** Bytes of the page that are compared: enough to tell pages apart, and little work for 64 KiB of a hostile one. */
const COMPARED = 16_384;
/** Longer than words, such as Base64. */
const TOKEN = /[\w+/=-]{20,}/g;
/** Shorter texts, such as “OK” or “Forbidden”, are the same on many servers. */
const SHORTEST = 16;

/**
 * Block pages repeat the requested URL, and contain times, addresses, incident numbers and tokens. These are removed
 * first.
 * @returns SHA-256 of the first 16 KiB in hexadecimal; null for a body of a few characters and for binary data
 */
export function digestPage(body: Buffer, { host, path }: Pick<ProbeTarget, 'host' | 'path'>): string | null {
  if (body.length === 0 || !isText(body.subarray(0, SAMPLE))) return null;
  const own = [path, encodeURIComponent(path), host].filter((text) => text.length > 1);
  const text = own.reduce((rest, part) => rest.replaceAll(part, ''), body.toString('utf8', 0, COMPARED));
  const constant = text
    .replace(TOKEN, '0')
    .replace(/[0-9a-f]+/gi, (run) => (/\d/.test(run) ? '0' : run))
    .replace(/\s+/g, ' ');
  return constant.trim().length < SHORTEST ? null : createHash('sha256').update(constant).digest('hex');
}
