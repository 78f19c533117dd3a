/** Each scenario of the lab, played by the program under test for itself: the report is what the scenario promises. */

import t from 'tap';
import { SCENARIOS } from '../../src/lab/index.ts';
import { PROGRAM, start } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';

t.jobs = 2;

for (const { name, expected } of SCENARIOS) {
  t.test(name, { buffered: true }, async (t) => {
    const { code, out, err } = await start(PROGRAM, ['demo', '--scenario', name, '--output', '-', '--quiet']);
    t.equal(code, expected.exitCode, err);
    const report = parsedReport(out);
    t.equal(report.verdict, expected.verdict);
    t.same(
      report.findings.map(({ cause }) => cause),
      expected.causes,
    );
  });
}
