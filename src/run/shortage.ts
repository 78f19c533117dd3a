/** What this machine ran out of, in words. Pure. */
import { LOCAL_LIMITS, type LocalLimitCode, localLimitsIn } from '../../probes/local-limits.ts';

/** “free local ports (EADDRNOTAVAIL)”; of several, each thing once. */
export function whatIsShort(codes: readonly LocalLimitCode[]): string {
  const byWhat = Map.groupBy(codes, (code) => LOCAL_LIMITS[code].what);
  return [...byWhat].map(([what, same]) => `${what} (${same.join(', ')})`).join(' and ');
}

/**
 * Why a target was not tested, and what to do. Without the error's own words, so that what failed alike reads alike.
 * @param detail the error's words, with its code
 * @param consequence what came of it, as the rest of the first sentence
 */
export function shortageReason(detail: string, consequence = ''): string {
  const codes = localLimitsIn(detail);
  const remedies = new Set(codes.map((code) => LOCAL_LIMITS[code].remedy));
  return [`this VM ran out of ${whatIsShort(codes)}${consequence}.`, ...remedies].join(' ');
}
