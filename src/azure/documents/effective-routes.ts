/** The effective routes of a network interface: `az network nic show-effective-route-table`. */
import { listOf } from './fields.ts';
import { EffectiveRoute } from './route.ts';
import type { EffectiveRoutes } from './types.ts';

export const EffectiveRouteList = listOf(EffectiveRoute).transform(
  (routes): EffectiveRoutes => ({ kind: 'effective-routes', routes }),
);
