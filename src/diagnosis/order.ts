import type { Finding } from '../model/report.ts';
import type { Cause } from '../model/vocabulary.ts';

/** Causes that affect the whole network or VM; they precede those of single endpoints. */
const NETWORK_WIDE: readonly Cause[] = [
  'vm-limit',
  'dns-not-configured',
  'no-route',
  'dns-server-down',
  'dns-tampered',
  'clock-skew',
  'vm-without-outbound',
  'no-outbound-path',
  'transparent-proxy',
  'return-path-broken',
  'tls-blocked',
  'tls-intercepted',
];

/** Whether the cause affects the whole network or VM, whichever endpoints its finding names. */
export function isNetworkWide(cause: string): boolean {
  return NETWORK_WIDE.some((wide) => wide === cause);
}

/** Network-wide findings first, then by severity, then in the order of the rules. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ cause, severity }: Finding): number {
  if (severity === 'info') return 3;
  if (isNetworkWide(cause)) return 0;
  return severity === 'error' ? 1 : 2;
}
