import type { Protocol, Transport } from '../../probes/protocols.ts';

/** What is not carried by TCP. */
const TRANSPORTS: Partial<Record<Protocol, Transport>> = { dns: 'udp', ntp: 'udp', icmp: 'icmp' };

/** What carries a protocol: what a firewall rule has to name. */
export function transportOf(protocol: Protocol): Transport {
  return TRANSPORTS[protocol] ?? 'tcp';
}
