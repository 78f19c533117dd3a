/**
 * What can be observed to go wrong, as stable words. A failure names the first step that failed and how;
 * why it failed is for the diagnosis to say.
 */
export const FAILURES = [
  'dns_timeout',
  'dns_unreachable',
  'dns_nxdomain',
  'dns_nodata',
  'dns_servfail',
  'dns_refused',
  'dns_malformed',
  'tcp_timeout',
  'tcp_refused',
  'tcp_unreachable',
  'tcp_reset',
  'tls_timeout',
  'tls_reset',
  'tls_closed',
  'tls_alert',
  'tls_not_tls',
  'tls_untrusted',
  'tls_name_mismatch',
  'tls_expired',
  'tls_not_yet_valid',
  'protocol_timeout',
  'protocol_closed',
  'protocol_mismatch',
  'protocol_refused',
  'http_blocked',
  'http_unexpected',
  'udp_timeout',
  'udp_refused',
  'deadline_exceeded',
  'local_limit',
  'unexpected',
] as const;

export type Failure = (typeof FAILURES)[number];

/** Thrown where this machine has not what a conversation takes: nothing was sent, so nothing failed. */
export class NotPossibleHere extends Error {
  override readonly name = 'NotPossibleHere';
}

/** The one error that probes and the wire throw: a failure of the list above, and what was seen, in words. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly failure: Failure;

  constructor(failure: Failure, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.failure = failure;
  }
}
