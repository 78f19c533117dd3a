/** Which of this VM's own routes an address takes. Pure. */
import { isInside, prefixOf } from '../common/cidr.ts';
import type { Environment } from '../model/report.ts';

export type Route = NonNullable<Environment['network']['routes']>[number];

const DEFAULT_ROUTE = '0.0.0.0/0';

/** Whether a default route exists that accepts packets. */
export function hasDefaultRoute(routes: readonly Route[]): boolean {
  return routes.some(({ destination, rejects }) => destination === DEFAULT_ROUTE && !rejects);
}

/** The route with the longest prefix that covers the IPv4 address; undefined when none does. */
export function findRoute(address: string, routes: readonly Route[]): Route | undefined {
  return routes
    .filter(({ destination }) => isInside(address, destination))
    .toSorted((one, other) => prefixOf(other.destination) - prefixOf(one.destination))[0];
}
