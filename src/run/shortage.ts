/** Texts for local resources that ran out. Pure. */
import { LOCAL_LIMITS, type LocalLimitCode, localLimitsIn } from '../../probes/local-limits.ts';

/** For example “free local ports (EADDRNOTAVAIL)”; lists each resource once. */
export function describeShortage(codes: readonly LocalLimitCode[]): string {
  const byWhat = Map.groupBy(codes, (code) => LOCAL_LIMITS[code].what);
  return [...byWhat].map(([what, same]) => `${what} (${same.join(', ')})`).join(' and ');
}

/**
 * Why a target was not tested, and what to do. Omits the error's text, so that equal reasons have equal texts.
 * @param detail the error's text, with its code
 * @param consequence the rest of the first sentence
 */
export function shortageReason(detail: string, consequence = ''): string {
  const codes = localLimitsIn(detail);
  const remedies = new Set(codes.map((code) => LOCAL_LIMITS[code].remedy));
  return [`this VM ran out of ${describeShortage(codes)}${consequence}.`, ...remedies].join(' ');
}
