/** Dials a reserved address: a device that completes that handshake does so for every address. */
import { tcp } from '../../../probes/tcp.ts';
import type { ControlOf } from '../../model/controls.ts';
import { attempt, limitOf } from '../attempt.ts';
import type { RunContext } from '../context.ts';
import { isInconclusive } from './inconclusive.ts';

type ReservedAddress = ControlOf<'tcp-reserved-address'>;

/** TEST-NET-1 (RFC 5737 section 3). */
const ADDRESS = '192.0.2.1';
const PORT = 443;

/** One TCP connection that must not succeed. */
export async function reservedAddress({ system, trust, budget, gate }: RunContext): Promise<ReservedAddress> {
  const target = { host: ADDRESS, port: PORT, path: '/', question: '', azureService: false };
  const tried = await gate(() => attempt(tcp, { target, address: ADDRESS, system, trust, budget }), limitOf);
  if (tried?.defect) throw tried.defect.error;
  const failure = tried === null ? 'deadline_exceeded' : tried.attempt.failure;
  const connected = failure === null;
  const isUnknown = failure === 'unexpected' || isInconclusive(failure);
  const address = `${ADDRESS}:${PORT}`;
  const text = connected
    ? `${address} is a reserved address (RFC 5737) and yet accepted a connection`
    : `${address}, a reserved address, did not connect (${failure})`;
  return {
    name: 'tcp-reserved-address',
    outcome: connected ? 'anomalous' : isUnknown ? 'unknown' : 'expected',
    detail: { text, address, connected, failure },
  };
}
