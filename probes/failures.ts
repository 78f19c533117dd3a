/**
 * Stable names of observable failures. A failure names the first step that failed and how. The diagnosis determines
 * why.
 */
export const FAILURES = [
  'dns_timeout',
  'dns_unreachable',
  'dns_nxdomain',
  'dns_nodata',
  'dns_servfail',
  'dns_refused',
  'dns_malformed',
  'dns_bogus_address',
  'tcp_timeout',
  'tcp_refused',
  'tcp_unreachable',
  'tcp_reset',
  'tls_timeout',
  'tls_reset',
  'tls_closed',
  'tls_alert',
  'tls_not_tls',
  'tls_bad_certificate',
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

/** Thrown when this machine cannot run the probe. The probe sent nothing, so this is not a failure. */
export class NotPossibleHere extends Error {
  override readonly name = 'NotPossibleHere';
}

/** The error of probes: a failure from the list above, with a text of what was observed. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly failure: Failure;

  constructor(failure: Failure, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.failure = failure;
  }
}
