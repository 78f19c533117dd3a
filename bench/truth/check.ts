/** Compares what a suite found with the table of disagreements that stay. Pure. */
import type { Disagreement, Outcome } from './types.ts';

export interface Checked {
  readonly agreed: number;
  /** Disagreements that the table explains. */
  readonly explained: readonly Disagreement[];
  /** What fails the run, one text for each case. */
  readonly problems: readonly string[];
}

/** @param table the disagreements of this suite */
export function checkOutcomes(outcomes: readonly Outcome[], table: readonly Disagreement[]): Checked {
  const listed = new Map(table.flatMap((entry) => entry.cases.map((id) => [id, entry] as const)));
  const byId = Map.groupBy(outcomes, ({ id }) => id);
  const problems = [
    ...[...byId].filter(([, same]) => same.length > 1).map(([id]) => `${id}: two cases have this name`),
    ...outcomes.flatMap((outcome) => problemOf(outcome, listed.get(outcome.id)) ?? []),
    ...[...listed.keys()]
      .filter((id) => !byId.has(id))
      .map((id) => `${id}: the table of disagreements has it, and there is no such case`),
  ];
  return { agreed: outcomes.filter(({ agrees }) => agrees).length, explained: table, problems };
}

function problemOf({ id, expected, got, agrees }: Outcome, entry: Disagreement | undefined): string | null {
  if (agrees) return entry === undefined ? null : `${id}: it agrees now, so take it out of the table`;
  if (entry === undefined) return `${id}: expected “${expected}”, got “${got}”, and the table has no reason`;
  return entry.got === got
    ? null
    : `${id}: expected “${expected}”, got “${got}”, and the table has “${entry.got}”`;
}

/** The table without the cases of a suite that agree now. */
export function withoutAgreeing(
  table: readonly Disagreement[],
  suite: string,
  outcomes: readonly Outcome[],
): readonly Disagreement[] {
  const agreeing = new Set(outcomes.filter(({ agrees }) => agrees).map(({ id }) => id));
  return table
    .map((entry) =>
      entry.suite === suite ? { ...entry, cases: entry.cases.filter((id) => !agreeing.has(id)) } : entry,
    )
    .filter(({ cases }) => cases.length > 0);
}
