/**
 * Replies over plain HTTP that a device on the path wrote, though no product's marks show it. They fail the attempt:
 * without TLS any device can answer. Pure.
 */
import { isIP, isIPv6 } from 'node:net';
import { addressScope } from '../../probes/address-scope.ts';
import { recogniseBlockAddress } from '../../probes/block-page.ts';
import type { HttpFacts } from '../../probes/facts.ts';
import { isAzureService } from '../model/azure.ts';
import type { Attempt, ObservedTarget } from '../model/report.ts';
import { isCustomerHost, isDeliveryNetwork, ownerOf } from './host-owners.ts';

/** Statuses for which servers of one software send the same words: redirects, and requests that they do not serve. */
const SERVERS_OWN = new Set([301, 302, 303, 307, 308, 400, 404, 405, 410, 429]);

/** Networks that serve several owners, so that their own error page proves nothing. */
const DELIVERY_SERVERS =
  /^(?:akamai|cloudflare|cloudfront|amazons3|ecacc|ecs |ecd |ecdf|varnish|azure|microsoft-azure)/i;

const PORTS = [80, 443];

/**
 * Fails an attempt whose reply came from a known block-page address, asks for a login that only an intranet has, or
 * redirects to another owner's host or to a port where no service of Azure is.
 * @returns any other attempt unchanged
 */
export function rejectForeignReply(target: ObservedTarget, attempt: Attempt): Attempt {
  const http = unprovedReply(target, attempt);
  if (http === null) return attempt;
  const product = recogniseBlockAddress(attempt.address);
  if (product !== null) return rejected(attempt, `answered from a block-page address of ${product}`);
  if (wantsLogin(http))
    return rejected(attempt, 'asked for a login to a Windows domain, which no service does');
  const redirect = foreignRedirect(target, attempt.address, http);
  return redirect === null
    ? attempt
    : rejected(attempt, `redirected to ${redirect}, which is not the service’s`);
}

/** Fails the attempts in which hosts of several owners sent the same page or redirect. */
export function rejectSharedPages<Kind extends ObservedTarget>(targets: readonly Kind[]): readonly Kind[] {
  const hosts = new Map<string, Set<string>>();
  for (const target of targets) {
    for (const attempt of target.attempts) {
      const page = pageOf(target, attempt);
      if (page !== null) hosts.set(page, (hosts.get(page) ?? new Set()).add(target.host));
    }
  }
  const owners = (page: string): number => new Set([...(hosts.get(page) ?? [])].map(ownerOf)).size;
  const shared = new Set([...hosts.keys()].filter((page) => owners(page) > 1));
  if (shared.size === 0) return targets;
  return targets.map((target) => ({
    ...target,
    attempts: target.attempts.map((attempt) => {
      const page = pageOf(target, attempt);
      if (page === null || !shared.has(page)) return attempt;
      const others = [...(hosts.get(page) ?? [])].filter((host) => host !== target.host).sort();
      return rejected(attempt, `the same reply as ${others[0]}, which has another owner`);
    }),
  }));
}

/** The reply without TLS of an Azure service, unless its content proves it or a product is named already. */
function unprovedReply(target: ObservedTarget, { facts }: Attempt): HttpFacts | null {
  const { http, tls, contentProved } = facts;
  if (http === undefined || tls !== undefined || target.protocol !== 'http') return null;
  return contentProved === true || http.blockPage !== null || !isAzureService(target) ? null : http;
}

/**
 * Identifies a page that two hosts may share, or the path of a redirect within the host, such as a login; null for a
 * reply that servers of one software may share.
 */
function pageOf(target: ObservedTarget, attempt: Attempt): string | null {
  const http = unprovedReply(target, attempt);
  if (http === null) return null;
  const path = redirectTarget(target, http)?.pathname ?? '/';
  if (path !== '/') return `${http.status} ${path}`;
  if (http.pageDigest === undefined || SERVERS_OWN.has(http.status)) return null;
  return DELIVERY_SERVERS.test(http.headers['server'] ?? '') ? null : `${http.status} ${http.pageDigest}`;
}

/** The target of a redirect that the service would not send, or null. */
function foreignRedirect(target: ObservedTarget, address: string, http: HttpFacts): string | null {
  const url = redirectTarget(target, http);
  if (url === null) return null;
  const { hostname, port } = url;
  const isOwnPort = port === '' || [...PORTS, target.port].includes(Number(port));
  return isOwnPort && isRelated(target, address, hostname) ? null : redirectOf(http);
}

/** Proxies in the path ask so, as a server would (RFC 4559). */
function wantsLogin({ status, headers }: HttpFacts): boolean {
  return status === 401 && /\b(?:NTLM|Negotiate|Kerberos)\b/i.test(headers['www-authenticate'] ?? '');
}

/** A page may redirect as well, whatever its status (HTML, 4.2.5.3). */
const REFRESH = /<meta\s(?=[^>]*http-equiv=["']?refresh\b)[^>]*\burl=["']?([^"'<>\s?#]+)/i;

/** Where the reply leads; null without a redirect. */
function redirectOf({ status, headers, bodyStart }: HttpFacts): string | null {
  const location = status >= 300 && status <= 399 ? headers['location'] : undefined;
  return location ?? REFRESH.exec(bodyStart)?.[1] ?? null;
}

/** Location may be relative, and may name a host without a scheme (RFC 9110 section 10.2.2); null without one. */
function redirectTarget({ host, port }: ObservedTarget, http: HttpFacts): URL | null {
  const location = redirectOf(http);
  if (location === null) return null;
  const url = URL.parse(location, `http://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : null;
}

function isRelated(target: ObservedTarget, address: string, hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return host === address && addressScope(host) === 'public';
  const names = [target.host, ...target.addresses.flatMap(({ via }) => via)];
  if (names.some((name) => name.toLowerCase() === host.toLowerCase())) return true;
  return !isCustomerHost(host) && (ownerOf(host) === ownerOf(target.host) || isDeliveryNetwork(host));
}

function rejected(attempt: Attempt, error: string): Attempt {
  return {
    ...attempt,
    ok: false,
    failure: 'http_blocked',
    facts: { ...attempt.facts, proof: 'connect', error },
  };
}
