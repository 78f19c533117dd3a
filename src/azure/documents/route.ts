/** One route: of a route table, or an effective one of a network interface. */
import type { z } from 'zod';
import { check } from './check.ts';
import { fields, requiredText, text, textList } from './fields.ts';
import { splitPrefixes } from './prefixes.ts';
import type { Route } from './types.ts';

const SOURCES: Readonly<Record<string, Route['source']>> = {
  default: 'system',
  user: 'user',
  virtualnetworkgateway: 'bgp',
};

const Written = fields({
  name: text,
  source: text,
  state: text,
  addressPrefix: textList,
  destinationServiceTags: textList,
  nextHopType: requiredText,
  nextHopIpAddress: textList,
});

/** An effective route. The prefixes of a service tag stand in it beside the tag. */
export const EffectiveRoute = Written.transform((route, context): Route => {
  const source = SOURCES[(route.source ?? '').toLowerCase()] ?? 'unknown';
  return { ...readRoute(route, context), source, isActive: !/^invalid$/i.test(route.state ?? '') };
});

/** A route of a route table, which holds service tags unexpanded. */
export const UserRoute = Written.transform(
  (route, context): Route => ({ ...readRoute(route, context), source: 'user', isActive: true }),
);

function readRoute(
  route: z.infer<typeof Written>,
  context: z.core.$RefinementCtx,
): Omit<Route, 'source' | 'isActive'> {
  const { cidrs, tags } = check(context, 'addressPrefix', () => splitPrefixes(route.addressPrefix), {
    cidrs: [],
    tags: [],
  });
  const expanded = route.destinationServiceTags;
  const tag = expanded.length > 0 ? expanded.join(', ') : null;
  return {
    name: route.name,
    prefixes: cidrs.map((cidr) => ({ cidr, tag })),
    tags: cidrs.length === 0 ? [...new Set([...tags, ...expanded])] : tags,
    nextHopType: route.nextHopType,
    nextHopAddresses: route.nextHopIpAddress,
  };
}
