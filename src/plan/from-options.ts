/** Targets that the user or this machine's settings add to the catalogue. Pure. */
import type { Options } from '../config/types.ts';
import { targetId } from './target-id.ts';
import { transportOf } from './transport.ts';
import type { PlanContext, PlannedTarget } from './types.ts';

const ENDPOINT = {
  resourceType: null,
  required: false,
  serviceTag: null,
  direction: 'outbound',
  since: null,
  until: null,
  path: null,
  vip: null,
  testable: true,
  reason: null,
  kind: 'endpoint',
} as const;

/** The DNS servers in use. Without one, a required endpoint cannot be tested. */
export function fromServers({ servers, serversFrom, today }: PlanContext): PlannedTarget[] {
  const server = (host: string, port: number): PlannedTarget => ({
    ...ENDPOINT,
    id: targetId('dns', host, port),
    group: 'dns',
    host,
    port,
    transport: 'udp',
    protocol: 'dns',
    conversation: 'dns',
    required: true,
    purpose: 'DNS server of this machine, over UDP and TCP',
    source: { kind: 'config', document: serversFrom, asOf: today, name: null },
  });
  if (servers.length > 0) return servers.map(({ address, port }) => server(address, port));
  return [
    {
      ...server('<dns-server>', 53),
      testable: false,
      reason: 'none is configured: give --dns-server ADDRESS',
    },
  ];
}

/** `--target`, in the order given. */
export function fromUrls(options: Options, { today }: PlanContext): PlannedTarget[] {
  return options.target.map(({ protocol, host, port, path }) => ({
    ...ENDPOINT,
    id: targetId('custom', host, port),
    group: 'custom',
    host,
    port,
    transport: transportOf(protocol),
    protocol,
    conversation: protocol,
    purpose: 'Asked for by --target',
    source: { kind: 'config', document: '--target', asOf: today, name: null },
    path,
  }));
}
