/** A healthy network with real servers: how much longer a run takes than its slowest service. */
import type { Report } from '../src/model/report.ts';
import { PUBLIC_RANGE } from '../test/system/azure.ts';
import { filter } from '../test/system/net.ts';
import { SQL } from './diagnosis/names.ts';
import { type Play, Stage } from './diagnosis/stage.ts';
import { quantile, say } from './measure.ts';

const RUNS = 3;

/** ms of the slowest attempt that passed. */
function slowestService({ targets }: Report): number {
  const passed = targets.flatMap(({ attempts }) => attempts.filter(({ ok }) => ok));
  return Math.max(...passed.map(({ steps }) => steps.reduce((sum, { ms }) => sum + ms, 0)));
}

/** Counts the SYNs that the VM sends to services. */
async function countSyns({ subnet: { router } }: Stage) {
  const rule = `iifname "eth0" ip daddr ${PUBLIC_RANGE} tcp flags syn counter name syns`;
  const table = await filter(
    router,
    `counter syns {}\nchain count {\ntype filter hook prerouting priority -300;\n${rule};\n}`,
  );
  const count = async (): Promise<number> => {
    const { nftables } = JSON.parse(await router.run('nft', '--json', 'list', 'counters'));
    return nftables.find((entry: { counter?: unknown }) => entry.counter !== undefined).counter.packets;
  };
  return { count, [Symbol.asyncDispose]: () => table[Symbol.asyncDispose]() };
}

async function measureRuns(stage: Stage, what: string, play: Play): Promise<void> {
  const beyond: number[] = [];
  const slowest: number[] = [];
  let packets = '';
  for (let run = 0; run < RUNS; run += 1) {
    await using counter = await countSyns(stage);
    const { report, stderr } = await stage.play({ timeout: 'default', ...play });
    if (report.verdict !== 'ready') throw new Error(`${what} is ${report.verdict}: ${stderr}`);
    slowest.push(slowestService(report) / 1000);
    beyond.push((report.durationMs - slowestService(report)) / 1000);
    const dialled = report.targets
      .flatMap(({ attempts }) => attempts)
      .filter(({ steps }) => steps[0]?.name === 'connect');
    packets = `${dialled.length} attempts, ${await counter.count()} SYNs`;
  }
  say(
    what,
    `slowest ${quantile(slowest, 0.5).toFixed(2)} s`,
    `  and ${quantile(beyond, 0.5).toFixed(2)} s`,
    `  at most ${Math.max(...beyond).toFixed(2)} s`,
    `  ${packets}`,
  );
}

await using stage = await Stage.start();
process.stdout.write(
  `A healthy network, median of ${RUNS} runs (goal: at most 1.5 s more than the slowest service)\n`,
);
await measureRuns(stage, 'defaults', {});
await measureRuns(stage, 'with --cloud and --region', {
  args: ['--cloud', 'public', '--region', 'westeurope'],
});
await measureRuns(stage, 'SQL takes its time', {
  apply: (on) => on.relay([SQL], { delayMs: 750 }, [1433]),
});
