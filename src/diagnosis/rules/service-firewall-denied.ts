import type { Facts } from '../../../probes/facts.ts';
import type { Finding, Target } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';

/** Key Vault's error text for a caller that its network rules do not allow. */
const VAULT_PERIMETER = 'ForbiddenByNsp';
const VAULT_CODES: readonly (string | null)[] = [
  'ForbiddenByFirewall',
  'ForbiddenByConnection',
  VAULT_PERIMETER,
];

/** A perimeter overrides a resource’s own rules, and trusted services (“What is a network security perimeter?”). */
const PERIMETER_REMEDY = [
  'In the network security perimeter of the resource: add an inbound access rule to its profile, for the public address ' +
    'of this subnet’s traffic or for its subscription. Virtual network rules of the resource do not apply there.',
  'Or give the resource a private endpoint that this subnet can reach, and link its private DNS zone: private ' +
    'endpoints are exempt from the perimeter.',
  'If this is a test resource, and the one that API Management will use is outside this perimeter: the path is proven, ' +
    'and nothing has to be changed.',
] as const;

/** Services that were reached and refused this subnet; the path works. A perimeter is a cause of its own. */
export const serviceFirewallDenied: Rule = (scene) => {
  const denied = scene.targets.filter((target) => refusalOf(target) !== null);
  const byPerimeter = Map.groupBy(denied, isPerimeter);
  return [true, false].flatMap((perimeter) => {
    const targets = byPerimeter.get(perimeter);
    return targets === undefined ? [] : [deniedFinding(scene, targets, perimeter)];
  });
};

/** The service's error code for the refusal, or null. */
function refusalOf(target: Target): string | null {
  return target.attempts.map(({ facts }) => refusalIn(facts)).findLast((word) => word !== null) ?? null;
}

function refusalIn({ storage, keyVault, eventHubs }: Facts): string | null {
  if (storage?.networkDenied === true) return storage.errorCode;
  if (eventHubs?.networkDenied === true)
    return eventHubs.perimeter === true ? 'network security perimeter' : 'Ip has been prevented to connect';
  return keyVault !== undefined && VAULT_CODES.includes(keyVault.errorCode) ? keyVault.errorCode : null;
}

function isPerimeter({ attempts }: Target): boolean {
  return attempts.some(
    ({ facts }) =>
      facts.storage?.perimeter === true ||
      facts.eventHubs?.perimeter === true ||
      facts.keyVault?.errorCode === VAULT_PERIMETER,
  );
}

function deniedFinding({ observations }: Scene, targets: readonly Target[], perimeter: boolean): Finding {
  const [first] = targets;
  const single = targets.length === 1 && first !== undefined ? `${first.host}` : null;
  const denied = targets.map(
    (target) => `${target.host}:${target.port} (${refusalOf(target)}${seenFrom(target)})`,
  );
  return createFinding('service-firewall-denied', {
    ...(perimeter && { remedy: PERIMETER_REMEDY }),
    title: `The ${perimeter ? 'network security perimeter' : 'network rules'} of ${single ?? count(targets.length, 'endpoint')} ${perimeter ? 'refuses' : 'refuse'} this subnet`,
    explanation: `The path works: ${list(denied, 5)} answered, and refused by ${targets.length === 1 ? 'its' : 'their'} own rules.`,
    targets,
    confirm: rerunCommand(observations, targets),
  });
}

/** Only Key Vault returns the address that a rule has to allow. */
function seenFrom({ attempts }: Target): string {
  const seen = attempts.findLast(({ facts }) => facts.keyVault !== undefined)?.facts.keyVault?.sourceAddress;
  return seen == null ? '' : `, seen from ${seen}`;
}
