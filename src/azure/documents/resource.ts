/** What every resource of Azure has: its id, name and region. */
import type { z } from 'zod';
import { fields, text } from './fields.ts';
import type { Resource } from './types.ts';

const COMMON = { id: text, name: text, location: text } as const;

/** The schema of a resource with further fields. */
export function resource<Shape extends z.ZodRawShape>(shape: Shape) {
  return fields({ ...COMMON, ...shape });
}

/** Its common part; the name is the last part of the id where it stands there alone. */
export function resourceOf({ id, name, location }: { [Key in keyof Resource]: string | null }): Resource {
  return {
    id,
    name: name ?? id?.split('/').at(-1) ?? null,
    location: location === null ? null : regionName(location),
  };
}

/** “West Europe” and `westeurope` are one. */
export function regionName(location: string): string {
  return location.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The type in an id, in lower case: `microsoft.network/virtualnetworks/subnets`; null for another text. */
export function typeInId(id: string): string | null {
  const [, path] = /\/providers\/((?:(?!\/providers\/).)+)$/i.exec(id) ?? [];
  const [provider, ...parts] = (path ?? '').toLowerCase().split('/');
  if (provider === undefined || parts.length === 0) return null;
  return [provider, ...parts.filter((_, at) => at % 2 === 0)].join('/');
}

/** The subscription in an id, in lower case; null without one. */
export function subscriptionIn(id: string): string | null {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1]?.toLowerCase() ?? null;
}

/** The resource group in an id; null without one. */
export function resourceGroupIn(id: string): string | null {
  return nameIn(id, 'resourceGroups');
}

/** The name behind this segment of an id: `zone` behind `privateDnsZones`. */
export function nameIn(id: string | null, segment: string): string | null {
  const parts = (id ?? '').split('/');
  const at = parts.findIndex((part) => part.toLowerCase() === segment.toLowerCase());
  return (at < 0 ? undefined : parts[at + 1]) ?? null;
}
