/** Helpers for the tests of all codecs. */
import type { Decoded } from '../../probes/wire/read.ts';

/** Bytes from hexadecimal text; spaces are ignored. */
export function bytes(...hex: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.join('').replaceAll(' ', ''), 'hex'));
}

/** Decodes bytes that arrive in chunks of these sizes, and then the rest at once. */
export function decodeInPieces<T>(
  decode: (bytes: Uint8Array) => Decoded<T>,
  whole: Uint8Array,
  sizes: readonly number[],
): Decoded<T> {
  let arrived = 0;
  for (const size of sizes) {
    arrived += size;
    const decoded = decode(whole.subarray(0, arrived));
    if (decoded.kind !== 'need-more') return decoded;
  }
  return decode(whole);
}
