/**
 * The report in the form of Azure's NetworkStatus reply (API Management REST API, 2022-08-01), so that tools that read
 * the service's reply can read this VM's too. Pure.
 */
import { resourceType, resourceTypeFor } from '../azure/resource-types.ts';
import { joinHostPort } from '../common/host-port.ts';
import type { Report, Target } from '../model/report.ts';
import { findingsById } from './finding-of-target.ts';

/** One dependency in the reply. */
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
    /** IPv4 only, as the schema requires. */
    readonly dnsServers: readonly string[];
    readonly connectivityStatus: readonly ConnectivityStatus[];
  };
}

/**
 * An intermittent target is a success, as in the verdict, and `error` has the details. An untested target is
 * `initializing`, the schema's only value for an unknown status. A reader would take a missing dependency or a success
 * for one that works.
 */
const STATUS = {
  reachable: 'success',
  intermittent: 'success',
  unreachable: 'failure',
  untested: 'initializing',
} as const satisfies Readonly<Record<Target['status'], ConnectivityStatus['status']>>;

/** Azure's examples use a region's display name; the report has only its short name. */
const NO_REGION = 'unknown';

/** The reply for one location, with every target that has a host, except pings, which NetworkStatus does not have. */
export function toNetworkStatus(report: Report): readonly NetworkStatusReply[] {
  const findings = findingsById(report);
  return [
    {
      location: report.environment.region ?? NO_REGION,
      networkStatus: {
        dnsServers: [...new Set(report.environment.dns.servers.flatMap(ipv4Of))],
        connectivityStatus: report.targets
          .filter(({ protocol, host }) => protocol !== 'icmp' && !isPlaceholder(host))
          .map((target) => connectivity(target, findings.get(target.id)?.title, report)),
      },
    },
  ];
}

/** Whether the host has a placeholder for a missing name, as in `<storage>.blob.core.windows.net`. */
function isPlaceholder(host: string): boolean {
  return host.includes('<');
}

/** Servers are named `ADDRESS`, or `ADDRESS:PORT` when the port is not 53. */
function ipv4Of(server: string): string[] {
  const address = server.replace(/:\d+$/, '');
  // A server without a colon is IPv4, or a pseudonym of the strict level.
  return address.includes(':') ? [] : [address];
}

function connectivity(target: Target, title: string | undefined, report: Report): ConnectivityStatus {
  const word = target.resourceType ?? resourceTypeFor(target.group);
  return {
    name: target.source.name ?? nameOf(target, word),
    status: STATUS[target.status],
    error: errorOf(target, title),
    lastUpdated: report.finishedAt,
    // If no stored report has a change, this run is the first with this status.
    lastStatusChange: target.lastStatusChange ?? report.startedAt,
    resourceType: word,
    isOptional: !target.required,
  };
}

/**
 * The bare host if the resource type implies the port, as in Azure's replies; else HOST:PORT. The user's own targets
 * are URLs, because no resource type implies their protocol.
 */
function nameOf({ group, protocol, host, port }: Target, word: string): string {
  const type = resourceType(word);
  if (group !== 'custom' && type?.port === port && type.portIsNamed !== true) return host;
  const place = joinHostPort(host, port);
  return group === 'custom' ? `${protocol}://${place}` : place;
}

/** Empty for a success, as in Azure's examples. */
function errorOf({ status, failure, cause, reason }: Target, title: string | undefined): string {
  const seen = [failure, cause].filter((word) => word !== null).join(', ');
  const parts = [
    ...(status === 'intermittent' ? ['some attempts failed'] : []),
    ...(seen === '' ? [] : [seen]),
    ...(title === undefined ? [] : [title]),
    ...(status === 'untested' ? [`not tested: ${reason ?? 'no reason given'}`] : []),
  ];
  return parts.join(': ');
}
