/**
 * The outbound network dependencies: what the instance reaches out to, by category. The reply states neither whether an
 * endpoint is optional nor whether it is reachable.
 */
import type { Group } from '../model/vocabulary.ts';

/** One host and port. */
export interface Dependency {
  /** “Azure Storage”, “Azure SQL”, “SSL Certificate Verification” and the like. */
  readonly category: string | null;
  readonly domainName: string;
  /** As it stands there, in range or not; null where none does. */
  readonly port: number | null;
  /** “West Europe”, or “Global”. */
  readonly region: string | null;
}

export interface OutboundDependencies {
  readonly kind: 'outbound-dependencies';
  readonly dependencies: readonly Dependency[];
}

/**
 * The categories of the example reply of 2024-05-01, and the one for Key Vault, which it does not show. Storage
 * is one category for all its kinds: the host name is more precise.
 */
const CATEGORIES: ReadonlyMap<string, Group> = new Map([
  ['azure storage', 'storage-blob'],
  ['azure sql', 'sql'],
  ['azure key vault', 'key-vault'],
  ['azure event hub', 'event-hubs'],
  ['azure monitor', 'azure-monitor'],
  ['azure active directory', 'entra-id'],
  ['ssl certificate verification', 'certificates'],
  ['azure smtp', 'smtp'],
  ['portal captcha', 'captcha'],
]);

/** The group that a category stands for; null for one that Azure has added since. */
export function groupOfCategory(category: string): Group | null {
  return CATEGORIES.get(category.toLowerCase()) ?? null;
}
