/** The validity of a shared access signature, as Blob Storage explains a refusal, and the difference of the two clocks. */
import { duration } from '../../common/wording.ts';

/** A smaller difference misleads no user. */
const WORTH_SAYING_MS = 60_000;

export interface Validity {
  /** ms since the epoch; null where the signature has no start */
  readonly start: number | null;
  readonly expiry: number;
  /** The service's own clock. */
  readonly current: number;
}

/**
 * "Signature not valid in the specified time frame: Start [...] - Expiry [...] - Current [...]"; of the key of a user
 * delegation SAS the same with "Key start" and "Key expiry".
 * @param body of the 403 reply
 */
export function readValidity(body: string): Validity | null {
  const frame = /Start \[([^\]]*)\][^[]*Expiry \[([^\]]*)\][^[]*Current \[([^\]]*)\]/i.exec(body);
  if (frame === null) return null;
  const [start = Number.NaN, expiry = Number.NaN, current = Number.NaN] = frame.slice(1).map(Date.parse);
  if (Number.isNaN(expiry) || Number.isNaN(current)) return null;
  return { start: Number.isNaN(start) ? null : start, expiry, current };
}

/**
 * The same from the signature itself (`st`, `se`) and the reply's `Date`, for a refusal that explains nothing.
 * @returns null when the signature is in its time, or does not state it (a stored access policy does)
 */
export function outOfTime(query: string, date: string): Validity | null {
  const signature = new URLSearchParams(query);
  const [start, expiry] = ['st', 'se'].map((name) => Date.parse(signature.get(name) ?? ''));
  const current = Date.parse(date);
  if (expiry === undefined || Number.isNaN(expiry) || Number.isNaN(current)) return null;
  const begun = start === undefined || Number.isNaN(start) ? null : start;
  if (current < expiry && (begun === null || current >= begun)) return null;
  return { start: begun, expiry, current };
}

/**
 * @param service the service's clock, @param own this machine's; both ms since the epoch
 * @returns a sentence to put behind another, without its full stop; empty when the two agree
 */
export function clockSentence(service: number, own: number): string {
  const ahead = own - service;
  if (Math.abs(ahead) < WORTH_SAYING_MS) return '';
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  return `. This VM’s clock is ${duration(Math.abs(ahead))} ${direction} the service’s: set it right`;
}
