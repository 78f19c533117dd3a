/** A route table: `az network route-table show`. */
import { flag, listOf, references } from './fields.ts';
import { resource, resourceOf } from './resource.ts';
import { UserRoute } from './route.ts';
import type { RouteTable } from './types.ts';

export const RouteTableResource = resource({
  disableBgpRoutePropagation: flag,
  routes: listOf(UserRoute),
  subnets: references,
}).transform(
  (table): RouteTable => ({
    kind: 'route-table',
    ...resourceOf(table),
    bgpDisabled: table.disableBgpRoutePropagation ?? false,
    routes: table.routes,
    subnets: table.subnets,
  }),
);
