import type { Finding } from '../../model/report.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { describeDelay } from '../look-up-cost.ts';
import { nameable, type Rule, type Scene } from '../rule.ts';
import { allServers, answersOf, deadServers, kindOf, targetOf } from '../servers.ts';
import { count } from '../text.ts';

/** ms; a look-up that takes this long delays every connection. */
const SLOW = 1000;
/** Fewer slow answers may be the fault of the domains' own servers. */
const ENOUGH = 5;

/** Servers that answer slowly: one finding for each. */
export const dnsServerSlow: Rule = (scene) => {
  const dead = deadServers(scene.observations, scene.targets);
  return allServers(scene.observations, scene.targets)
    .filter((server) => !dead.includes(server))
    .flatMap((server) => slowServerFindings(scene, server));
};

function slowServerFindings(scene: Scene, server: string): Finding[] {
  const { observations, targets } = scene;
  const answers = [...answersOf(server, targets).values()].filter(
    ({ failure }) => failure !== 'deadline_exceeded',
  );
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  if (times.length < ENOUGH || median < SLOW) return [];
  const silent = answers.filter((answer) => kindOf(answer) === 'silent').length;
  const own = targetOf(server, targets);
  const [least = 0, most = 0] = [times[0], times.at(-1)];
  return [
    createFinding('dns-server-slow', {
      severity: 'warning',
      title: `DNS server ${server} takes ${seconds(median)} to answer`,
      explanation:
        `Over ${count(times.length, 'name')} the median was ${seconds(median)} (from ${seconds(least)} to ` +
        `${seconds(most)})${silent > 0 ? `, and ${silent} were not answered at all` : ''}. ` +
        describeDelay(observations, server, { waitsMs: median }),
      targets: own === undefined ? [] : nameable(scene, [own]),
      // A few names alone would not show it.
      confirm: rerunCommand(observations, []),
    }),
  ];
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
