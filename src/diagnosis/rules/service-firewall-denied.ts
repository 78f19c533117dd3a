import type { Facts } from '../../../probes/facts.ts';
import type { Finding, Target } from '../../model/report.ts';
import { probeAgain } from '../command.ts';
import { finding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';

/** Key Vault's words for a caller whose address, or kind of connection, its network rules do not allow. */
const VAULT_CODES: readonly (string | null)[] = ['ForbiddenByFirewall', 'ForbiddenByConnection'];

/** Services that were reached and said that this subnet is not let in; the path is in order. */
export const serviceFirewallDenied: Rule = (scene) => {
  const denied = scene.targets.filter((target) => refusalOf(target) !== null);
  return denied.length === 0 ? [] : [deniedFinding(scene, denied)];
};

/** The service's own word for the refusal, null when there was none. */
function refusalOf(target: Target): string | null {
  return target.attempts.map(({ facts }) => refusalIn(facts)).findLast((word) => word !== null) ?? null;
}

function refusalIn({ storage, keyVault, eventHubs }: Facts): string | null {
  if (storage?.networkDenied === true) return storage.errorCode;
  if (eventHubs?.networkDenied === true) return 'Ip has been prevented to connect';
  return keyVault !== undefined && VAULT_CODES.includes(keyVault.errorCode) ? keyVault.errorCode : null;
}

function deniedFinding({ observations }: Scene, targets: readonly Target[]): Finding {
  const [first] = targets;
  const single = targets.length === 1 && first !== undefined ? `${first.host}` : null;
  const words = targets.map(
    (target) => `${target.host}:${target.port} (${refusalOf(target)}${seenFrom(target)})`,
  );
  return finding('service-firewall-denied', {
    title: `The network rules of ${single ?? count(targets.length, 'endpoint')} refuse this subnet`,
    explanation: `The path works: ${list(words, 5)} answered, and refused by ${targets.length === 1 ? 'its' : 'their'} own rules.`,
    targets,
    confirm: probeAgain(observations, targets),
  });
}

/** Key Vault alone tells the address that a rule would have to name. */
function seenFrom({ attempts }: Target): string {
  const seen = attempts.findLast(({ facts }) => facts.keyVault !== undefined)?.facts.keyVault?.sourceAddress;
  return seen == null ? '' : `, seen from ${seen}`;
}
