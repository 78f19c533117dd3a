import type { Failure } from '../../../probes/failures.ts';
import { CUT } from '../../model/cut-handshake.ts';
import type { Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { isAlwaysCut, otherNameControls } from '../cut.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list, listHosts } from '../text.ts';
import { allowNames, findProof } from './sni-filtered.ts';

/** Failures after a device accepted the connection and then dropped the traffic. */
const AFTER_CONNECT: readonly Failure[] = [...CUT, 'tls_not_tls', 'protocol_timeout', 'protocol_closed'];

/** A device completes every connection, so a connection proves nothing and blocked traffic fails later. */
export const transparentProxy: Rule = ({ observations, targets, open }) => {
  const control = observations.controls.find(({ name }) => name === 'tcp-reserved-address');
  if (control?.name !== 'tcp-reserved-address' || !control.detail.connected) return [];
  const cut = open.filter((target) => isAlwaysCut(target) || failedWith(target, AFTER_CONNECT));
  const others = otherNameControls(observations);
  const filtered = cut.filter((target) => findProof(target, others) !== undefined);
  const unproven = targets.filter((target) => target.status === 'untested' && onlyConnected(target));
  const explained = [...cut, ...unproven];
  return [
    createFinding('transparent-proxy', {
      ...(explained.length === 0 && { severity: 'info' }),
      title: 'A device on the path completes TCP handshakes itself',
      explanation:
        `A connection to ${control.detail.address}, which no host may use, was accepted. ` +
        describeConsequences(cut, unproven, targets) +
        describeFilter(filtered),
      targets: explained,
      ...(filtered.length > 0 && {
        remedy: [allowNames(filtered), ...CAUSE_TEXTS['transparent-proxy'].remedy],
      }),
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

function describeFilter(filtered: readonly Target[]): string {
  if (filtered.length === 0) return '';
  const hosts = listHosts(filtered, 4);
  return ` It reads the server name: on the same address TLS passes with another name than ${hosts}.`;
}

function onlyConnected(target: Target): boolean {
  return target.attempts.some(({ facts }) => facts.proof === 'connect');
}

function describeConsequences(
  cut: readonly Target[],
  unproven: readonly Target[],
  targets: readonly Target[],
): string {
  const parts: string[] = [];
  if (cut.length > 0) {
    const failures = list(cut.flatMap(({ failure }) => failure ?? []).sort(), 4);
    parts.push(
      `${count(cut.length, 'endpoint')} accepted the connection and then returned nothing (${failures}).`,
    );
  }
  if (unproven.length > 0) {
    parts.push(
      `${count(unproven.length, 'endpoint')} cannot be judged, because a connection was all that was seen.`,
    );
  }
  if (parts.length === 0) {
    const proven = targets.filter(({ status }) => status === 'reachable').length;
    parts.push(
      `Nothing failed because of it: ${count(proven, 'endpoint')} proved to be the service beyond the connection.`,
    );
  }
  return parts.join(' ');
}
