/** Decodes bodies that a device compressed although the request asked for `identity`. Bounded, and never throws. */
import { constants, unzipSync } from 'node:zlib';

/** Bytes of a decoded body. */
const LIMIT = 65_536;

/** Bytes of a compressed body that is decoded: block pages have a few thousand, and a bomb costs memory for each try. */
const MOST_COMPRESSED = 16_384;

const COMPRESSED = /^(?:x-)?gzip$|^deflate$/i;

/**
 * @param encoding the Content-Encoding header (RFC 9110, 8.4.1)
 * @returns the beginning of the decoded body, at most 64 KiB; the body itself when it is not compressed, larger than 16 KiB or cannot be
 *   decoded
 */
export function decodeContent(body: Buffer, encoding: string | undefined): Buffer {
  if (body.length > MOST_COMPRESSED || !COMPRESSED.test(encoding?.trim() ?? '')) return body;
  // A part of an incomplete body decodes too. Where the whole is too large or damaged, half of it may not be.
  for (let length = body.length; length > 0; length >>= 1) {
    try {
      const decoded = unzipSync(body.subarray(0, length), {
        maxOutputLength: LIMIT,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      // Of the first bytes of anything nothing may come out.
      return decoded.length > 0 ? decoded : body;
    } catch {
      // Try with less.
    }
  }
  return body;
}
