import type { ControlOf } from '../../report/controls.ts';
import { lookup } from '../command.ts';
import { finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { brief, count, list } from '../words.ts';

type Detail = ControlOf<'dns-search-domain'>['detail'];

/** A search list that gives names a meaning that they do not have elsewhere. */
export const dnsSearchDomain: Rule = ({ observations, targets }) => {
  const control = observations.controls.find(({ name }) => name === 'dns-search-domain');
  if (control?.name !== 'dns-search-domain' || control.outcome !== 'anomalous') return [];
  const { wildcards, surprises } = control.detail;
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
          ? `${count(hosts.size, 'name')} ${hosts.size === 1 ? 'resolves' : 'resolve'} only with a search domain appended`
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
