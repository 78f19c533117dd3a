/** The survey: describes this host and its network before the probes run. */

import { printable } from '../../probes/printable.ts';
import { nameDnsServer } from '../common/host-port.ts';
import type { Options } from '../config/types.ts';
import { METADATA_ADDRESS } from '../model/azure.ts';
import { readHostsFile } from './hosts-file.ts';
import { hasGlobalIPv6, localHostName, localInterfaces, proxyVariables } from './local.ts';
import type { InstanceMetadata, MetadataResult } from './metadata.ts';
import { asksDns, DEFAULT_SOURCES, type HostSources, hostSources } from './nsswitch.ts';
import { type Resolvers, systemResolvers } from './resolvers.ts';
import { readRoutes } from './routes.ts';
import { networkOf } from './subnet.ts';
import type { Machine, MetadataReply, Survey } from './types.ts';

/** What this host holds: its interfaces, resolvers and files. */
type HostInfo = Awaited<ReturnType<typeof surveyHost>>;

/**
 * Surveys this host.
 * @param askMetadata asks the instance metadata service; with null the survey sends nothing
 */
export async function survey(
  options: Options,
  machine: Machine,
  askMetadata: (() => Promise<MetadataReply>) | null,
): Promise<Survey> {
  const [reply, host] = await Promise.all([askMetadata === null ? null : askMetadata(), surveyHost(machine)]);
  if (reply === null) return describeSurvey(options, machine, host, null);
  // Its schemas would slow down the start of a plan that does not ask.
  const { readReply } = await import('./metadata.ts');
  return describeSurvey(options, machine, host, (own) => readReply(reply, own));
}

/** Reads what this host holds. Sends nothing. */
export async function surveyHost(machine: Machine) {
  const [outbound, resolvers, hostsFile, order, routes] = await Promise.all([
    machine.outboundAddress(),
    systemResolvers(machine),
    readHostsFile(machine),
    sourcesOf(machine),
    readRoutes(machine.routesFile),
  ]);
  return { ...localInterfaces(machine), outbound, resolvers, hostsFile, order, routes };
}

/**
 * Describes host and network.
 * @param readMetadata reads what the instance metadata service replied, by the addresses of this machine; null when it
 *   was not asked, or has not answered yet
 */
export function describeSurvey(
  options: Options,
  machine: Machine,
  { interfaces, notes, outbound, resolvers, hostsFile, order, routes }: HostInfo,
  readMetadata: ((own: readonly string[]) => MetadataResult) | null,
): Survey {
  const own = [outbound, ...interfaces.map(({ address }) => address)].filter((address) => address !== null);
  const metadata = readMetadata === null ? null : readMetadata(own);
  const known = metadata?.kind === 'present' ? metadata.metadata : null;
  const dns = serversInUse(options, resolvers);
  const { network, notes: networkNotes } = networkOf(options, known?.subnet ?? null, interfaces);
  return {
    environment: {
      cloud: options.cloud ?? known?.cloud ?? 'public',
      region: options.region ?? known?.region ?? null,
      vm: known === null ? null : describeVm(known, localHostName(machine)),
      network: routes === undefined ? network : { ...network, routes },
      dns: {
        servers: dns.servers.map(nameDnsServer),
        source: dns.source,
        searchDomains: [...resolvers.searchDomains],
        system: describeSystem(machine, resolvers, order),
        hostsFile: { path: machine.hostsFile, entries: hostsFile.hosts.size, overrides: [] },
      },
      proxies: proxyVariables(machine.env),
      clockOffsetMs: null,
      privileged: machine.privileged,
      notes: [
        ...cloudNotes(options, known, metadata),
        ...networkNotes,
        ...dns.notes,
        ...(machine.isMusl ? [MUSL] : []),
        ...hostsFile.notes,
        ...notes,
      ],
    },
    servers: dns.servers,
    searchDomains: resolvers.searchDomains,
    sources: order.sources,
    hosts: hostsFile.hosts,
    hasIPv6: hasGlobalIPv6(interfaces),
    limit: dns.limit,
    metadata: metadata === null ? null : metadataControl(metadata),
  };
}

function describeVm({ vm, region }: InstanceMetadata, hostName: string | null): Survey['environment']['vm'] {
  return { ...vm, hostName, ...(region !== null && { region }) };
}

const MUSL = 'the C library here is musl: it asks all DNS servers at once, and takes the first answer';

/** nsswitch.conf(5) is glibc's alone; every other system uses the hosts file, and then DNS. */
async function sourcesOf({ platform, isMusl, sourcesFile }: Machine): Promise<HostSources> {
  return platform === 'win32' || isMusl ? DEFAULT_SOURCES : hostSources(sourcesFile);
}

const MOST_SOURCES = 16;
const LONGEST_SOURCE = 32;

function describeSystem(
  { sourcesFile }: Machine,
  { options, named }: Resolvers,
  { sources, line }: HostSources,
): Survey['environment']['dns']['system'] {
  if (options === null) return null;
  const { tcpOnly: _, ...times } = options;
  return {
    order: sources.slice(0, MOST_SOURCES).map(({ name }) => printable(name, LONGEST_SOURCE)),
    ...times,
    serverNamed: named,
    asksDns: options.attempts > 0 && asksDns(sources),
    sourcesFile: line === null ? null : { path: sourcesFile, line },
  };
}

type InUse = Pick<Resolvers, 'servers' | 'source' | 'notes' | 'limit'>;

/** The user's servers, or else the system's, without duplicates. */
function serversInUse({ dnsServer }: Options, system: InUse): InUse {
  const { servers, source, notes, limit } =
    dnsServer.length > 0 ? { servers: dnsServer, source: '--dns-server', notes: [], limit: null } : system;
  const byName = new Map(servers.map((server) => [nameDnsServer(server), server]));
  const repeated = [...byName.keys()].filter(
    (name) => servers.filter((server) => nameDnsServer(server) === name).length > 1,
  );
  return {
    servers: [...byName.values()],
    source,
    limit,
    notes: [...notes, ...repeated.map((name) => `${source} names ${name} more than once; it is asked once`)],
  };
}

const ASSUMED_CLOUD = 'the public cloud is assumed: give --cloud and --region if that is wrong';

/** The user's option takes precedence over the metadata service; a contradiction becomes a note. */
function cloudNotes(
  options: Options,
  known: InstanceMetadata | null,
  metadata: MetadataResult | null,
): string[] {
  if (known === null) return options.cloud === null ? [`${describeAbsence(metadata)}; ${ASSUMED_CLOUD}`] : [];
  const { cloud, notes } = known;
  if (options.cloud === null) return notes.map((note) => `${note}; the public cloud is assumed`);
  if (cloud === null || cloud === options.cloud) return [];
  return [`the metadata service names the ${cloud} cloud; --cloud ${options.cloud} is followed`];
}

/** A service that answered with an error is one, unlike a closed port. */
function describeAbsence(metadata: MetadataResult | null): string {
  return metadata?.kind === 'failing'
    ? `the instance metadata service could not answer (${metadata.why})`
    : 'no instance metadata service answered';
}

function metadataControl(result: MetadataResult): NonNullable<Survey['metadata']> {
  switch (result.kind) {
    case 'present':
      return control('expected', 'the instance metadata service answered');
    case 'absent':
      return control('unknown', `no instance metadata service at ${METADATA_ADDRESS} (${result.why})`);
    case 'not-asked':
      return control(
        'unknown',
        `the instance metadata service could not be asked, because this VM ran out of a resource: ${result.why}`,
      );
    case 'failing':
      return control('unknown', `the instance metadata service could not answer: ${result.why}`);
    case 'malformed':
      return control('anomalous', `${METADATA_ADDRESS} is not an instance metadata service: ${result.why}`);
  }
}

function control(
  outcome: 'expected' | 'anomalous' | 'unknown',
  text: string,
): NonNullable<Survey['metadata']> {
  return { name: 'metadata', outcome, detail: { text } };
}
