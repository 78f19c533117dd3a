import type { Protocol, Transport } from '../../probes/protocols.ts';

/** Protocols without TCP. */
const TRANSPORTS: Partial<Record<Protocol, Transport>> = { dns: 'udp', ntp: 'udp', icmp: 'icmp' };

/** The transport of a protocol, which a firewall rule has to name. */
export function transportOf(protocol: Protocol): Transport {
  return TRANSPORTS[protocol] ?? 'tcp';
}
