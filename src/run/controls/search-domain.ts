/** Tests the search list: wildcard domains, and names that resolve only with a search domain. */
import { isIP } from 'node:net';
import { nameDnsServer } from '../../common/host-port.ts';
import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { ObservedTarget } from '../../model/report.ts';
import type { RunContext } from '../context.ts';
import { ask } from './ask.ts';

type SearchDomain = ControlOf<'dns-search-domain'>;
type Server = RunContext['survey']['servers'][number];

/** MAXDNSRCH of resolv.h: older resolvers ignore further domains. */
const MOST_DOMAINS = 6;
/** Names per domain: a few suffice, and each costs a query for each server and domain. */
const MOST_NAMES = 24;

/**
 * Asks every configured server for a random name under each search domain. Also asks for target names with each
 * domain appended: those that the server denied, or that this system tries with the search list first.
 * @returns null when this system has no search list
 */
export async function searchDomains(
  targets: readonly ObservedTarget[],
  context: RunContext,
): Promise<SearchDomain | null> {
  const { survey, system } = context;
  const domains = survey.searchDomains.slice(0, MOST_DOMAINS);
  if (domains.length === 0 || survey.servers.length === 0) return null;
  const asked = await Promise.all(
    survey.servers.flatMap((server) =>
      domains.map(async (domain) => {
        const label = `x${Buffer.from(system.randomBytes(8)).toString('hex')}`;
        const random = await ask(server, `${label}.${domain}`, context);
        // Under a wildcard every name resolves, so further queries show nothing new.
        const hosts = random.addresses.length > 0 ? [] : findCandidates(server, targets, context);
        const answers = await Promise.all(
          hosts.map(async (host) => ({
            host,
            domain,
            answer: await ask(server, `${host}.${domain}`, context),
          })),
        );
        return { random, answers };
      }),
    ),
  );
  const wildcards = asked.map(({ random }) => random).filter(hasAddress);
  const surprises = asked.flatMap(({ answers }) => answers).filter(({ answer }) => hasAddress(answer));
  const answered = asked.some(({ random }) => /^[A-Z]/.test(random.rcode));
  return {
    name: 'dns-search-domain',
    outcome: wildcards.length + surprises.length > 0 ? 'anomalous' : answered ? 'expected' : 'unknown',
    detail: { text: searchDomainText(wildcards, surprises, answered), wildcards, surprises },
  };
}

function hasAddress({ addresses }: ControlAnswer): boolean {
  return addresses.length > 0;
}

/** The names for which this system would use the search list. */
function findCandidates(
  server: Server,
  targets: readonly ObservedTarget[],
  { survey }: RunContext,
): readonly string[] {
  const ndots = survey.environment.dns.system?.ndots ?? 1;
  const name = nameDnsServer(server);
  const hosts = targets
    .filter(({ host, resolutions }) => {
      if (isIP(host) !== 0 || !host.includes('.')) return false;
      if (host.split('.').length - 1 < ndots) return true;
      const answer = resolutions.find((resolution) => resolution.server === name);
      return answer?.failure === 'dns_nxdomain' || answer?.failure === 'dns_nodata';
    })
    .map(({ host }) => host.toLowerCase());
  return [...new Set(hosts)].slice(0, MOST_NAMES);
}

function searchDomainText(
  [wildcard]: readonly ControlAnswer[],
  [surprise]: SearchDomain['detail']['surprises'],
  answered: boolean,
): string {
  if (wildcard !== undefined) {
    const domain = wildcard.name.replace(/^[^.]+\./, '');
    return `any name under the search domain ${domain} resolves, to ${wildcard.addresses.join(', ')}`;
  }
  if (surprise !== undefined) {
    return `${surprise.host} means ${surprise.host}.${surprise.domain} here, at ${surprise.answer.addresses.join(', ')}`;
  }
  return answered
    ? 'the search list does not change what a name means'
    : 'no DNS server answered for a name under a search domain';
}
