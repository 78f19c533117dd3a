/** Names in place of names: the same for the same, within one bundle or the reports of one VM, and nowhere else. */
import { createHmac, randomBytes } from 'node:crypto';

const FEWEST_DIGITS = 4;

/** Hands out pseudonyms by HMAC-SHA-256 (RFC 2104) under a key, which is in nothing that leaves the machine. */
export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  readonly #digits: number;

  /**
   * @param key random when it is left out
   * @param digits the fewest: with a key that is used again, so many that chance makes no two names equal, as a name
   *   that gets more digits in one report and not in the next would be another one
   */
  constructor(key: Uint8Array = randomBytes(32), digits = FEWEST_DIGITS) {
    this.#key = key;
    this.#digits = digits;
  }

  /**
   * `host-3f2a`: equal for equal originals, and different for different ones, as more digits are taken when the
   * first few are in use.
   * @param word what stands before the digits
   */
  of(word: string, original: string): string {
    const known = `${word} ${original}`;
    const given = this.#given.get(known);
    if (given !== undefined) return given;
    const digits = this.digest(known).toString('hex');
    for (let length = this.#digits; ; length += 1) {
      const pseudonym = `${word}-${digits.slice(0, length)}`;
      if (this.#taken.has(pseudonym) && length < digits.length) continue;
      this.#taken.add(pseudonym);
      this.#given.set(known, pseudonym);
      return pseudonym;
    }
  }

  digest(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}
