import { INSIDE } from './hosts.ts';
import { LOOPBACK } from './listeners.ts';
import type { Route, RouteEnd } from './scenario.ts';

/** Which server stands behind a port of the lab; `mute` sends nothing once it is connected. */
export type Front =
  | 'amqps'
  | 'amqp'
  | 'https'
  | 'http'
  | 'kms'
  | 'ntp'
  | 'rediss'
  | 'smb'
  | 'smtp'
  | 'sql'
  | 'mute';

/** Ports that API Management's dependencies listen on. A service that sends first gets a server of its own. */
export const PORTS: ReadonlyMap<number, Front> = new Map([
  ...serving('https', 443, 1886, 3443),
  ...serving('http', 80),
  ...serving('amqps', 5671),
  ...serving('amqp', 5672),
  ...serving('rediss', 6380, 10_000),
  ...serving('kms', 1688),
  ...serving('ntp', 123),
  ...serving('smb', 445),
  ...serving('smtp', 25, 587, 25_028),
  ...serving('sql', 1433),
  // What once went to 12000
  ...serving('mute', 12_000),
]);

const SERVICES: RouteEnd = { kind: 'services' };
const REFUSAL: RouteEnd = { kind: 'refusal' };

/** 192.0.2.1 belongs to no host (RFC 5737), so a network without interception refuses connections to it. */
export const UNASSIGNED: Route = { host: '192.0.2.1', port: null, to: REFUSAL };

/** The whole network of a scenario: its own routes, then the healthy ones, then a refusal of all the rest. */
export function allRoutes(own: readonly Route[]): readonly Route[] {
  return [
    ...own,
    UNASSIGNED,
    ...ports().map((port): Route => ({ host: null, port, to: SERVICES })),
    { host: null, port: null, to: REFUSAL },
  ];
}

/** Routes for hosts inside the virtual network, before routes that must not affect them. */
export function insideFirst(...routes: readonly Route[]): readonly Route[] {
  const inside = INSIDE.flatMap((host) => ports().map((port): Route => ({ host, port, to: SERVICES })));
  return [...inside, ...routes];
}

/** A route as the `--connect-to` option spells it. */
export function connectTo(host: string | null, port: number | null, toPort: number): string {
  return `${host ?? ''}:${port ?? ''}:${LOOPBACK}:${toPort}`;
}

function serving(front: Front, ...ports: readonly number[]): readonly (readonly [number, Front])[] {
  return ports.map((port) => [port, front]);
}

function ports(): readonly number[] {
  return [...PORTS.keys()];
}
