/**
 * The report in the form of Azure's NetworkStatus reply (API Management REST API, 2022-08-01), so that whatever
 * reads the service's own word on its dependencies reads this VM's as well. Pure.
 */
import { resourceType, resourceTypeFor } from '../azure/resource-types.ts';
import type { Report, Target } from '../model/report.ts';

/** One dependency, as the reply has it. */
interface ConnectivityStatus {
  readonly name: string;
  readonly status: 'initializing' | 'success' | 'failure';
  readonly error: string;
  /** RFC 3339 */
  readonly lastUpdated: string;
  readonly lastStatusChange: string;
  readonly resourceType: string;
  readonly isOptional: boolean;
}

interface NetworkStatusReply {
  readonly location: string;
  readonly networkStatus: {
    /** IPv4 alone: the schema has no room for more. */
    readonly dnsServers: readonly string[];
    readonly connectivityStatus: readonly ConnectivityStatus[];
  };
}

/**
 * What was reached some of the time is a success, as it is for the verdict, with the rest in `error`. What was not
 * tested is `initializing`, the one word of the schema for "nothing is known": a dependency that was left out, or
 * called a success, would be read as one that works.
 */
const STATUS = {
  reachable: 'success',
  intermittent: 'success',
  unreachable: 'failure',
  untested: 'initializing',
} as const satisfies Readonly<Record<Target['status'], ConnectivityStatus['status']>>;

/** Azure's example replies name a region as people read it; only its short name is known here. */
const NO_REGION = 'unknown';

/** The reply for one location: every target that has a host, but for pings, which NetworkStatus does not know. */
export function toNetworkStatus(report: Report): readonly NetworkStatusReply[] {
  const titles = titlesById(report);
  return [
    {
      location: report.environment.region ?? NO_REGION,
      networkStatus: {
        dnsServers: [...new Set(report.environment.dns.servers.flatMap(ipv4Of))],
        connectivityStatus: report.targets
          .filter(({ protocol, host }) => protocol !== 'icmp' && !isPlaceholder(host))
          .map((target) => connectivity(target, titles.get(target.id), report)),
      },
    },
  ];
}

/** `<storage>.blob.core.windows.net` and the like: what a run was given no name for, and nobody could connect to. */
function isPlaceholder(host: string): boolean {
  return host.includes('<');
}

/** Servers are named `ADDRESS`, or `ADDRESS:PORT` when the port is not 53. */
function ipv4Of(server: string): string[] {
  const address = server.replace(/:\d+$/, '');
  // What has no colon left is IPv4, or at the strict level its pseudonym.
  return address.includes(':') ? [] : [address];
}

/** Of several findings on one target, the one for the target's own cause goes first. */
function titlesById({ findings, targets }: Report): ReadonlyMap<string, string> {
  const causes = new Map(targets.map(({ id, cause }) => [id, cause]));
  const titles = new Map<string, string>();
  for (const { cause, evidence, title } of findings) {
    for (const id of evidence) if (causes.get(id) === cause && !titles.has(id)) titles.set(id, title);
  }
  return titles;
}

function connectivity(target: Target, title: string | undefined, report: Report): ConnectivityStatus {
  const word = target.resourceType ?? resourceTypeFor(target.group);
  return {
    name: target.source.name ?? nameOf(target, word),
    status: STATUS[target.status],
    error: errorOf(target, title),
    lastUpdated: report.finishedAt,
    // Where no kept report tells of a change, this run is the first that is known to have seen it so.
    lastStatusChange: target.lastStatusChange ?? report.startedAt,
    resourceType: word,
    isOptional: !target.required,
  };
}

/**
 * The bare host where its word implies the port, as Azure has it; else HOST:PORT. No word implies what a target of
 * the user's own speaks, so it is a URL.
 */
function nameOf({ group, protocol, host, port }: Target, word: string): string {
  const type = resourceType(word);
  if (group !== 'custom' && type?.port === port && type.portIsNamed !== true) return host;
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return group === 'custom' ? `${protocol}://${place}` : place;
}

/** Empty when all is well, as in every example of Azure's. */
function errorOf({ status, failure, cause, reason }: Target, title: string | undefined): string {
  const seen = [failure, cause].filter((word) => word !== null).join(', ');
  const words = [
    ...(status === 'intermittent' ? ['some attempts failed'] : []),
    ...(seen === '' ? [] : [seen]),
    ...(title === undefined ? [] : [title]),
    ...(status === 'untested' ? [`not tested: ${reason ?? 'no reason given'}`] : []),
  ];
  return words.join(': ');
}
