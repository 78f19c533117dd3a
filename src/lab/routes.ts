import { INSIDE } from './hosts.ts';
import { LOOPBACK } from './listeners.ts';
import type { Place, Route } from './scenario.ts';

/** Which server stands behind a port of the lab. */
export type Front = 'tls' | 'http' | 'mute';

/** Ports that API Management's dependencies listen on. A server that only accepts is enough where the
 * conversation is not judged; a service that speaks gets a front of its own. */
export const PORTS: ReadonlyMap<number, Front> = new Map([
  [443, 'tls'],
  [1886, 'tls'],
  [3443, 'tls'],
  [80, 'http'],
  ...[25, 587, 25_028].map((port) => [port, 'mute'] as const),
  [445, 'mute'],
  [1433, 'mute'],
  [1688, 'mute'],
  ...[5671, 5672].map((port) => [port, 'mute'] as const),
  ...[6380, 10_000].map((port) => [port, 'mute'] as const),
  [12_000, 'mute'],
]);

/** RFC 5737: nobody has this address, so an honest network connects nobody to it. */
const RESERVED_ADDRESS = '192.0.2.1';

const SERVICES: Place = { kind: 'services' };
const REFUSAL: Place = { kind: 'refusal' };

/** The whole network of a scenario: its own routes, then the healthy ones, then a refusal of all the rest. */
export function allRoutes(own: readonly Route[]): readonly Route[] {
  return [
    ...own,
    { host: RESERVED_ADDRESS, port: null, to: REFUSAL },
    ...ports().map((port): Route => ({ host: null, port, to: SERVICES })),
    { host: null, port: null, to: REFUSAL },
  ];
}

/** Routes that keep what lies inside the virtual network out of the way of the routes that follow. */
export function insideFirst(...routes: readonly Route[]): readonly Route[] {
  const inside = INSIDE.flatMap((host) => ports().map((port): Route => ({ host, port, to: SERVICES })));
  return [...inside, ...routes];
}

/** A route as the `--connect-to` option spells it. */
export function connectTo(host: string | null, port: number | null, toPort: number): string {
  return `${host ?? ''}:${port ?? ''}:${LOOPBACK}:${toPort}`;
}

function ports(): readonly number[] {
  return [...PORTS.keys()];
}
