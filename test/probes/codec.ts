/** What the tests of every codec need. */
import type { Decoded } from '../../probes/wire/read.ts';

/** Bytes written in hexadecimal, with spaces wherever they help the eye. */
export function bytes(...hex: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.join('').replaceAll(' ', ''), 'hex'));
}

/** What comes of it when the bytes arrive in pieces of these sizes; when there are no more sizes, all the rest. */
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

/** How often a property is tried: 300 times, or FUZZ_RUNS times as often. */
export function runs(): number {
  return 300 * Number(process.env['FUZZ_RUNS'] ?? 1);
}
