/** Pseudonyms: the same for the same name, within one bundle or the reports of one VM, and nowhere else. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Legend, Original, PseudonymKind } from './types.ts';

const FEWEST_DIGITS = 4;
const FINGERPRINT_DIGITS = 16;

/** Hands out pseudonyms by HMAC-SHA-256 (RFC 2104) under a key that never leaves the machine. */
export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #digits: number;
  readonly #given = new Map<string, string>();
  readonly #originals = new Map<string, Original>();

  /**
   * @param key random when it is left out
   * @param digits the fewest. A stored key needs so many that two names do not collide: a name that gets more digits in
   *   one report and not in the next would have two pseudonyms
   */
  constructor(key: Uint8Array = randomBytes(32), digits = FEWEST_DIGITS) {
    this.#key = key;
    this.#digits = digits;
  }

  /**
   * Returns `host-3f2a`: equal for equal originals, and different for different ones, as more digits are taken when the
   * first few are in use.
   * @param kind what stands before the digits
   */
  of(kind: PseudonymKind, original: string): string {
    const known = `${kind} ${original}`;
    const given = this.#given.get(known);
    if (given !== undefined) return given;
    const digits = this.digest(known).toString('hex');
    for (let length = this.#digits; ; length += 1) {
      const pseudonym = `${kind}-${digits.slice(0, length)}`;
      if (this.#originals.has(pseudonym) && length < digits.length) continue;
      this.#given.set(known, pseudonym);
      this.record(pseudonym, { kind, name: original });
      return pseudonym;
    }
  }

  /** Adds a pseudonym that was made elsewhere to the legend. */
  record(pseudonym: string, original: Original): void {
    this.#originals.set(pseudonym, original);
  }

  digest(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }

  legend(): Legend {
    const fingerprint = this.digest('fingerprint of this key').toString('hex').slice(0, FINGERPRINT_DIGITS);
    return { fingerprint, pseudonyms: this.#originals };
  }
}
