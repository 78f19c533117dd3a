import type { Failure } from '../../probes/failures.ts';

/** How lost packets look. */
export const LOST: readonly (Failure | null)[] = [
  'tcp_timeout',
  'tcp_refused',
  'tcp_reset',
  'tls_timeout',
  'tls_reset',
  'tls_closed',
  'protocol_timeout',
  'protocol_closed',
  'udp_timeout',
];
