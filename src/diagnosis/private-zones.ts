import type { Resolution, Target } from '../model/report.ts';

/** The primary server in the SOA of every Azure private DNS zone. */
const PRIVATE_PRIMARY = /(?:^|\.)azureprivatedns\.net\.?$/i;

/** Public names of Microsoft's own that pass a privatelink alias for everybody: no sign of a private endpoint. */
const MICROSOFT_OWN = ['privatelink.msidentity.com'];

/**
 * The zones of an Azure Monitor Private Link Scope, in whatever cloud. Shared endpoints of Azure Monitor carry
 * their alias whether or not a scope exists.
 */
const MONITOR_SCOPE =
  /^privatelink\.(?:(?:adx\.)?monitor\.azure|o[md]s\.opinsights\.azure|agentsvc\.azure-automation)\./i;

/** Whether a zone's primary server is that of Azure's private DNS zones. */
export function isAzurePrivatePrimary(primary: string | null | undefined): boolean {
  return PRIVATE_PRIMARY.test(primary ?? '');
}

/** Whether a zone belongs to an Azure Monitor Private Link Scope, which takes over names that everybody shares. */
export function isMonitorScope(zone: string): boolean {
  return MONITOR_SCOPE.test(zone);
}

/** A private zone that claims a name, and the name in it that has no record. */
export interface MissingRecord {
  readonly zone: string;
  readonly record: string;
}

/** The privatelink zone that an alias chain passes; null when it passes none. */
function privateLinkZone(chain: readonly string[]): string | null {
  for (const alias of chain) {
    const zone = /(?:^|\.)(privatelink\..+)$/i.exec(alias.replace(/\.$/, ''))?.[1]?.toLowerCase();
    if (zone !== undefined && !MICROSOFT_OWN.includes(zone)) return zone;
  }
  return null;
}

/** The zone of a private endpoint that somebody made for this very resource. */
export function resourceZone(target: Target): string | null {
  const zones = target.addresses.map(({ via }) => privateLinkZone(via));
  const zone = zones.find((candidate) => candidate !== null) ?? null;
  return zone !== null && !isMonitorScope(zone) ? zone : null;
}

/** Reads a negative answer: which private zone gave it, by its SOA or else by the alias that was followed. */
export function missingRecord(host: string, resolution: Resolution): MissingRecord | null {
  if (resolution.failure !== 'dns_nxdomain' && resolution.failure !== 'dns_nodata') return null;
  const zone = privateOwner(resolution.authority) ?? privateLinkZone(resolution.cname);
  if (zone === null) return null;
  const suffix = `.${zone}`;
  const inside = [...resolution.cname.map(plain), plain(host)].find((name) => name.endsWith(suffix));
  return { zone, record: inside === undefined ? plain(host) : inside.slice(0, -suffix.length) };
}

/** The owner of the SOA, when that is a private zone's. */
function privateOwner(authority: readonly string[]): string | null {
  for (const soa of authority) {
    const [owner, primary] = soa.toLowerCase().split(' ').map(plain);
    if (owner !== undefined && owner !== '' && isAzurePrivatePrimary(primary)) return owner;
  }
  return null;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
