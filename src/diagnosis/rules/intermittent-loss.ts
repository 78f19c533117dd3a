import type { Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { isAlwaysCut, isCutAtRandom } from '../cut.ts';
import { createFinding } from '../finding.ts';
import { type Loss, measureLoss } from '../loss.ts';
import type { Rule } from '../rule.ts';
import { count, list, listEndpoints } from '../text.ts';

/** Endpoints with both successes and failures in one run, and those that the same loss hit in every attempt. */
export const intermittentLoss: Rule = ({ observations, targets, open }) => {
  const atRandom = isCutAtRandom(targets);
  const loss = measureLoss(targets);
  const lost = new Set(loss?.dead);
  const isDead = (target: Target) => (atRandom && isAlwaysCut(target)) || lost.has(target);
  const dead = open.filter(isDead);
  const mixed = open.filter((target) => target.status === 'intermittent' && !isDead(target));
  const hit = [...dead, ...mixed];
  if (hit.length === 0) return [];
  const fixed = dead.length > 0 ? [] : mixed.filter((target) => deadAddresses(target).length > 0);
  return [
    createFinding('intermittent-loss', {
      title: `${count(hit.length, 'endpoint')} ${hit.length === 1 ? 'works' : 'work'} only some of the time`,
      explanation: `${list(hit.map(describeAttempts), 5)}.${describeDead(dead, loss)}${describeFailedAddresses(fixed, dead)}`,
      targets: hit,
      remedy:
        fixed.length > 0
          ? CAUSE_TEXTS['intermittent-loss'].remedy
          : CAUSE_TEXTS['intermittent-loss'].remedy.slice(1),
      confirm: rerunCommand(observations, hit),
    }),
  ];
};

function describeAttempts(target: Target): string {
  const failed = target.attempts.filter(({ ok }) => !ok);
  const failures = list(failed.flatMap(({ failure }) => failure ?? []).sort(), 3);
  const how = failures === '' ? '' : ` (${failures})`;
  const of = count(target.attempts.length, 'attempt');
  return `${target.host}:${target.port} failed in ${failed.length} of ${of}${how}`;
}

function describeDead(dead: readonly Target[], loss: Loss | null): string {
  if (dead.length === 0 || loss === null) return '';
  const few = listEndpoints(dead, 3);
  return (
    ` ${count(dead.length, 'endpoint')} failed in every attempt (${few}): where others passed, ` +
    `${Math.round(loss.rate * 100)} % of the attempts were lost, so it may be chance; one that fails in each run has a rule of its own.`
  );
}

/** Addresses that always failed while another one succeeded. */
function deadAddresses({ attempts }: Target): readonly string[] {
  const byAddress = Map.groupBy(attempts, ({ address }) => address);
  return [...byAddress.keys()].filter((address) => byAddress.get(address)?.every(({ ok }) => !ok)).sort();
}

function describeFailedAddresses(fixed: readonly Target[], dead: readonly Target[]): string {
  if (dead.length > 0) return '';
  if (fixed.length === 0) return ' No address fails always, so it is loss rather than a rule.';
  return ` Always failing: ${list(
    fixed.flatMap((target) => deadAddresses(target)),
    6,
  )}; the other addresses work.`;
}
