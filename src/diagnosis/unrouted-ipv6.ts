/** In a virtual network without an IPv6 route to the Internet, IPv6 failures are not the services' fault. Pure. */
import { isIPv6 } from 'node:net';
import type { Failure } from '../../probes/failures.ts';
import type { Attempt, Target } from '../model/report.ts';
import { finishedAttempts, statusOf } from './status.ts';

/** Failures that the network causes, not the service. */
const NO_WAY: readonly (Failure | null)[] = ['tcp_timeout', 'tcp_unreachable', 'udp_timeout', 'udp_refused'];

export interface IPv6Discount {
  readonly targets: readonly Target[];
  /** For the report's notes; null when nothing was changed. */
  readonly note: string | null;
}

/**
 * If no target accepted a connection at a public IPv6 address, only IPv4 attempts decide each status: API Management
 * reaches its dependencies over IPv4. The IPv6 attempts stay as evidence.
 */
export function discountUnroutedIPv6(targets: readonly Target[]): IPv6Discount {
  const tried = targets.flatMap((target) => publicIPv6(target));
  if (tried.length === 0 || tried.some(({ failure }) => !NO_WAY.includes(failure)))
    return { targets, note: null };
  const judged = targets.map((target) => {
    const ipv4 = finishedAttempts(target).filter(({ address }) => !isIPv6(address));
    return target.status !== 'intermittent' || publicIPv6(target).length === 0 || ipv4.length === 0
      ? target
      : { ...target, ...statusOf(ipv4) };
  });
  const changed = judged.filter((target, index) => target !== targets[index]).length;
  if (changed === 0) return { targets, note: null };
  const note =
    `no public IPv6 address of ${changed} ${changed === 1 ? 'endpoint' : 'endpoints'} answered, so this network has no ` +
    'outbound path over IPv6; they count by IPv4, over which API Management reaches them';
  return { targets: judged, note };
}

function publicIPv6({ attempts, addresses }: Target): readonly Attempt[] {
  const isPublic = (address: string) =>
    addresses.some((one) => one.family === 6 && one.scope === 'public' && one.address === address);
  return attempts.filter(({ address, addressFrom }) => addressFrom === 'name' && isPublic(address));
}
