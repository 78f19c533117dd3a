/** Next hops of routes, for the checks. Pure. */
import type { ChosenRoute } from '../azure/evaluate/routes.ts';

/** Of a documentation network (RFC 5737): it takes the route of everything that has none of its own. */
export const ANY_PUBLIC = '198.51.100.1';

export const SAVE_ROUTES =
  'az network nic show-effective-route-table --resource-group GROUP --name NIC --output json > effective-routes.json';

export function isInternet({ route }: ChosenRoute): boolean {
  return route.nextHopType.toLowerCase() === 'internet';
}

/** Its address, or else its type. */
export function hopOf({ route }: ChosenRoute): string {
  return route.nextHopAddresses[0] ?? route.nextHopType;
}
