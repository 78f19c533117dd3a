/** An address that is nobody's: whoever completes a handshake there does so for every address. */
import { tcp } from '../../../probes/tcp.ts';
import type { ControlOf } from '../../report/controls.ts';
import { attempt } from '../attempt.ts';
import type { RunContext } from '../context.ts';

/** TEST-NET-1 (RFC 5737 section 3). */
const ADDRESS = '192.0.2.1';
const PORT = 443;

/** One TCP connection that must not succeed. */
export async function reservedAddress({
  outside,
  trust,
  budget,
}: RunContext): Promise<ControlOf<'tcp-reserved-address'>> {
  const target = { host: ADDRESS, port: PORT, path: '/', question: '', azureIssuer: false };
  const { ok, failure } = await attempt(
    { probe: tcp, stopsAt: null },
    { target, address: ADDRESS, outside, trust, budget },
  );
  const address = `${ADDRESS}:${PORT}`;
  const inconclusive = failure === 'deadline_exceeded' || failure === 'unexpected';
  const text = ok
    ? `${address} belongs to nobody (RFC 5737) and yet accepted a connection`
    : `${address}, which belongs to nobody, did not connect (${failure})`;
  return {
    name: 'tcp-reserved-address',
    outcome: ok ? 'anomalous' : inconclusive ? 'unknown' : 'expected',
    detail: { text, address, connected: ok, failure },
  };
}
