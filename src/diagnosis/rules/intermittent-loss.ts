import type { Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { isAlwaysCut, isCutAtRandom } from '../cut.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list } from '../text.ts';

/** Endpoints with both successes and failures in one run, and those that the same random cuts hit in every attempt. */
export const intermittentLoss: Rule = ({ observations, targets, open }) => {
  const atRandom = isCutAtRandom(targets);
  const mixed = open.filter(
    (target) => target.status === 'intermittent' || (atRandom && isAlwaysCut(target)),
  );
  if (mixed.length === 0) return [];
  const fixed = atRandom ? [] : mixed.filter((target) => deadAddresses(target).length > 0);
  return [
    createFinding('intermittent-loss', {
      title: `${count(mixed.length, 'endpoint')} ${mixed.length === 1 ? 'works' : 'work'} only some of the time`,
      explanation: `${list(mixed.map(describeAttempts), 5)}.${describeFailedAddresses(fixed)}`,
      targets: mixed,
      remedy:
        fixed.length > 0
          ? CAUSE_TEXTS['intermittent-loss'].remedy
          : CAUSE_TEXTS['intermittent-loss'].remedy.slice(1),
      confirm: rerunCommand(observations, mixed),
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

/** Addresses that always failed while another one succeeded. */
function deadAddresses({ attempts }: Target): readonly string[] {
  const byAddress = Map.groupBy(attempts, ({ address }) => address);
  return [...byAddress.keys()].filter((address) => byAddress.get(address)?.every(({ ok }) => !ok)).sort();
}

function describeFailedAddresses(fixed: readonly Target[]): string {
  if (fixed.length === 0) return ' No address fails always, so it is loss rather than a rule.';
  return ` Always failing: ${list(
    fixed.flatMap((target) => deadAddresses(target)),
    6,
  )}; the other addresses work.`;
}
