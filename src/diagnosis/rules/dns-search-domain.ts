import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { Target } from '../../model/report.ts';
import { lookup } from '../command.ts';
import { finding } from '../finding.ts';
import { inventedAnswers } from '../own-zones.ts';
import type { Rule } from '../rule.ts';
import { kindOf, resolves } from '../servers.ts';
import { brief, count, list } from '../text.ts';

type Detail = ControlOf<'dns-search-domain'>['detail'];

/** A search list that gives names a meaning that they do not have elsewhere. */
export const dnsSearchDomain: Rule = ({ observations, targets }) => {
  const control = observations.controls.find(({ name }) => name === 'dns-search-domain');
  if (control?.name !== 'dns-search-domain' || control.outcome !== 'anomalous') return [];
  // A server that invents an answer for every name has no wildcard there in particular.
  const invented = inventedAnswers(observations);
  const isInvented = ({ server, addresses }: ControlAnswer) =>
    invented.some((answer) => answer.server === server && answer.addresses.join() === addresses.join());
  const wildcards = control.detail.wildcards.filter((answer) => !isInvented(answer));
  const surprises = control.detail.surprises.filter(({ answer }) => !isInvented(answer));
  if (wildcards.length + surprises.length === 0) return [];
  const hosts = new Set(surprises.map(({ host }) => host.toLowerCase()));
  // The names that are affected stay what they are under their own: this explains none of them.
  const affected = targets.filter(
    ({ host, status }) => status === 'reachable' && hosts.has(host.toLowerCase()),
  );
  const [wildcard] = wildcards;
  const [surprise] = surprises;
  return [
    finding('dns-search-domain', {
      severity: 'warning',
      title:
        wildcard === undefined
          ? titleOf(hosts, targets)
          : `Any name resolves under the search domain ${list(wildcards.map(domainOf).sort(), 2)}`,
      explanation: [
        ...wildcards.slice(0, 3).map(sayWildcard),
        ...surprises.slice(0, 3).map(saySurprise),
      ].join(' '),
      targets: affected,
      confirm:
        wildcard !== undefined
          ? lookup(`no-such-name.${domainOf(wildcard)}`, wildcard.server)
          : lookup(`${surprise?.host}.${surprise?.domain}`, surprise?.answer.server ?? null),
    }),
  ];
};

/** With more dots asked for (ndots), even a name that does resolve goes through the search list first. */
function titleOf(hosts: ReadonlySet<string>, targets: readonly Target[]): string {
  const resolved = targets.some(
    ({ host, resolutions }) =>
      hosts.has(host.toLowerCase()) && resolutions.some((one) => resolves(kindOf(one))),
  );
  const names = count(hosts.size, 'name');
  if (resolved)
    return `${names} ${hosts.size === 1 ? 'means' : 'mean'} something else here, by the search list`;
  return `${names} ${hosts.size === 1 ? 'resolves' : 'resolve'} only with a search domain appended`;
}

/** What stands behind the random label. */
function domainOf({ name }: Detail['wildcards'][number]): string {
  return name.replace(/^[^.]+\./, '');
}

function sayWildcard(wildcard: Detail['wildcards'][number]): string {
  const { server, name, addresses } = wildcard;
  return (
    `${server} answers the random name ${brief(name)} with ${list(addresses, 2)}: there is a wildcard record under ` +
    `${brief(domainOf(wildcard))}, so a name that does not exist means that address here.`
  );
}

function saySurprise({ host, domain, answer }: Detail['surprises'][number]): string {
  return `${answer.server} knows ${brief(host)} as ${brief(`${host}.${domain}`)} (${list(answer.addresses, 2)}).`;
}
