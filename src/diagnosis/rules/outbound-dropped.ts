import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected, connectFailure } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import {
  type Destination,
  describeGroups,
  destinations,
  hasServiceEndpoint,
  isPrivateOnly,
  portsOf,
  triesOf,
} from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';

/** With this many destinations, one common cause is likelier than many missing rules. */
const MANY = 3;

/** Connections that time out at every address: one finding for each missing rule. */
export const outboundDropped: Rule = (scene) => {
  const dropped = scene.open.filter((target) => connectFailure(target) === 'dropped');
  const groups = destinations(dropped);
  if (groups.length >= MANY && nothingConnects(scene)) return [describeAll(scene, groups, EVERYTHING)];
  const system = destinations(dropped.filter((target) => !isPrivateOnly(target)));
  if (system.length >= MANY && onlyServiceEndpoints(scene)) {
    const inside = groups.filter(({ isPrivate }) => isPrivate);
    return [
      describeAll(scene, system, onlyEndpoints(scene.targets)),
      ...inside.map((group) => droppedFinding(scene, group)),
    ];
  }
  return groups.map((group) => droppedFinding(scene, group));
};

function nothingConnects({ targets }: Scene): boolean {
  return !targets.some((target) => target.group !== 'dns' && reached(target));
}

/** The sign of forced tunnelling: only targets with a service endpoint are reached. */
function onlyServiceEndpoints({ targets }: Scene): boolean {
  const system = targets.filter(
    (target) => target.group !== 'dns' && reached(target) && dialledAddresses(target).some(isPublic),
  );
  return system.length > 0 && system.every(hasServiceEndpoint);
}

function reached(target: Target): boolean {
  return target.status === 'reachable' || target.attempts.some(connected);
}

function droppedFinding({ observations, targets }: Scene, group: Destination): Finding {
  return createFinding('outbound-dropped', {
    title: `Outbound TCP to ${group.name}, ${portsOf(group)}, is dropped`,
    explanation: `No reply to connection requests to ${triesOf(group.targets)}. ${compareWithReached(group, targets)}`,
    targets: group.targets,
    remedy: remedyFor(group),
    confirm: rerunCommand(observations, group.targets),
  });
}

/** Successful connections show how wide the loss is: if other targets of a tag connect, its rule exists. */
function compareWithReached(group: Destination, targets: readonly Target[]): string {
  const others = targets.filter((target) => target.group !== 'dns' && reached(target));
  const alike = others.filter(
    ({ serviceTag, port }) =>
      group.serviceTag !== null && serviceTag === group.serviceTag && group.ports.includes(port),
  );
  if (others.length === 0) return 'No other endpoint connected either.';
  if (alike.length === 0)
    return `${count(others.length, 'other endpoint')} connected, so the loss is specific.`;
  return (
    `${count(alike.length, 'other endpoint')} of the same service tag and port connected: so look for a rule by ` +
    'address or host name, or for a host that is out of service, rather than for a missing service tag.'
  );
}

function remedyFor(group: Destination): readonly string[] {
  const [, route, firewall] = CAUSE_TEXTS['outbound-dropped'].remedy;
  const hosts = list(
    group.targets.map(({ host }) => host),
    10,
  );
  const addresses = list(group.targets.flatMap(dialledAddresses), 6);
  if (group.isPrivate) {
    return [
      `NSG of this subnet, and of the private endpoint’s or host’s: allow TCP ${portsOf(group)} to ${addresses}, ` +
        'above any deny rule.',
      'Check the peering or VPN between the two networks, and that the return route leads back to this subnet.',
      ...(route === undefined ? [] : [route]),
    ];
  }
  const destination = group.serviceTag === null ? `the addresses of ${hosts}` : group.name;
  const steps = [
    `NSG: add an outbound rule, source this subnet, destination ${destination}, TCP ${portsOf(group)}, allow, ` +
      'with a lower priority number than any deny rule.',
    ...[route, firewallStep(group, hosts) ?? firewall].flatMap((step) => step ?? []),
  ];
  if (group.targets.every(hasServiceEndpoint)) {
    steps.push(
      `Or enable the service endpoint for ${group.serviceTag} on the subnet, whose route takes precedence over 0.0.0.0/0.`,
    );
  }
  if (group.targets.some(({ port }) => port === 25)) {
    steps.push('Port 25 is blocked by Azure itself in many kinds of subscription; 587 and 25028 are not.');
  }
  return steps;
}

function firewallStep({ targets, serviceTag, ports }: Destination, hosts: string): string | null {
  const web = targets.every(({ protocol }) => protocol === 'http' || protocol === 'https');
  if (web) return `Azure Firewall, if it is on the way: an application rule for ${hosts}.`;
  if (serviceTag === null) return null;
  return `Azure Firewall, if it is on the way: a network rule for service tag ${serviceTag}, TCP ${portsOf({ ports })}.`;
}

interface Whole {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

const EVERYTHING: Whole = {
  title: 'Everything outbound is dropped',
  why:
    'Not one endpoint, public or private, answered a connection request: an outbound rule denies all, or this VM ' +
    'has no working route.',
  steps: [],
};

/** “Default outbound access in Azure”, 2025-12-03. */
const PRIVATE_SUBNET =
  'So does a private subnet, which subnets are by default in virtual networks created since 2026-03-31: it reaches ' +
  'Storage of its own region without a service endpoint, and nothing else that is public. API Management has a public ' +
  'address of its own for outbound traffic, so the instance need not share this loss.';
const PRIVATE_SUBNET_STEP =
  'If the subnet’s property defaultOutboundAccess is false: give it an outbound path, best a NAT gateway, and run again. ' +
  'A route with next hop Internet does not work there without one.';

function onlyEndpoints(targets: readonly Target[]): Whole {
  const reachedTags = [...new Set(targets.filter(reached).filter(hasServiceEndpoint).map(tagOf))].sort();
  const tags = list(reachedTags);
  const mayBePrivate = reachedTags.length === 1 && reachedTags[0] === 'Storage';
  return {
    title: `Only ${tags} can be reached; everything else is dropped`,
    why:
      `${tags} can have a service endpoint on the subnet, which leaves a 0.0.0.0/0 route aside. So the rest probably ` +
      'takes such a route to an appliance or on-premises (forced tunnelling) and is lost there; an NSG that allows ' +
      `only these service tags looks the same.${mayBePrivate ? ` ${PRIVATE_SUBNET}` : ''}`,
    steps: [
      ...(mayBePrivate ? [PRIVATE_SUBNET_STEP] : []),
      'With forced tunnelling: add a route for service tag ApiManagement with next hop Internet, so that the ' +
        'replies to the control plane do not take the tunnel.',
    ],
  };
}

function tagOf({ serviceTag }: Target): string {
  return serviceTag ?? '';
}

function describeAll({ observations }: Scene, groups: readonly Destination[], whole: Whole): Finding {
  const targets = groups.flatMap((group) => group.targets);
  return createFinding('outbound-dropped', {
    title: whole.title,
    explanation: `${count(targets.length, 'endpoint')} in ${groups.length} destinations timed out. ${whole.why}`,
    targets,
    remedy: [
      'Effective routes and effective security rules of the NIC: see where 0.0.0.0/0 goes and which rule denies.',
      `Allow outbound TCP, in the NSG and in the firewall on the way: ${describeGroups(groups)}.`,
      ...whole.steps,
    ],
    confirm: rerunCommand(observations, targets),
  });
}
