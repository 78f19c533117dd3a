/** A real DNS server with zones as Azure and the public hierarchy hold them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Machine } from './net.ts';
import type { Background } from './processes.ts';

/** Where Azure's own resolver answers on every virtual network. */
export const AZURE_DNS = '168.63.129.16';

/** Records of one name: addresses of either family, or an alias. */
export type Answer =
  | { readonly a: string | readonly string[]; readonly aaaa?: string }
  | { readonly aaaa: string }
  | { readonly cname: string };

/** A zone; `primary` is the server that its SOA names, which is how a private zone shows itself. */
export interface Zone {
  readonly name: string;
  readonly primary: string;
  readonly records: ReadonlyMap<string, Answer>;
}

/** The primary server of every private zone of Azure. */
export const PRIVATE = 'azureprivatedns.net';

/** The primary server of the public zones of the test, as Azure DNS has them. */
export const PUBLIC = 'ns1-201.azure-dns.com';

/** The parent of a host name: the zone in which the test keeps it. */
export const parentOf = (host: string): string => host.slice(host.indexOf('.') + 1);

/**
 * One public zone for each parent of these hosts, and the root above them all. A host that is itself a parent
 * has its record at the apex of its own zone.
 */
export function publicZones(hosts: ReadonlyMap<string, Answer>): Zone[] {
  const parents = new Set([...hosts.keys()].map(parentOf));
  const zones = Map.groupBy(hosts, ([host]) => (parents.has(host) ? host : parentOf(host)));
  const root = { name: '.', primary: 'a.root-servers.net', records: new Map() };
  return [
    root,
    ...[...zones].map(([name, records]) => ({ name, primary: PUBLIC, records: new Map(records) })),
  ];
}

/** These zones with one record replaced, or removed when `answer` is null. */
export function withRecord(zones: readonly Zone[], host: string, answer: Answer | null): Zone[] {
  if (!zones.some(({ records }) => records.has(host))) throw new Error(`no zone has a record for ${host}`);
  return zones.map((zone) => {
    const others = [...zone.records].filter(([name]) => name !== host);
    const changed = zone.records.has(host) && answer !== null ? [[host, answer] as const] : [];
    return { ...zone, records: new Map([...others, ...changed]) };
  });
}

function valuesOf(answer: Answer): string[] {
  if ('cname' in answer) return [`CNAME ${answer.cname}.`];
  const four = 'a' in answer ? [answer.a].flat().map((address) => `A ${address}`) : [];
  return answer.aaaa === undefined ? four : [...four, `AAAA ${answer.aaaa}`];
}

/** A zone in the format of RFC 1035 section 5. */
export function zoneFile(zone: Zone): string {
  const apex = zone.name === '.' ? '.' : `${zone.name}.`;
  const lines = [...zone.records].flatMap(([name, answer]) =>
    valuesOf(answer).map((value) => `${name}. ${value}`),
  );
  const mailbox = zone.primary === PRIVATE ? 'azureprivatedns-host' : 'azuredns-hostmaster';
  const soa = `${apex} SOA ${zone.primary}. ${mailbox}.microsoft.com. 1 3600 300 2419200 10`;
  return [`$TTL 60`, soa, `${apex} NS ${zone.primary}.`, ...lines, ''].join('\n');
}

/** unbound, resolving from these zones alone; `extra` goes into its `server:` clause. */
export async function unbound(
  machine: Machine,
  folder: string,
  zones: readonly Zone[],
  extra: readonly string[] = [],
  address = AZURE_DNS,
): Promise<Background> {
  const clauses: string[] = [];
  for (const [index, zone] of zones.entries()) {
    const file = join(folder, `${index}.zone`);
    await writeFile(file, zoneFile(zone));
    clauses.push('auth-zone:', `  name: "${zone.name}"`, `  zonefile: "${file}"`);
    clauses.push('  for-upstream: yes', '  for-downstream: no');
  }
  const server = [
    `interface: ${address}`,
    'access-control: 0.0.0.0/0 allow',
    'module-config: "iterator"',
    'username: ""',
    'chroot: ""',
    'pidfile: ""',
    'use-syslog: no',
    'do-ip6: no',
    ...extra,
  ].map((line) => `  ${line}`);
  const file = join(folder, 'unbound.conf');
  await writeFile(
    file,
    ['server:', ...server, 'remote-control:', '  control-enable: no', ...clauses, ''].join('\n'),
  );
  const program = machine.serve(['unbound', '-d', '-c', file]);
  await program.printed('start of service');
  return program;
}

/** dnsmasq as a customer's own DNS server on this address; `answers` are the options with its answers. */
export async function dnsmasq(
  machine: Machine,
  address: string,
  answers: readonly string[],
): Promise<Background> {
  const isListening = async (): Promise<boolean> => (await machine.listening()).has(`${address}:53`);
  // dnsmasq closes its output early, so one that was ended before may still hold the port.
  while (await isListening()) await setTimeout(50);
  const program = machine.serve([
    ...['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--user=root', '--pid-file='],
    ...['--no-resolv', '--no-hosts', '--bind-interfaces', `--listen-address=${address}`, ...answers],
  ]);
  await program.until(isListening);
  return program;
}
