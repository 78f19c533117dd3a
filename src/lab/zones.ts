import type { LabHost } from './lab-host.ts';

/** What a name owns: an alias, or addresses (IPv4 only; the lab has no IPv6). */
type ZoneRecord = { readonly alias: string } | { readonly addresses: readonly string[] };

/** The authority of a zone: the public hierarchy, or an Azure private zone linked to the network. */
type Keeper = 'public' | 'private';

/** The data of the lab's name server. Names are lower case, without the final dot. */
export interface ZoneData {
  readonly records: ReadonlyMap<string, ZoneRecord>;
  readonly zones: ReadonlyMap<string, Keeper>;
}

/** The start-of-authority record that goes with a negative answer (RFC 2308). */
export interface StartOfAuthority {
  readonly zone: string;
  readonly primary: string;
  readonly admin: string;
}

export interface Lookup {
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  readonly aliases: readonly { readonly name: string; readonly target: string }[];
  /** The name at the end of the chain. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Set when there is no answer of the type asked for. */
  readonly soa: StartOfAuthority | null;
}

const PUBLIC_ZONES = [
  '',
  'blob.core.windows.net',
  'table.core.windows.net',
  'queue.core.windows.net',
  'file.core.windows.net',
  'core.windows.net',
  'database.windows.net',
  'vault.azure.net',
  'vaultcore.azure.net',
  'servicebus.windows.net',
  'redis.cache.windows.net',
  'trafficmanager.net',
  'azure-api.net',
  'microsoftmetrics.com',
  'azure.com',
  'microsoft.com',
  'microsoftonline.com',
  'digicert.com',
];

/** Zone data for the given hosts: public zones for all, and a private one for each name of `privateNames`. */
export function zoneData(hosts: readonly LabHost[], privateNames: readonly string[]): ZoneData {
  const records = new Map<string, ZoneRecord>();
  for (const host of hosts) {
    const chain = [host.name, ...host.aliases];
    chain.forEach((name, index) => {
      const next = chain[index + 1];
      records.set(name, next === undefined ? { addresses: host.addresses } : { alias: next });
    });
  }
  const zones = new Map<string, Keeper>(PUBLIC_ZONES.map((zone) => [zone, 'public']));
  for (const name of privateNames) zones.set(name, 'private');
  return { records, zones };
}

/** Answers a question as a recursive resolver inside the virtual network would. */
export function lookup(data: ZoneData, question: string, type: 'A' | 'other'): Lookup {
  const aliases: { name: string; target: string }[] = [];
  let name = question.toLowerCase();
  let record = data.records.get(name);
  while (record !== undefined && 'alias' in record && aliases.length < data.records.size) {
    aliases.push({ name, target: record.alias });
    name = record.alias;
    record = data.records.get(name);
  }
  const addresses = record !== undefined && 'addresses' in record && type === 'A' ? record.addresses : [];
  const soa = addresses.length > 0 ? null : startOfAuthority(data, name);
  const rcode = record !== undefined || isAbove(data, name) ? 'NOERROR' : 'NXDOMAIN';
  return { rcode, aliases, name, addresses, soa };
}

/** A name without records exists when there are names below it (RFC 8020). */
function isAbove(data: ZoneData, name: string): boolean {
  const below = `.${name}`;
  const names = [...data.records.keys(), ...data.zones.keys()];
  return names.some((known) => known === name || known.endsWith(below));
}

/** The zone that a name lies in is the longest one that it ends in. */
function startOfAuthority(data: ZoneData, name: string): StartOfAuthority {
  const labels = name.split('.');
  const zone =
    labels.map((_, index) => labels.slice(index).join('.')).find((suffix) => data.zones.has(suffix)) ?? '';
  if (data.zones.get(zone) === 'private')
    return { zone, primary: 'azureprivatedns.net', admin: 'azureprivatedns-host.microsoft.com' };
  if (zone === '') return { zone, primary: 'a.root-servers.net', admin: 'nstld.verisign-grs.com' };
  return { zone, primary: 'ns1-201.azure-dns.com', admin: 'azuredns-hostmaster.microsoft.com' };
}
