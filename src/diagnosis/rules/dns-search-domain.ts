import type { ControlAnswer, ControlOf } from '../../model/controls.ts';
import type { Target } from '../../model/report.ts';
import { rerunCommand, rerunDnsCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { inventedAnswers } from '../own-zones.ts';
import type { Rule } from '../rule.ts';
import { kindOf, resolves } from '../servers.ts';
import { brief, count, list } from '../text.ts';

type Detail = ControlOf<'dns-search-domain'>['detail'];

/** A search list under which non-existent names resolve. */
export const dnsSearchDomain: Rule = ({ observations, targets }) => {
  const control = observations.controls.find(({ name }) => name === 'dns-search-domain');
  if (control?.name !== 'dns-search-domain' || control.outcome !== 'anomalous') return [];
  // A server that invents answers for every name does not prove a wildcard here.
  const invented = inventedAnswers(observations);
  const isInvented = ({ server, addresses }: ControlAnswer) =>
    invented.some((answer) => answer.server === server && answer.addresses.join() === addresses.join());
  const wildcards = control.detail.wildcards.filter((answer) => !isInvented(answer));
  const surprises = control.detail.surprises.filter(({ answer }) => !isInvented(answer));
  if (wildcards.length + surprises.length === 0) return [];
  const hosts = new Set(surprises.map(({ host }) => host.toLowerCase()));
  // The wildcard does not change the endpoints' own names, so it explains no target.
  const affected = targets.filter(
    ({ host, status }) => status === 'reachable' && hosts.has(host.toLowerCase()),
  );
  const [wildcard] = wildcards;
  return [
    createFinding('dns-search-domain', {
      severity: 'warning',
      title:
        wildcard === undefined
          ? titleOf(hosts, targets)
          : `Any name resolves under the search domain ${list(wildcards.map(domainOf).sort(), 2)}`,
      explanation: [
        ...wildcards.slice(0, 3).map(describeWildcard),
        ...surprises.slice(0, 3).map(describeSurprise),
      ].join(' '),
      targets: affected,
      confirm:
        wildcard === undefined
          ? rerunCommand(
              observations,
              targets.filter(({ host }) => hosts.has(host.toLowerCase())),
            )
          : rerunDnsCommand(observations),
    }),
  ];
};

/** With a higher ndots option, the search list applies first even to names that resolve. */
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

/** The search domain after the random label. */
function domainOf({ name }: Detail['wildcards'][number]): string {
  return name.replace(/^[^.]+\./, '');
}

function describeWildcard(wildcard: Detail['wildcards'][number]): string {
  const { server, name, addresses } = wildcard;
  return (
    `${server} answers the random name ${brief(name)} with ${list(addresses, 2)}: there is a wildcard record under ` +
    `${brief(domainOf(wildcard))}, so a name that does not exist means that address here.`
  );
}

function describeSurprise({ host, domain, answer }: Detail['surprises'][number]): string {
  return `${answer.server} knows ${brief(host)} as ${brief(`${host}.${domain}`)} (${list(answer.addresses, 2)}).`;
}
