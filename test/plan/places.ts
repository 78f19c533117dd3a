/** Options and places from which the tests make plans. */
import type { Options } from '../../src/config/types.ts';
import { makePlan } from '../../src/plan/plan.ts';
import type { Plan, PlanContext, PlannedTarget } from '../../src/plan/types.ts';
import { optionsWith } from '../run/options.ts';

export const TODAY = '2026-05-04';

export const PLACE: PlanContext = {
  cloud: 'public',
  region: 'westeurope',
  servers: [{ address: '168.63.129.16', port: 53 }],
  serversFrom: '/etc/resolv.conf',
  today: TODAY,
};

export function planWith(options: Partial<Options> = {}, place: Partial<PlanContext> = {}): Plan {
  return makePlan(optionsWith(options), { ...PLACE, ...place });
}

/** Every name that a plan can be given, in the form that each is usually given in. */
export const ALL_NAMES = {
  storage: ['contosostore'],
  sql: ['contososql'],
  keyVault: ['contosovault'],
  eventHubs: ['contosohub'],
  redis: ['contosocache', 'contoso.westeurope.redis.azure.net'],
  apim: 'contoso',
} as const satisfies Partial<Options>;

/** The target with this id; fails when the plan has none. */
export function targetOf(plan: Plan, id: string): PlannedTarget {
  const found = plan.targets.find((target) => target.id === id);
  if (found === undefined) throw new Error(`the plan has no ${id}`);
  return found;
}

export function idsOf(plan: Plan, matches: (target: PlannedTarget) => boolean): string[] {
  return plan.targets.filter(matches).map(({ id }) => id);
}
