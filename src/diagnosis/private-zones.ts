import type { Resolution, Target } from '../model/report.ts';

/** The primary server in the SOA of every Azure private DNS zone. */
const PRIVATE_PRIMARY = /(?:^|\.)azureprivatedns\.net\.?$/i;

/** Microsoft's shared public names, whose privatelink alias does not prove a private endpoint. */
const MICROSOFT_OWN = ['privatelink.msidentity.com'];

/**
 * The zones of an Azure Monitor Private Link Scope in any cloud. Shared endpoints of Azure Monitor have
 * their alias even without a scope.
 */
const MONITOR_SCOPE =
  /^privatelink\.(?:(?:adx\.)?monitor\.azure|o[md]s\.opinsights\.azure|agentsvc\.azure-automation)\./i;

/** Whether a zone's primary server is that of Azure's private DNS zones. */
export function isAzurePrivatePrimary(primary: string | null | undefined): boolean {
  return PRIVATE_PRIMARY.test(primary ?? '');
}

/** Whether a zone belongs to an Azure Monitor Private Link Scope, which takes over shared public names. */
export function isMonitorScope(zone: string): boolean {
  return MONITOR_SCOPE.test(zone);
}

/** A private zone that is authoritative for a name, and the record that it lacks. */
export interface MissingRecord {
  readonly zone: string;
  readonly record: string;
}

/** The privatelink zone in an alias chain, or null. */
export function privateLinkZone(chain: readonly string[]): string | null {
  for (const alias of chain) {
    const zone = /(?:^|\.)(privatelink\..+)$/i.exec(alias.replace(/\.$/, ''))?.[1]?.toLowerCase();
    if (zone !== undefined && !MICROSOFT_OWN.includes(zone)) return zone;
  }
  return null;
}

/** Public names of resources that can have a private endpoint. */
const RESOURCE_HOST =
  /^[^.]+\.((?:(?:blob|table|queue|file)\.core|database|servicebus|redis\.cache)\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn))$/;
const VAULT_HOST = /^[^.]+\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)$/;

/** The zone of private endpoints for a public host name ("Azure Private Endpoint private DNS zone values"), or null. */
export function zoneOfSuffix(host: string): string | null {
  const vault = VAULT_HOST.exec(host)?.[1];
  if (vault !== undefined) return `privatelink.vaultcore.${vault}`;
  const suffix = RESOURCE_HOST.exec(host)?.[1];
  return suffix === undefined ? null : `privatelink.${suffix}`;
}

/** The zone of a private endpoint for this resource. */
export function resourceZone(target: Target): string | null {
  const zones = target.addresses.map(({ via }) => privateLinkZone(via));
  const zone = zones.find((candidate) => candidate !== null) ?? null;
  return zone !== null && !isMonitorScope(zone) ? zone : null;
}

/** Finds the private zone behind a negative answer, by its SOA, else by the alias chain. */
export function missingRecord(host: string, resolution: Resolution): MissingRecord | null {
  if (resolution.failure !== 'dns_nxdomain' && resolution.failure !== 'dns_nodata') return null;
  const zone = privateOwner(resolution.authority) ?? privateLinkZone(resolution.cname);
  if (zone === null) return null;
  const suffix = `.${zone}`;
  const inside = [...resolution.cname.map(normaliseName), normaliseName(host)].find((name) =>
    name.endsWith(suffix),
  );
  return { zone, record: inside === undefined ? normaliseName(host) : inside.slice(0, -suffix.length) };
}

/** The owner of the SOA, if it is an Azure private zone's. */
function privateOwner(authority: readonly string[]): string | null {
  for (const soa of authority) {
    const [owner, primary] = soa.toLowerCase().split(' ').map(normaliseName);
    if (owner !== undefined && owner !== '' && isAzurePrivatePrimary(primary)) return owner;
  }
  return null;
}

function normaliseName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
