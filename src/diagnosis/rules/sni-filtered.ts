import type { Failure } from '../../../probes/failures.ts';
import type { ControlOf } from '../../model/controls.ts';
import type { Observations, Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list } from '../text.ts';

/** Failures of a handshake that a device cut because of its server name. */
export const CUT: readonly Failure[] = ['tls_reset', 'tls_closed', 'tls_timeout'];

/** Handshakes that fail with the real server name and succeed without it, at the same address. */
export const sniFiltered: Rule = ({ observations, open }) => {
  const controls = otherNames(observations);
  const cut = open.filter((target) => failedWith(target, CUT));
  const proven = cut.filter((target) =>
    controls.some(({ detail }) => detail.target === target.id && detail.wentFurther),
  );
  const [first] = proven;
  if (first === undefined) return [];
  // The control runs on a few targets; others with the same failure belong to them unless a control disproves it.
  const alike = cut.filter(
    (target) =>
      proven.some(({ failure }) => failure === target.failure) &&
      !controls.some(({ detail }) => detail.target === target.id),
  );
  const explained = [...proven, ...alike];
  const hosts = [...new Set(explained.map(({ host }) => host))].sort();
  const ports = explained.map(({ port }) => `port ${port}`).sort();
  return [
    createFinding('sni-filtered', {
      title: `A firewall cuts TLS by server name (${list(hosts, 2)})`,
      explanation: `${evidence(first, controls)} ${describeExtent(proven, alike)}`,
      targets: explained,
      remedy: [
        `Allow these host names for HTTPS on ${list(ports)} on the filtering device: ${list(hosts, 20)}. In Azure ` +
          'Firewall that is an application rule with source this subnet.',
        ...CAUSE_TEXTS['sni-filtered'].remedy.slice(1),
      ],
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

/** The controls that ran, with any outcome. */
function otherNames({ controls }: Observations): readonly ControlOf<'tls-other-name'>[] {
  return controls.filter((control) => control.name === 'tls-other-name');
}

function evidence(target: Target, controls: readonly ControlOf<'tls-other-name'>[]): string {
  const control = controls.find(({ detail }) => detail.target === target.id && detail.wentFurther)?.detail;
  const name = control?.serverName == null ? 'no server name' : `the server name ${control.serverName}`;
  return (
    `With the server name ${target.host} the handshake ended in ${target.failure}; on the same address ` +
    `(${control?.address ?? 'unknown'}) with ${name} it went further.`
  );
}

function describeExtent(proven: readonly Target[], alike: readonly Target[]): string {
  const others = alike.length === 0 ? '' : `; ${count(alike.length, 'more endpoint')} ended in the same way`;
  return `Shown for ${count(proven.length, 'endpoint')}${others}.`;
}
