import { dns } from './dns.ts';
import { http, https } from './http.ts';
import type { Protocol } from './protocols.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import type { Probe } from './types.ts';

/** Every probe, by the protocol that it speaks. */
const registry: Partial<Record<Protocol, Probe>> = { dns, http, https, tcp, tls };

/** How far the others are taken until they have a probe of their own; what is absent cannot be tested yet. */
const asFarAs: Partial<Record<Protocol, 'tcp' | 'tls'>> = {
  amqp: 'tcp',
  amqps: 'tls',
  kms: 'tcp',
  redis: 'tcp',
  rediss: 'tls',
  smb: 'tcp',
  smtp: 'tcp',
  tds: 'tcp',
};

export interface Choice {
  readonly probe: Probe;
  /** Where the probe stops when the protocol itself is not spoken; null when it is. */
  readonly stopsAt: 'tcp' | 'tls' | null;
}

/** The probe for a protocol, or null when this version has none and no lower layer stands in. */
export function probeFor(protocol: Protocol): Choice | null {
  const own = registry[protocol];
  if (own !== undefined) return { probe: own, stopsAt: null };
  const layer = asFarAs[protocol];
  return layer === undefined ? null : { probe: layer === 'tcp' ? tcp : tls, stopsAt: layer };
}
