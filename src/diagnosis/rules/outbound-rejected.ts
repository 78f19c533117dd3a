import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses } from '../addresses.ts';
import { connectFailure, failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { type Destination, destinations, portsOf, triesOf } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { list } from '../text.ts';

/** Refused connections: one finding for each destination. */
export const outboundRejected: Rule = (scene) => {
  const rejected = scene.open.filter(
    (target) => connectFailure(target) === 'rejected' || isUdpRefusal(target),
  );
  return destinations(rejected).map((group) => rejectedFinding(scene, group));
};

function isUdpRefusal(target: Target): boolean {
  return target.status === 'unreachable' && failedWith(target, ['udp_refused']);
}

function rejectedFinding({ observations }: Scene, group: Destination): Finding {
  const how = [...new Set(group.targets.map(({ failure }) => failure))].sort();
  return createFinding('outbound-rejected', {
    title: `Connections to ${group.name}, ${portsOf(group)}, are refused`,
    explanation: `${list(how.map(describeRefusal))} in reply to ${triesOf(group.targets)}. An NSG never does that; it drops.`,
    targets: group.targets,
    remedy: remedyFor(group),
    confirm: rerunCommand(observations, group.targets),
  });
}

function describeRefusal(failure: Target['failure']): string {
  if (failure === 'tcp_unreachable') return 'ICMP unreachable or prohibited, or no route on this VM,';
  if (failure === 'tcp_reset') return 'A reset right after the connection';
  return failure === 'udp_refused' ? 'ICMP port unreachable' : 'A TCP reset';
}

function remedyFor(group: Destination): readonly string[] {
  const [, own, ...rest] = CAUSE_TEXTS['outbound-rejected'].remedy;
  const addresses = list(group.targets.flatMap(dialledAddresses), 6);
  const allowed =
    group.serviceTag === null
      ? `${list(
          group.targets.map(({ host }) => host),
          6,
        )} (${addresses || 'no address'})`
      : group.name;
  return [
    `Look in the log of the firewall or appliance on the way for this VM’s address and ${portsOf(group)}, and ` +
      `allow ${allowed}.`,
    ...[own, ...rest].flatMap((step) => step ?? []),
  ];
}
