import type { Observations, Target } from '../model/report.ts';
import type { Group } from '../model/vocabulary.ts';

/**
 * Commands are pasted into a shell, and host names come from files, certificates and DNS. Only names and
 * addresses without any character that a shell or an option parser reads are ever put into one.
 */
const SAFE_WORD = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?$/;
const SAFE_IPV6 = /^[0-9A-Fa-f:]{2,39}$/;
const SERVER_WITH_PORT = /^\[?([0-9.]{7,15}|[0-9A-Fa-f:]{2,39})\]?:([0-9]{1,5})$/;
/** Beyond this many groups or names, a whole run is the shorter command. */
const LIMIT = 4;

const RESOURCE_FLAGS: Partial<Record<Group, string>> = {
  'storage-blob': '--storage',
  'storage-table': '--storage',
  'storage-queue': '--storage',
  'storage-file': '--storage',
  sql: '--sql',
  'key-vault': '--key-vault',
  'event-hubs': '--event-hubs',
  redis: '--redis',
};

/** Whether a host name or address may stand in a command as it is. */
function isSafeHost(host: string): boolean {
  return SAFE_WORD.test(host) || SAFE_IPV6.test(host);
}

/**
 * The `apim-probe run` that tests these targets again, with the options that name them. Falls back to a
 * whole run where a name is not fit for a command line.
 */
export function probeAgain(observations: Observations, targets: readonly Target[]): string {
  const again = targets.filter((target) => target.status !== 'reachable');
  const chosen = again.length > 0 ? again : targets;
  const groups = new Set<Group>();
  const flags = new Set<string>();
  for (const target of chosen) {
    const flag = naming(target);
    if (flag === null) return 'apim-probe run';
    groups.add(isOfImport(target) ? 'custom' : target.group);
    if (flag !== '') flags.add(flag);
  }
  for (const flag of locations(chosen)) flags.add(flag);
  if (groups.size === 0 || groups.size > LIMIT || flags.size > LIMIT) return 'apim-probe run';
  const only = [...groups].sort().map((group) => `--only ${group}`);
  return ['apim-probe run', ...where(observations, groups), ...only, ...[...flags].sort()].join(' ');
}

/** The run that asks the DNS servers of this one again, where no target stands for them. */
export function askDnsAgain(observations: Observations): string {
  return ['apim-probe run', ...where(observations, new Set(['dns'])), '--only dns'].join(' ');
}

/** The question to one DNS server, or to the system's own when there is none to name. */
export function lookup(host: string, server: string | null): string {
  if (!isSafeHost(host)) return 'apim-probe run --only dns';
  if (server === null) return `nslookup ${host}`;
  if (isSafeHost(server)) return `nslookup ${host} ${server}`;
  const [, address, port] = SERVER_WITH_PORT.exec(server) ?? [];
  return address === undefined ? `nslookup ${host}` : `nslookup -port=${port} ${host} ${address}`;
}

/** The question whose zone a name is. */
export function lookupZone(zone: string, server: string | null): string {
  return lookup(zone, server).replace('nslookup ', 'nslookup -type=SOA ');
}

/** The command that prints DNS records for these hosts of the instance; a stand-in where an argument is not known. */
export function recordsCommand(
  { environment }: Observations,
  targets: readonly Target[],
  address: string | null,
): string {
  const flags = new Set(targets.map(naming).filter((flag) => flag !== null && flag !== ''));
  const names = [...flags, ...locations(targets)].sort();
  return [
    'apim-probe records',
    ...(environment.cloud === 'public' ? [] : [`--cloud ${environment.cloud}`]),
    ...(names.length > 0 ? names : ['--apim NAME']),
    `--vip ${address !== null && isSafeHost(address) ? address : 'ADDRESS'}`,
  ].join(' ');
}

/** Prints who issued the certificate that the host presents to this VM. */
export function showIssuer(host: string, port: number): string {
  if (!isSafeHost(host) || host.includes(':')) return 'apim-probe run';
  const address = `${host}:${port}`;
  return `openssl s_client -connect ${address} -servername ${host} </dev/null | openssl x509 -noout -subject -issuer -dates`;
}

/** The instance's name is what stands before the role's label, or before the region of a regional gateway. */
const INSTANCE_HOST =
  /^([A-Za-z0-9-]+?)(?:-[a-z0-9]+-\d+\.regional|\.(?:portal|developer|management|scm|configuration))?\.azure-api\.(?:net|us|cn)$/;

/** Gateways that a run has only because somebody named their region. */
function locations(targets: readonly Target[]): string[] {
  const regions = targets
    .filter(({ source }) => source.kind === 'config' && source.document === '--location')
    .flatMap(({ host }) => /-([a-z0-9]+)-\d+\.regional\./.exec(host)?.[1] ?? []);
  return [...new Set(regions)].map((region) => `--location ${region}`);
}

/** What only the service's own list names: no flag brings it but the file, whose path a report does not have. */
function isOfImport({ source, group }: Target): boolean {
  return source.kind === 'import' && RESOURCE_FLAGS[group] === undefined && !isOwn(group);
}

function isOwn(group: Group): boolean {
  return group === 'gateway' || group === 'control-plane';
}

/** The flag that makes a run plan this target; empty when the catalogue has it, null when it cannot be said. */
function naming(target: Target): string | null {
  const resource = RESOURCE_FLAGS[target.group];
  if (resource !== undefined) return SAFE_WORD.test(target.host) ? `${resource} ${nameFor(target)}` : null;
  if (target.group === 'custom' || isOfImport(target))
    return SAFE_WORD.test(target.host) ? customUrl(target) : null;
  if (!isOwn(target.group)) return '';
  const [, role] = /^--hostname ([a-z]+)$/.exec(target.source.document) ?? [];
  if (target.source.kind === 'config' && role !== undefined && SAFE_WORD.test(target.host)) {
    return `--hostname ${role}=${target.host}`;
  }
  const apim = INSTANCE_HOST.exec(target.host)?.[1];
  return apim !== undefined && SAFE_WORD.test(apim) ? `--apim ${apim}` : null;
}

/** One storage account has four host names; its own name brings them all. */
function nameFor(target: Target): string {
  return target.group.startsWith('storage-') ? (target.host.split('.')[0] ?? target.host) : target.host;
}

function customUrl(target: Target): string {
  return `--target ${target.protocol}://${target.host}:${target.port}`;
}

/** Where the first run was pointed, when the environment alone would not say so. */
function where({ environment: { cloud, dns, network } }: Observations, groups: ReadonlySet<Group>): string[] {
  const given = dns.source === '--dns-server' ? dns.servers : [];
  const servers = given.filter((server) => isSafeHost(server) || SERVER_WITH_PORT.test(server));
  return [
    ...(cloud === 'public' ? [] : [`--cloud ${cloud}`]),
    ...(network.vip !== null && isSafeHost(network.vip) && [...groups].some(isOwn)
      ? [`--vip ${network.vip}`]
      : []),
    ...servers.map((server) => `--dns-server ${server.startsWith('[') ? `'${server}'` : server}`),
  ];
}
