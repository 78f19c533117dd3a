import type { Finding, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { denialOf, describeDenial, isByPerimeter } from '../network-denials.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';
import { isBehindPrivateEndpoint } from './private-zone-not-linked.ts';

/** A perimeter overrides a resource’s own rules, and trusted services (“What is a network security perimeter?”). */
const PERIMETER_REMEDY = [
  'In the network security perimeter of the resource: add an inbound access rule to its profile, for the public address ' +
    'of this subnet’s traffic or for its subscription. Virtual network rules of the resource do not apply there.',
  'Or give the resource a private endpoint that this subnet can reach, and link its private DNS zone: private ' +
    'endpoints are exempt from the perimeter.',
] as const;

const STAND_IN =
  'If this is a test resource, and the one that API Management will use is outside this perimeter: the path is proven, ' +
  'and nothing has to be changed.';

/**
 * What the resource is to API Management: an example that the user gave, a dependency of the instance, or one that the
 * instance reaches by its own account.
 */
const ROLES = ['dependency', 'reached', 'stand-in'] as const;
type Role = (typeof ROLES)[number];

/** Services that were reached and refused this subnet; the path works. A perimeter is a cause of its own. */
export const serviceFirewallDenied: Rule = (scene) => {
  const denied = scene.targets.filter(
    (target) => denialOf(target) !== null && !isBehindPrivateEndpoint(target),
  );
  return [true, false].flatMap((perimeter) => {
    const byRole = Map.groupBy(
      denied.filter((target) => isByPerimeter(target) === perimeter),
      roleOf,
    );
    return ROLES.flatMap((role) => {
      const targets = byRole.get(role);
      return targets === undefined ? [] : [deniedFinding(scene, targets, { role, perimeter })];
    });
  });
};

function roleOf({ source }: Target): Role {
  if (source.kind !== 'import') return 'stand-in';
  return source.status?.toLowerCase() === 'success' ? 'reached' : 'dependency';
}

function deniedFinding(
  { observations }: Scene,
  targets: readonly Target[],
  { role, perimeter }: { role: Role; perimeter: boolean },
): Finding {
  const [first] = targets;
  const single = targets.length === 1 && first !== undefined ? `${first.host}` : null;
  const places = single ?? count(targets.length, 'endpoint');
  return createFinding('service-firewall-denied', {
    ...(role === 'dependency' && { severity: 'error' as const }),
    ...(role === 'reached' && { severity: 'warning' as const }),
    title: perimeter
      ? `The network security perimeter of ${places} refuses this subnet`
      : `The network rules of ${places} refuse this subnet`,
    explanation:
      `The path works: ${list(targets.map(describeDenial), 5)} answered, and refused by ` +
      `${perimeter ? 'the rules of the perimeter' : `${targets.length === 1 ? 'its' : 'their'} own rules`}.${describeRole(role, targets)}`,
    targets,
    remedy: remedyFor(role, perimeter),
    confirm: rerunCommand(observations, targets),
  });
}

function describeRole(role: Role, targets: readonly Target[]): string {
  const documents = list(targets.map(({ source }) => source.document).sort(), 2);
  if (role === 'dependency')
    return ` The instance depends on ${targets.length === 1 ? 'it' : 'them'} (${documents}).`;
  if (role === 'stand-in') return '';
  return (
    ` Yet ${documents} reports success there: so the rules admit the instance and not this VM, which leaves by another ` +
    'public address.'
  );
}

function remedyFor(role: Role, perimeter: boolean): readonly string[] {
  const general = CAUSE_TEXTS['service-firewall-denied'].remedy;
  if (role === 'reached') {
    return [
      'IP rules of the resource: see whether they name the public address of the instance (property ' +
        'publicIPAddresses). If so, this VM cannot test the resource, and nothing has to be changed.',
      'If no rule names it, the instance is admitted as a trusted Microsoft service. Since 15 March 2026 that exception ' +
        'does not admit the gateway: give what policies use a rule for the subnet or a private endpoint.',
      ...(perimeter ? PERIMETER_REMEDY : general.slice(0, 1)),
    ];
  }
  const isStandIn = role === 'stand-in';
  if (perimeter) return [...PERIMETER_REMEDY, ...(isStandIn ? [STAND_IN] : [])];
  return isStandIn ? general : general.slice(0, -1);
}
