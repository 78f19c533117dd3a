/** The host names of the instance in a plan. Pure. */
import { isOfFurtherLocation } from '../plan/locations.ts';
import type { Plan, PlannedTarget } from '../plan/types.ts';
import type { Names } from './types.ts';

/** Each host name once, in the plan's order. Incomplete names are left out with the reason. */
export function namesOfPlan({ targets }: Pick<Plan, 'targets'>): Names {
  const own = targets.filter(isOfInstance);
  const complete = own.filter(({ host }) => !host.includes('<'));
  const lacking = new Map(
    own.filter(({ host }) => host.includes('<')).map((target) => [target.host, target]),
  );
  return {
    hosts: hostsOf(complete.filter(({ source }) => !isOfFurtherLocation(source))),
    elsewhere: hostsOf(complete.filter(({ source }) => isOfFurtherLocation(source))),
    leftOut: [...lacking.values()].map(({ host, reason }) => ({
      host,
      why: reason ?? 'a part of it is not known',
    })),
  };
}

function isOfInstance({ group, kind }: PlannedTarget): boolean {
  return kind === 'endpoint' && (group === 'gateway' || group === 'control-plane');
}

function hostsOf(targets: readonly PlannedTarget[]): string[] {
  return [...new Set(targets.map(({ host }) => host))];
}
