import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connectFailure, failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { describeLaterAddresses } from '../changing-answers.ts';
import { rerunCommand } from '../command.ts';
import {
  type Destination,
  describeGroups,
  destinations,
  portsOf,
  TITLE_PORTS,
  triesOf,
} from '../destinations.ts';
import { createFinding } from '../finding.ts';
import { provesPath } from '../outbound-path.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list, listAll } from '../text.ts';

/** With this many destinations, one device that refuses everything is likelier than many rules. */
const MANY = 3;

/** Refused connections: one finding where everything public is refused, else one for each destination. */
export const outboundRejected: Rule = (scene) => {
  const rejected = scene.open.filter(isRejected);
  return destinations(rejected).map((group) => rejectedFinding(scene, group));
};

/**
 * Nothing public connects, and a device refuses. Devices limit their ICMP messages (Linux: one a second for each
 * destination, icmp(7)), so the silence of other addresses belongs to it.
 */
export const everythingRejected: Rule = (scene) => {
  const { observations, targets, open } = scene;
  const isOutside = (target: Target) => target.group !== 'dns' && dialledAddresses(target).every(isPublic);
  const refused = open.filter((target) => isOutside(target) && isRejected(target));
  if (new Set(refused.map(({ host }) => host)).size < MANY || targets.some(provesPath)) return [];
  const byIcmp = refused.some(({ attempts }) =>
    attempts.some(({ failure }) => failure === 'tcp_unreachable'),
  );
  const unanswered = open.filter((target) => isOutside(target) && isSilent(target));
  // A device that resets does so each time.
  const silent = byIcmp ? unanswered : [];
  const groups = destinations([...refused, ...silent]);
  if (groups.length < MANY) return [];
  return [
    createFinding('outbound-rejected', {
      title:
        silent.length === unanswered.length
          ? `Everything public is refused (${count(refused.length + silent.length, 'endpoint')})`
          : `Nothing public connects: ${count(refused.length, 'endpoint is', 'endpoints are')} refused`,
      explanation:
        `${describeRefusals(refused)} in reply to ${triesOf(refused)}; not one public endpoint accepted a connection. ` +
        (silent.length === 0
          ? ''
          : `${count(silent.length, 'endpoint')} got no reply: devices limit how many ICMP messages they send. `) +
        'An NSG never refuses; it drops.',
      targets: [...refused, ...silent],
      remedy: [
        `On the device that refuses (the next hop of 0.0.0.0/0 in the NIC’s effective routes): allow ${describeGroups(groups)}.`,
        ...CAUSE_TEXTS['outbound-rejected'].remedy.slice(1, 2),
      ],
      confirm: rerunCommand(observations, refused),
    }),
  ];
};

function isRejected(target: Target): boolean {
  return connectFailure(target) === 'rejected' || isUdpRefusal(target);
}

function isUdpRefusal(target: Target): boolean {
  return target.status === 'unreachable' && failedWith(target, ['udp_refused']);
}

function isSilent(target: Target): boolean {
  return (
    connectFailure(target) === 'dropped' ||
    (target.status === 'unreachable' && failedWith(target, ['udp_timeout']))
  );
}

function rejectedFinding({ observations }: Scene, group: Destination): Finding {
  return createFinding('outbound-rejected', {
    title: `Connections to ${group.name}, ${portsOf(group, TITLE_PORTS)}, are refused`,
    explanation: `${describeRefusals(group.targets)} in reply to ${triesOf(group.targets)}. An NSG never does that; it drops.${describeLaterAddresses(observations, group.targets)}`,
    targets: group.targets,
    remedy: remedyFor(group),
    confirm: rerunCommand(observations, group.targets),
  });
}

function describeRefusals(targets: readonly Target[]): string {
  return list([...new Set(targets.map(({ failure }) => failure))].sort().map(describeRefusal));
}

function describeRefusal(failure: Target['failure']): string {
  if (failure === 'tcp_unreachable') return 'ICMP unreachable or prohibited, or no route on this VM,';
  if (failure === 'tcp_reset') return 'A reset right after the connection';
  return failure === 'udp_refused' ? 'ICMP port unreachable' : 'A TCP reset';
}

function remedyFor(group: Destination): readonly string[] {
  const [, own, ...rest] = CAUSE_TEXTS['outbound-rejected'].remedy;
  const addresses = listAll(group.targets.flatMap(dialledAddresses));
  const hosts = listAll(group.targets.map(({ host }) => host));
  const allowed = group.serviceTag === null ? `${hosts} (${addresses || 'no address'})` : group.name;
  return [
    `Look in the log of the firewall or appliance on the way for this VM’s address and ${portsOf(group)}, and ` +
      `allow ${allowed}.`,
    ...[own, ...rest].flatMap((step) => step ?? []),
  ];
}
