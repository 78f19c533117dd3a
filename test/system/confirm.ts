/** Types the confirm commands of scenarios into a shell, and verifies the report, before and after the fault is fixed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { SCENARIOS } from '../../src/lab/index.ts';
import { parsedReport } from '../report/samples.ts';
import { Stage } from './lab-stage.ts';
import { withPrograms } from './scene.ts';

type Scenario = (typeof SCENARIOS)[number];

/** One test for each of the scenarios. */
export async function typeCommands(scenarios: readonly Scenario[]): Promise<void> {
  // They mostly wait for what is silent.
  t.jobs = 2;
  const tests = scenarios.map(({ name, expected }) =>
    withPrograms(
      `${name}: its commands show the fault, and that it is fixed`,
      ['ip', 'nft'],
      async (t) => {
        const folder = await mkdtemp(join(tmpdir(), 'confirm-'));
        t.teardown(() => rm(folder, { recursive: true, force: true }));
        await using stage = await Stage.open(folder);
        const flags = await stage.play(name);
        const first = await stage.type(`apim-probe run ${flags.map((flag) => `'${flag}'`).join(' ')}`);
        const { findings } = parsedReport(first.out);
        t.same(
          findings.map(({ cause }) => cause),
          expected.causes,
          'the fault is the demo’s',
        );
        await writeFile(join(folder, 'report.json'), first.out);
        const asking = findings.filter(({ severity }) => severity !== 'info');
        const commands = [...new Set(asking.map(({ confirm }) => confirm))];
        const causesBy = (command: string) =>
          asking.filter(({ confirm }) => confirm === command).map(({ cause }) => cause);

        for (const command of commands) {
          const { out } = await stage.type(command);
          const seen = parsedReport(out).findings.map(({ cause }) => cause);
          t.same(
            causesBy(command).filter((cause) => !seen.includes(cause)),
            [],
            `still there: ${command}`,
          );
        }
        const broken = await stage.type('apim-probe verify report.json');
        t.equal(broken.code, 1, broken.err);
        t.equal(broken.out.match(/^NOT FIXED /gm)?.length, asking.length, broken.out);

        await stage.play(name === 'expected-private' ? 'private-endpoints' : 'healthy');
        for (const command of commands) {
          const { out, code } = await stage.type(command);
          const seen = parsedReport(out).findings.map(({ cause }) => cause);
          t.same(
            causesBy(command).filter((cause) => seen.includes(cause)),
            [],
            `fixed: ${command}`,
          );
          t.equal(code, 0, command);
        }
        const fixed = await stage.type('apim-probe verify report.json');
        t.equal(fixed.code, 0, fixed.err);
        t.equal(fixed.out.match(/^FIXED /gm)?.length, asking.length, fixed.out);
      },
      { root: true },
    ),
  );
  await Promise.all(tests);
}
