/** Names in place of names: the same for the same, within one bundle or the reports of one VM, and nowhere else. */
import { createHmac, randomBytes } from 'node:crypto';

/** Few where one report or bundle is all that there is, and so many that chance gives no two the same where not. */
const [FEWEST_DIGITS, DIGITS_FOR_GOOD] = [4, 8];

/** Hands out pseudonyms by HMAC-SHA-256 (RFC 2104) under a key, which is in nothing that leaves the machine. */
export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>();

  readonly #digits: number;

  /** @param key a kept one, for more than one report; else a random one that nobody sees again */
  constructor(key?: Uint8Array) {
    this.#key = key ?? randomBytes(32);
    this.#digits = key === undefined ? FEWEST_DIGITS : DIGITS_FOR_GOOD;
  }

  /**
   * `host-3f2a`, longer under a kept key: equal for equal originals, and different for different ones, as more digits are taken when the
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
