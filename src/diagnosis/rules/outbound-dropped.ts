import type { Finding, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected, connectFailure } from '../attempts.ts';
import { type AzureSide, describeAzureSide } from '../azure-side.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { describeLaterAddresses } from '../changing-answers.ts';
import { rerunCommand } from '../command.ts';
import { findCommonTrait, type Trait } from '../common-trait.ts';
import {
  type Destination,
  describeGroups,
  destinations,
  hasServiceEndpoint,
  isPrivateOnly,
  portsOf,
  TITLE_PORTS,
  triesOf,
} from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list, listAll } from '../text.ts';

/** With this many destinations, one common cause is likelier than many missing rules. */
const MANY = 3;

/** Connections that time out at every address: one finding for each missing rule. */
export const outboundDropped: Rule = (scene) => {
  const dropped = scene.open.filter((target) => connectFailure(target) === 'dropped');
  if (dropped.length === 0) return [];
  const groups = destinations(dropped);
  if (groups.length >= MANY && nothingConnects(scene)) {
    const isRefused = scene.targets.some((target) => connectFailure(target) === 'rejected');
    return [describeAll(scene, groups, isRefused ? besideRefusals(dropped.length) : EVERYTHING)];
  }
  const system = destinations(dropped.filter((target) => !isPrivateOnly(target)));
  if (system.length >= MANY && onlyServiceEndpoints(scene)) {
    const inside = groups.filter(({ isPrivate }) => isPrivate);
    return [
      describeAll(scene, system, onlyEndpoints(scene.targets)),
      ...inside.map((group) => droppedFinding(scene, group)),
    ];
  }
  const trait = commonTrait(scene, system);
  if (trait === null) return groups.map((group) => droppedFinding(scene, group));
  const inside = groups.filter(({ isPrivate }) => isPrivate);
  return [traitFinding(scene, system, trait), ...inside.map((group) => droppedFinding(scene, group))];
};

/**
 * A trait is preferred to the service tags where these cannot be the reason: the lost are of several, and a prefix also
 * separates members of one tag.
 */
function commonTrait(scene: Scene, groups: readonly Destination[]): Trait | null {
  const lost = groups.flatMap((group) => group.targets);
  const passed = scene.targets.filter((target) => target.group !== 'dns' && reached(target));
  const outside = passed.filter((target) => dialledAddresses(target).some(isPublic));
  const trait = findCommonTrait(lost, passed);
  const dividesTag = groups.some((group) => alikeOf(group, outside).length > 0);
  if (trait === null || (trait.kind === 'prefix' && !dividesTag)) return null;
  if (groups.length > 1) return trait;
  // Resources in another region have addresses near each other, too.
  const isRegional = groups.some((group) => regionSteps(scene.observations, group, scene.targets).length > 0);
  return dividesTag && !isRegional ? trait : null;
}

const TRAIT_NAMES: Readonly<Record<Trait['kind'], (value: string) => string>> = {
  prefix: (value) => `to ${value}`,
  suffix: (value) => `to hosts under ${value}`,
  server: (value) => `to the addresses that ${value} gave`,
  port: (value) => `on port ${value}`,
  protocol: (value) => `of the protocol ${value}`,
};

/** Where the device that drops by this trait is. */
const TRAIT_STEPS: Readonly<Record<Trait['kind'], (value: string) => string>> = {
  prefix: (value) =>
    `Effective routes of the NIC: look for a route whose prefix is ${value} or contains it, with next hop None or an ` +
    'appliance. Then look for a rule of an NSG or firewall with such an address range.',
  suffix: (value) => `Look for a rule of a firewall with host names that leaves out ${value}, or denies it.`,
  server: (value) =>
    `Compare the answers of ${value} with those of the other DNS servers and of Azure DNS: what it gives does not answer.`,
  port: (value) =>
    `Look for a rule of an NSG or firewall that leaves out TCP port ${value}, or denies it, whatever the destination.`,
  protocol: (value) => `Look for a rule of a firewall that leaves out ${value}, or denies it.`,
};

function traitFinding(
  { observations }: Scene,
  groups: readonly Destination[],
  { kind, value }: Trait,
): Finding {
  const targets = groups.flatMap((group) => group.targets);
  const where = TRAIT_NAMES[kind](value);
  const side = describeAzureSide(targets, observations);
  return createFinding('outbound-dropped', {
    title: `Outbound TCP ${where} is dropped (${count(targets.length, 'endpoint')})`,
    explanation:
      `No reply to connection requests to ${triesOf(targets)}. All that was lost went ${where}, and nothing that ` +
      `connected did.${side?.text ?? ''}`,
    targets,
    remedy: [
      side?.step ?? TRAIT_STEPS[kind](value),
      `The rules that these endpoints need, in the ${side === null ? 'NSG and in the ' : ''}firewall on the way: ${describeGroups(groups)}.`,
    ],
    confirm: rerunCommand(observations, targets),
  });
}

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
  const side = describeAzureSide(group.targets, observations);
  return createFinding('outbound-dropped', {
    title: `Outbound TCP to ${group.name}, ${portsOf(group, TITLE_PORTS)}, is dropped`,
    explanation: `No reply to connection requests to ${triesOf(group.targets)}. ${compareWithReached(group, targets)}${side?.text ?? ''}${describeLaterAddresses(observations, group.targets)}`,
    targets: group.targets,
    remedy:
      side === null
        ? [...regionSteps(observations, group, targets), ...remedyFor(group)]
        : remedyBehind(group, side),
    confirm: rerunCommand(observations, group.targets),
  });
}

/** Successful connections show how wide the loss is: if other targets of a tag connect, its rule exists. */
function compareWithReached(group: Destination, targets: readonly Target[]): string {
  const others = targets.filter((target) => target.group !== 'dns' && reached(target));
  const alike = alikeOf(group, others);
  if (others.length === 0) return 'No other endpoint connected either.';
  if (alike.length === 0)
    return `${count(others.length, 'other endpoint')} connected, so the loss is specific.`;
  return (
    `${count(alike.length, 'other endpoint')} of the same service tag and port connected: so look for a rule by ` +
    'address or host name, or for a host that is out of service, rather than for a missing service tag.'
  );
}

/** A tag of one region lets its own resources pass, and none elsewhere. */
function regionSteps(
  { environment: { region } }: Scene['observations'],
  group: Destination,
  targets: readonly Target[],
): readonly string[] {
  const passed = alikeOf(group, targets.filter(reached));
  const hosts = new Set(group.targets.map(({ host }) => host));
  const isOtherResource = passed.length > 0 && passed.every(({ host }) => !hosts.has(host));
  if (group.isPrivate || !isOtherResource || !group.targets.every(hasServiceEndpoint)) return [];
  const regional = `${group.serviceTag}.${region ?? 'REGION'}`;
  return [
    `Look for a regional service tag such as ${regional} in the rules of the NSG and firewall: it covers ` +
      `${listAll(passed.map(({ host }) => host))}, if they are in that region, and not ${listAll(hosts)} in another ` +
      `one. Name ${group.serviceTag}, or the tag of that region as well.`,
  ];
}

/** Those of the same service tag and port. */
function alikeOf(group: Destination, targets: readonly Target[]): readonly Target[] {
  return targets.filter(
    ({ serviceTag, port }) =>
      group.serviceTag !== null && serviceTag === group.serviceTag && group.ports.includes(port),
  );
}

function remedyFor(group: Destination): readonly string[] {
  const [, route, firewall] = CAUSE_TEXTS['outbound-dropped'].remedy;
  const hosts = listAll(group.targets.map(({ host }) => host));
  const addresses = listAll(group.targets.flatMap(dialledAddresses));
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

/** Where the rules allow it, none is added to a network security group. */
function remedyBehind(group: Destination, { step, hasRoutes }: AzureSide): readonly string[] {
  const [, route] = CAUSE_TEXTS['outbound-dropped'].remedy;
  const firewall = firewallStep(group, listAll(group.targets.map(({ host }) => host)));
  return [
    step,
    ...(hasRoutes || route === undefined ? [] : [route]),
    ...(firewall === null ? [] : [firewall]),
  ];
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

function besideRefusals(silent: number): Whole {
  return {
    title: `No outbound connection is completed, and ${count(silent, 'endpoint gets', 'endpoints get')} no reply`,
    why:
      'Not one endpoint, public or private, accepted a connection. Those that were refused have a finding of their own; ' +
      'for these, an outbound rule or a device drops all, or a route leads nowhere.',
    steps: [],
  };
}

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
  const side = describeAzureSide(targets, observations);
  return createFinding('outbound-dropped', {
    title: whole.title,
    explanation:
      `${count(targets.length, 'endpoint')} in ${groups.length} destinations timed out. ` +
      (side === null ? whole.why : side.text.trimStart()),
    targets,
    remedy: [
      side?.step ??
        'Effective routes and effective security rules of the NIC: see where 0.0.0.0/0 goes and which rule denies.',
      `Allow outbound TCP, in the ${side === null ? 'NSG and in the ' : ''}firewall on the way: ${describeGroups(groups)}.`,
      ...whole.steps,
    ],
    confirm: rerunCommand(observations, targets),
  });
}
