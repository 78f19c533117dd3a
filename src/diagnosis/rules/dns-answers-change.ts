import type { ControlAnswer } from '../../model/controls.ts';
import type { Resolution, Target } from '../../model/report.ts';
import { connectFailure } from '../attempts.ts';
import { changedAnswer } from '../changing-answers.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { isUnresolved, kindOf, kindOfAnswer, resolves } from '../servers.ts';
import { count, list } from '../text.ts';

interface Change {
  readonly target: Target;
  readonly first: Resolution;
  readonly second: ControlAnswer;
}

/** Servers that answer the same question with a private address and a public one, or with an address and none. */
export const dnsAnswersChange: Rule = (scene) => {
  const { observations, targets } = scene;
  const changes = targets.flatMap((target) =>
    target.resolutions.flatMap((first): Change[] => {
      const second = changedAnswer(observations, target, first);
      return second === null ? [] : [{ target, first, second }];
    }),
  );
  if (changes.length === 0) return [];
  const unlucky = scene.open.filter((target) => isAbsentByChance(target, changes));
  const servers = [...new Set(changes.map(({ first }) => first.server))].sort();
  const byHost = new Map(changes.map((change) => [`${change.first.server} ${change.target.host}`, change]));
  const hosts = new Set(changes.map(({ target }) => target.host));
  return [
    createFinding('dns-answers-change', {
      title: `DNS ${servers.length === 1 ? 'server' : 'servers'} ${list(servers, 3)} ${
        servers.length === 1 ? 'gives' : 'give'
      } changing answers for ${count(hosts.size, 'name')}`,
      explanation: `${[...byHost.values()].slice(0, 3).map(describeChange).join(' ')} What works is a matter of chance.`,
      targets: [
        ...changes.filter((change) => isEvidence(change, scene)).map(({ target }) => target),
        ...unlucky,
      ],
      confirm: rerunCommand(
        observations,
        changes.map(({ target }) => target),
      ),
    }),
  ];
};

/** A failing target is explained if its name did not resolve, or if this server’s address was not connected to. */
function isEvidence({ target, first, second }: Change, { isOpen }: Scene): boolean {
  if (target.status === 'reachable') return true;
  if (!isOpen(target)) return false;
  if (isUnresolved(target)) return resolves(kindOf(first)) || resolves(kindOfAnswer(second));
  return connectFailure(target) !== null && target.addressesFrom === first.server;
}

/**
 * Whether a server that gives other names now an answer and now none gave none here: a member of a pool that lacks some
 * names may have answered both times.
 */
function isAbsentByChance(target: Target, changes: readonly Change[]): boolean {
  if (!isUnresolved(target)) return false;
  return target.resolutions.some((own) =>
    changes.some(({ first, second }) => {
      const kinds = [kindOf(first), kindOfAnswer(second)];
      return first.server === own.server && kinds.some(resolves) && kinds.includes(kindOf(own));
    }),
  );
}

function describeChange({ target: { host }, first, second }: Change): string {
  return `${first.server} answers ${describeAnswer(first)} for ${host}, and asked again ${describeAnswer(second)}.`;
}

function describeAnswer({ rcode, addresses }: Pick<Resolution, 'rcode' | 'addresses'>): string {
  if (addresses.length > 0) return list(addresses, 2);
  return rcode === 'NOERROR' ? 'no address' : rcode;
}
