/** Checks the values of `--expect-private` against the plan. Pure. */
import { didYouMean } from '../common/did-you-mean.ts';
import type { Options } from '../config/types.ts';
import { isGroup, isMeant } from '../model/expect-private.ts';
import { GROUPS } from '../model/vocabulary.ts';
import { leftOutBy } from './scope.ts';
import type { PlannedTarget } from './types.ts';

interface Checked {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** A value that means no endpoint is a problem; one that means only endpoints outside of the scope is noted. */
export function checkExpectPrivate(options: Options, targets: readonly PlannedTarget[]): Checked {
  const endpoints = targets.filter(({ kind }) => kind === 'endpoint');
  const [problems, notes]: [string[], string[]] = [[], []];
  for (const value of new Set(options.expectPrivate)) {
    const meant = endpoints.filter((target) => isMeant(target, value));
    const flags = new Set(meant.map(({ group }) => leftOutBy(group, options)));
    if (meant.length === 0) problems.push(`--expect-private ${value}: ${describeAbsence(value, endpoints)}`);
    else if (!flags.has(null))
      notes.push(`--expect-private ${value} has no effect: ${[...flags].join(' and ')} leaves it out`);
  }
  return { problems, notes };
}

function describeAbsence(value: string, endpoints: readonly PlannedTarget[]): string {
  if (isGroup(value)) return 'no endpoint of this group has a name in DNS; leave it out';
  const hosts = [...new Set(endpoints.map(({ host }) => host))].filter((host) => !host.includes('<'));
  const names = value.includes('.')
    ? hosts
    : [...GROUPS, ...hosts.map((host) => host.split('.', 1)[0] ?? '')];
  return `neither a group nor a host of the plan.${didYouMean(value, names)} "apim-probe plan" lists both`;
}
