import { isIP } from 'node:net';
import type { Observations, Target } from '../model/report.ts';
import type { Group } from '../model/vocabulary.ts';

/**
 * Users paste commands into a shell, and host names come from files, certificates and DNS. Only names and addresses
 * without shell or option characters go into a command.
 */
const SAFE_WORD = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?$/;
const SAFE_IPV6 = /^[0-9A-Fa-f:]{2,39}$/;
const SERVER_WITH_PORT = /^\[?([0-9.]{7,15}|[0-9A-Fa-f:]{2,39})\]?:([0-9]{1,5})$/;
/** With more groups or names than this, a whole run is the shorter command. */
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

/** Whether a host name or address is safe in a command without quotes. */
function isSafeHost(host: string): boolean {
  return SAFE_WORD.test(host) || SAFE_IPV6.test(host);
}

/**
 * The `apim-probe run` that tests these targets again, with the options that name them. Falls back to a
 * whole run when a name is not safe on a command line.
 */
export function rerunCommand(observations: Observations, targets: readonly Target[]): string {
  const again = targets.filter((target) => target.status !== 'reachable');
  const chosen = again.length > 0 ? again : targets;
  const groups = new Set<Group>();
  const flags = new Set<string>();
  for (const target of chosen) {
    const flag = flagFor(target);
    if (flag === null) return 'apim-probe run';
    groups.add(isOfImport(target) ? 'custom' : target.group);
    if (flag !== '') flags.add(flag);
  }
  for (const flag of locationFlags(chosen)) flags.add(flag);
  if (groups.size === 0 || groups.size > LIMIT || flags.size > LIMIT) return 'apim-probe run';
  const only = [...groups].sort().map((group) => `--only ${group}`);
  return ['apim-probe run', ...contextFlags(observations, groups), ...only, ...[...flags].sort()].join(' ');
}

/** A run that queries the same DNS servers again, for findings without targets. */
export function rerunDnsCommand(observations: Observations): string {
  return ['apim-probe run', ...contextFlags(observations, new Set(['dns'])), '--only dns'].join(' ');
}

/** A query to one DNS server, or to the system's resolver when `server` is null. */
export function lookupCommand(host: string, server: string | null): string {
  if (!isSafeHost(host)) return 'apim-probe run --only dns';
  if (server === null) return `nslookup ${host}`;
  if (isSafeHost(server)) return `nslookup ${host} ${server}`;
  const [, address, port] = SERVER_WITH_PORT.exec(server) ?? [];
  return address === undefined ? `nslookup ${host}` : `nslookup -port=${port} ${host} ${address}`;
}

/** A query for the zone that holds a name. */
export function lookupZoneCommand(zone: string, server: string | null): string {
  return lookupCommand(zone, server).replace('nslookup ', 'nslookup -type=SOA ');
}

/** The command that prints DNS records for these hosts of the instance; unknown arguments become placeholders. */
export function recordsCommand(
  { environment }: Observations,
  targets: readonly Target[],
  address: string | null,
): string {
  const flags = new Set(targets.map(flagFor).filter((flag) => flag !== null && flag !== ''));
  const names = [...flags, ...locationFlags(targets)].sort();
  return [
    'apim-probe records',
    ...(environment.cloud === 'public' ? [] : [`--cloud ${environment.cloud}`]),
    ...(names.length > 0 ? names : ['--apim NAME']),
    `--vip ${address !== null && isSafeHost(address) ? address : 'ADDRESS'}`,
  ].join(' ');
}

/** The command that prints the issuer of the certificate that the host presents to this VM. */
export function showIssuerCommand(host: string, port: number): string {
  if (!isSafeHost(host) || host.includes(':')) return 'apim-probe run';
  const name = isIP(host) === 0 ? ` -servername ${host}` : '';
  return `openssl s_client -connect ${host}:${port}${name} </dev/null | openssl x509 -noout -subject -issuer -dates`;
}

/** The instance's name precedes the label of the role, or the region of a regional gateway. */
const INSTANCE_HOST =
  /^([A-Za-z0-9-]+?)(?:-[a-z0-9]+-\d+\.regional|\.(?:portal|developer|management|scm|configuration))?\.azure-api\.(?:net|us|cn)$/;

/** The `--location` flags of gateways that are in the plan only because the user named their region. */
function locationFlags(targets: readonly Target[]): string[] {
  const regions = targets
    .filter(({ source }) => source.kind === 'config' && source.document === '--location')
    .flatMap(({ host }) => /-([a-z0-9]+)-\d+\.regional\./.exec(host)?.[1] ?? []);
  return [...new Set(regions)].map((region) => `--location ${region}`);
}

/** Whether only the imported list of the service names the target; a report does not hold the path of that file. */
function isOfImport({ source, group }: Target): boolean {
  return source.kind === 'import' && RESOURCE_FLAGS[group] === undefined && !isOwn(group);
}

function isOwn(group: Group): boolean {
  return group === 'gateway' || group === 'control-plane';
}

/** The flag that makes a run plan this target; empty when the catalogue has it, null when no flag can name it. */
function flagFor(target: Target): string | null {
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

/** A storage account has four host names; the account name selects them all. */
function nameFor(target: Target): string {
  return target.group.startsWith('storage-') ? (target.host.split('.')[0] ?? target.host) : target.host;
}

function customUrl(target: Target): string {
  return `--target ${target.protocol}://${target.host}:${target.port}`;
}

/** The flags of the first run (cloud, --vip, DNS servers) that a second run cannot detect by itself. */
function contextFlags(
  { environment: { cloud, dns, network } }: Observations,
  groups: ReadonlySet<Group>,
): string[] {
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
