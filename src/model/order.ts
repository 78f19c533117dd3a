import { GROUPS, type Group } from './vocabulary.ts';

const RANKS = new Map(GROUPS.map((group, rank) => [group, rank]));

/** The order of targets in all lists: by group, in the order of `GROUPS`, then by id. */
export function byGroupAndId(
  one: { readonly group: Group; readonly id: string },
  other: { readonly group: Group; readonly id: string },
): number {
  const groups = (RANKS.get(one.group) ?? 0) - (RANKS.get(other.group) ?? 0);
  if (groups !== 0) return groups;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
