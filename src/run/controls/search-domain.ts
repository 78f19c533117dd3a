/** What the search list does to names: wildcards in it, and names that only it can resolve. */
import { isIP } from 'node:net';
import { serverName } from '../../environment/index.ts';
import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { ObservedTarget } from '../../model/report.ts';
import type { RunContext } from '../context.ts';
import { ask } from './ask.ts';

type SearchDomain = ControlOf<'dns-search-domain'>;
type Server = RunContext['survey']['servers'][number];

/** MAXDNSRCH of resolv.h: more domains than these are not looked at by older resolvers. */
const MOST_DOMAINS = 6;
/** Names that are tried with each domain: a few show it, and every one costs a query for each server and domain. */
const MOST_NAMES = 24;

/**
 * Asks every configured server for a random name under each search domain, and for those names of the targets that
 * it denied, or that would go through the search list first, with each domain appended.
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
        // Under a wildcard every name resolves, and asking for more of them would show nothing new.
        const hosts = random.addresses.length > 0 ? [] : candidates(server, targets, context);
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
  const wildcards = asked.map(({ random }) => random).filter(resolved);
  const surprises = asked.flatMap(({ answers }) => answers).filter(({ answer }) => resolved(answer));
  const answered = asked.some(({ random }) => /^[A-Z]/.test(random.rcode));
  return {
    name: 'dns-search-domain',
    outcome: wildcards.length + surprises.length > 0 ? 'anomalous' : answered ? 'expected' : 'unknown',
    detail: { text: searchDomainText(wildcards, surprises, answered), wildcards, surprises },
  };
}

function resolved({ addresses }: ControlAnswer): boolean {
  return addresses.length > 0;
}

/** The names for which this system would come to the search list. */
function candidates(
  server: Server,
  targets: readonly ObservedTarget[],
  { survey }: RunContext,
): readonly string[] {
  const ndots = survey.environment.dns.system?.ndots ?? 1;
  const name = serverName(server);
  const hosts = targets
    .filter(({ host, resolutions }) => {
      if (isIP(host) !== 0 || !host.includes('.')) return false;
      if (host.split('.').length - 1 < ndots) return true;
      const said = resolutions.find((resolution) => resolution.server === name);
      return said?.failure === 'dns_nxdomain' || said?.failure === 'dns_nodata';
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
