import type { Attempt, Finding, Observations, Target } from '../model/report.ts';
import type { Cause } from '../model/vocabulary.ts';
import { inOrder } from './order.ts';
import { RULES } from './rules/index.ts';

/**
 * Judges what was observed: pure, so that an old report can be judged again. Each rule sees what the rules
 * before it left unexplained. Returns the targets in the order given, `cause` set on each that is explained,
 * and the findings, network-wide ones first. Pings are left out: Azure drops them in many places, so one proves nothing.
 */
export function diagnose(observations: Observations): { targets: Target[]; findings: Finding[] } {
  const telling = observations.targets.filter(({ protocol }) => protocol !== 'icmp');
  const atVip = new Map(telling.map(({ id, attempts }) => [id, attempts.filter(isAtVip)]));
  const named = telling.map((target) => ({
    ...target,
    attempts: target.attempts.filter((attempt) => !isAtVip(attempt)),
  }));
  const targets = named.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const causes = new Map<string, Cause>();
  const findings: Finding[] = [];
  for (const rule of RULES) {
    const open = targets.filter((target) => isFailing(target) && !causes.has(target.id));
    for (const found of rule({ observations, targets, open, atVip })) {
      findings.push(found);
      for (const id of found.evidence) if (!causes.has(id)) causes.set(id, found.cause);
    }
  }
  return {
    targets: observations.targets.map((target) => ({ ...target, cause: causeOf(target, causes) })),
    findings: inOrder(findings),
  };
}

function isAtVip({ addressFrom }: Attempt): boolean {
  return addressFrom === 'vip';
}

function isFailing(target: Target): boolean {
  return target.status === 'unreachable' || target.status === 'intermittent';
}

/** A target that was reached is fine, also where it is evidence of something. */
function causeOf(target: Target, causes: ReadonlyMap<string, Cause>): Cause | null {
  return target.status === 'reachable' ? null : (causes.get(target.id) ?? null);
}
