/**
 * Where a handshake ended in silence: asks the same server for a small reply. A ClientHello that no server accepts is
 * refused with an alert of seven bytes; the usual one is answered with certificates, in full-size packets.
 */
import { createSecureContext } from 'node:tls';
import type { Failure } from '../../../probes/failures.ts';
import { SERVICE_TLS } from '../../../probes/wire/tls-client.ts';
import type { ControlOf } from '../../model/controls.ts';
import { isBareTls } from '../../model/cut-handshake.ts';
import type { ObservedTarget } from '../../model/report.ts';
import type { RunContext } from '../context.ts';
import { isInconclusive } from './inconclusive.ts';
import { type Destination, tryHandshake } from './try-handshake.ts';

type PacketSize = ControlOf<'packet-size'>;
type Try = PacketSize['detail']['tries'][number];
type SilentTarget = Destination & { readonly id: string };

/** A few show whether it is the whole network. */
const MOST_TARGETS = 4;
/** Anonymous key exchange (RFC 5246, appendix F.1.1.1), which public servers do not have. */
const REFUSED_CIPHERS = 'ADH-AES128-GCM-SHA256:ADH-AES256-GCM-SHA384:@SECLEVEL=0';
/** A server's answers to a ClientHello that it refuses. */
const REFUSALS: readonly (Failure | null)[] = ['tls_alert', 'tls_closed', 'tls_reset'];

/** One control for each of a few addresses; none when no handshake ended in silence. */
export async function packetSizes(
  targets: readonly ObservedTarget[],
  context: RunContext,
): Promise<PacketSize[]> {
  const silent = targets.flatMap(findSilent);
  const byAddress = [...new Map(silent.map((target) => [target.address, target])).values()];
  return Promise.all(byAddress.slice(0, MOST_TARGETS).map((target) => trySizes(target, context)));
}

function findSilent({ id, host, port, attempts }: ObservedTarget): SilentTarget[] {
  if (attempts.some(({ ok }) => ok)) return [];
  const silent = attempts.find((attempt) => attempt.failure === 'tls_timeout' && isBareTls(attempt));
  return silent === undefined ? [] : [{ id, host, port, address: silent.address }];
}

/** Small, large, and small again, with the same name and TLS version; ends at the first unexpected result. */
async function trySizes(target: SilentTarget, context: RunContext): Promise<PacketSize> {
  const version = { ...SERVICE_TLS, maxVersion: 'TLSv1.2' as const, ca: [] };
  const contexts = {
    small: createSecureContext({ ...version, ciphers: REFUSED_CIPHERS }),
    large: createSecureContext(version),
  };
  const tries: Try[] = [];
  for (const reply of ['small', 'large', 'small'] as const) {
    const options = { serverName: target.host, secureContext: contexts[reply] };
    const { failure, bytesReceived } = await tryHandshake(target, options, context);
    tries.push({ reply, failure, bytesReceived });
    const isExpected = reply === 'small' ? REFUSALS.includes(failure) : failure === 'tls_timeout';
    if (!isExpected) break;
  }
  return describe(target, tries);
}

function describe({ id, host, port, address }: SilentTarget, tries: Try[]): PacketSize {
  const last = tries.at(-1);
  const isLost = tries.length === 3 && REFUSALS.includes(last?.failure ?? null);
  const isUnknown = isInconclusive(last?.failure ?? null);
  const where = `${address}:${port}, where TLS for ${host} ended in silence,`;
  const text = isLost
    ? `${where} answers with a small reply and not with a large one`
    : `${where} ${isUnknown ? 'could not be tried' : 'gives small replies no more than large ones'}`;
  return {
    name: 'packet-size',
    outcome: isLost ? 'anomalous' : isUnknown ? 'unknown' : 'expected',
    detail: { text, target: id, address, tries },
  };
}
