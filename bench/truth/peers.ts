/** What the suites share: peers that close when a case ends, and the comparison of a judged target. */
import type { Finding, Target } from '../../src/model/report.ts';
import type { Cause, Status } from '../../src/model/vocabulary.ts';
import type { Owner } from '../../test/servers/peer.ts';
import type { Outcome } from './types.ts';

/** Runs the work with an owner of peers, and closes them afterwards. */
export async function withPeers<T>(work: (owner: Owner) => Promise<T>): Promise<T> {
  const closing: (() => unknown)[] = [];
  try {
    return await work({ teardown: (fn) => closing.push(fn) });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** What a fixture expects of a target. */
export interface Expected {
  readonly status: Status;
  readonly failure: string | null;
  readonly cause: Cause | null;
  /** Values in the facts of the last attempt, by dotted path; null for a fact that must be absent. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Causes of all findings of the run. */
  readonly findings?: readonly Cause[];
}

/** Compares a target after the diagnosis with what a fixture expects of it. */
export function compareTarget(
  id: string,
  expected: Expected,
  target: Target,
  findings: readonly Finding[] = [],
): Outcome {
  const facts = target.attempts.at(-1)?.facts;
  const seen = Object.keys(expected.facts ?? {}).map((path) => [path, valueAt(facts, path)] as const);
  const got = {
    ...target,
    facts: Object.fromEntries(seen),
    ...(expected.findings && { findings: findings.map(({ cause }) => cause) }),
  };
  const [wanted, found] = [describeOutcome(expected), describeOutcome(got)];
  return { id, expected: wanted, got: found, agrees: wanted === found };
}

function describeOutcome({ status, failure, cause, facts = {}, findings }: Expected): string {
  const values = Object.entries(facts).map(([path, value]) => `${path} ${JSON.stringify(value)}`);
  const found = findings === undefined ? [] : [`findings: ${findings.join(' and ') || 'none'}`];
  return [status, failure, cause, ...values, ...found].filter((part) => part !== null).join(', ');
}

function valueAt(facts: unknown, path: string): unknown {
  let value = facts;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value ?? null;
}
