/** A DNS server that fails beside one that works costs time, and no name. Pure. */
import type { Target } from '../model/report.ts';
import { nameOfServer, refusesEverything } from './servers.ts';

/**
 * Makes servers that were not reached optional where another one works. What that one cannot resolve counts by the
 * endpoints themselves.
 */
export function relaxSpareServers(targets: readonly Target[]): readonly Target[] {
  const servers = targets.filter(({ group }) => group === 'dns');
  const works = servers.some(
    (target) => target.status === 'reachable' && !refusesEverything(nameOfServer(target), targets),
  );
  if (!works) return targets;
  return targets.map((target) =>
    target.group === 'dns' && target.required && target.status === 'unreachable'
      ? { ...target, required: false }
      : target,
  );
}
