/** Handshakes that a device on the path may have ended because of the server name. */
import type { Failure } from '../../probes/failures.ts';
import { isAzureService } from './azure.ts';
import type { Attempt, Target } from './report.ts';

/** Failures of a handshake that a device on the path ended. */
export const CUT: readonly Failure[] = ['tls_reset', 'tls_closed', 'tls_timeout'];

/** Alerts of devices that refuse a name: handshake_failure, access_denied, unrecognized_name (RFC 8446, section 6.2). */
const REFUSING_ALERTS: readonly number[] = [40, 49, 112];
const UNRECOGNIZED_NAME = 112;

/** What the test needs of a target. */
export type HandshakeTarget = Pick<Target, 'source' | 'group' | 'host'>;

/**
 * Whether the handshake of an attempt was cut. A peer that sent bytes before a timeout has read the ClientHello.
 * unrecognized_name on a host of the user is the answer of a server that is not configured for the name.
 */
export function isCut(
  target: HandshakeTarget,
  { failure, facts }: Pick<Attempt, 'failure' | 'facts'>,
): boolean {
  if (failure === 'tls_alert') {
    const { tlsAlert = -1 } = facts;
    return REFUSING_ALERTS.includes(tlsAlert) && (tlsAlert !== UNRECOGNIZED_NAME || isAzureService(target));
  }
  if (failure === 'tls_timeout') return (facts.bytesReceived ?? 0) === 0;
  return failure !== null && CUT.includes(failure);
}

/** Whether TLS began with the first byte: SQL and SMTP negotiate it in their own protocol first. */
export function isBareTls({ steps }: Pick<Attempt, 'steps'>): boolean {
  return !steps.some(({ name }) => name === 'handshake');
}
