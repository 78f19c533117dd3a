import type { Options } from '../config/types.ts';
import type { Scope } from '../model/report.ts';
import { GROUPS, type Group } from '../model/vocabulary.ts';

/** The flag that leaves a group out, or null. */
export function leftOutBy(
  group: Group,
  { only, skip }: Pick<Options, 'only' | 'skip'>,
): '--skip' | '--only' | null {
  if (skip.includes(group)) return '--skip';
  return only.length > 0 && !only.includes(group) ? '--only' : null;
}

/** The groups that `--only` and `--skip` leave in, in the order of the catalogue, and the flags that narrow them. */
export function probedScope({ only, skip }: Pick<Options, 'only' | 'skip'>): Scope {
  const narrowedBy = [
    ...[...new Set(only)].map((group) => `--only ${group}`),
    ...[...new Set(skip)].map((group) => `--skip ${group}`),
  ];
  return {
    groups: GROUPS.filter((group) => leftOutBy(group, { only, skip }) === null),
    narrowedBy,
    whole: narrowedBy.length === 0,
  };
}

/** The scope of a run that probes only these endpoints: `verify` chose them. */
export function scopeOfTargets(targets: readonly { readonly group: Group }[]): Scope {
  const present = new Set(targets.map(({ group }) => group));
  return { groups: GROUPS.filter((group) => present.has(group)), narrowedBy: ['verify'], whole: false };
}
