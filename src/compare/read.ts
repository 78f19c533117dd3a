/** The two files of a comparison, told apart by their shape. */

import type { NetworkStatus } from '../azure/network-status.ts';
import { LARGEST_REPLY, recognise } from '../azure/read.ts';
import { parseJson } from '../common/json.ts';
import { looksLikeReport, type PastReport, readPastReport } from './past-report.ts';

export type Comparable = { readonly kind: 'report'; readonly report: PastReport } | NetworkStatus;

export type ComparableReading =
  | { readonly ok: true; readonly document: Comparable }
  /** A predicate: "is cut off: …". */
  | { readonly ok: false; readonly problem: string };

const ADVICE = 'name a JSON report of apim-probe, or a NetworkStatus reply of Azure';

export function readComparable(bytes: Uint8Array): ComparableReading {
  const parsed = parseJson(bytes, ADVICE);
  if (!parsed.ok) return parsed;
  if (looksLikeReport(parsed.value)) {
    const reading = readPastReport(parsed.value);
    return reading.ok ? { ok: true, document: { kind: 'report', report: reading.report } } : reading;
  }
  if (bytes.length > LARGEST_REPLY) {
    return {
      ok: false,
      problem: `is neither a report nor, with more than 16 MiB, a reply of Azure; ${ADVICE}`,
    };
  }
  const reading = recognise(parsed.value);
  if (!reading.ok) return reading;
  if (reading.document.kind === 'network-status') return { ok: true, document: reading.document };
  return {
    ok: false,
    problem:
      'is an outbound network dependencies reply, which says nothing of how its endpoints fare; give it to a run with --from, and compare with the NetworkStatus reply',
  };
}
