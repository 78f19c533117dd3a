import { isIP } from 'node:net';
import { isAzureService } from '../../model/azure.ts';
import type { ControlOf } from '../../model/controls.ts';
import type { Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { isAlwaysCut, isCutAtRandom, otherNameControls } from '../cut.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list, listAll } from '../text.ts';

type OtherName = ControlOf<'tls-other-name'>;

/** Handshakes that fail with the real server name and succeed without it, at the same address. */
export const sniFiltered: Rule = ({ observations, targets, open }) => {
  if (isCutAtRandom(targets)) return [];
  const controls = otherNameControls(observations);
  // With an address as the target no name is sent, and the server may want one.
  const cut = open.filter((target) => isAlwaysCut(target) && isIP(target.host) === 0);
  const proven = cut.filter((target) => findProof(target, controls) !== undefined);
  const [first] = proven;
  if (first === undefined) return [];
  // The control runs on a few targets; others with the same failure belong to them unless a control disproves it.
  const alike = cut.filter(
    (target) =>
      proven.some(({ failure }) => failure === target.failure) &&
      !controls.some(({ detail }) => detail.target === target.id),
  );
  const explained = [...proven, ...alike];
  return [
    createFinding('sni-filtered', {
      title: `A firewall cuts TLS by server name (${list(hostsOf(explained), 2)})`,
      explanation: `${describeProof(first, controls)} ${describeExtent(proven, alike)}`,
      targets: explained,
      remedy: [
        allowNames(explained),
        ...CAUSE_TEXTS['sni-filtered'].remedy.slice(1),
        ...(explained.every(isAzureService) ? [] : [OWN_SERVER]),
      ],
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

/** No packet tells it from a filter: servers end a handshake for a name that they do not serve in the same ways. */
const OWN_SERVER =
  'On a server of your own: check that it is set up for this very name. Some servers and delivery networks close the ' +
  'connection for other names, or send handshake_failure.';

/** The control that passed with another name at the target's address, where the real name was cut again. */
export function findProof(target: Target, controls: readonly OtherName[]): OtherName | undefined {
  return controls.find(({ detail }) => detail.target === target.id && detail.wentFurther);
}

/** The step that allows these names on a device that filters by name. */
export function allowNames(targets: readonly Target[]): string {
  const ports = targets.map(({ port }) => `port ${port}`).sort();
  return (
    `Allow these host names for HTTPS on ${listAll(ports)} on the filtering device: ${listAll(hostsOf(targets))}. In ` +
    'Azure Firewall that is an application rule with source this subnet.'
  );
}

function hostsOf(targets: readonly Target[]): readonly string[] {
  return [...new Set(targets.map(({ host }) => host))].sort();
}

function describeProof(target: Target, controls: readonly OtherName[]): string {
  const control = findProof(target, controls)?.detail;
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
