/** Every scenario of the lab judged a second time, from the report alone. */
import t from 'tap';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { SCENARIOS } from '../../src/lab/index.ts';
import { toWritten } from '../../src/model/certificates.ts';
import { parseReport, recogniseReport } from '../../src/model/read-report.ts';
import type { Report } from '../../src/model/report.ts';
import { judgeAgain } from '../../src/report/judge-again.ts';
import { runAgainst } from './agent-in-lab.ts';

function readBack(report: Report): Report {
  const recognised = recogniseReport(Buffer.from(harmlessJson(toWritten(report))));
  const reading = recognised.ok ? parseReport(recognised.value) : recognised;
  if (!reading.ok) throw new Error(reading.problem);
  return reading.report;
}

for (const { name } of SCENARIOS) {
  t.test(`${name}: the second judgement equals the first`, async (t) => {
    const { report: first } = await runAgainst(name);
    const second = judgeAgain(readBack(first));
    const { environment, ...judged } = second;
    const { environment: before, ...wasJudged } = first;
    t.strictSame(judged, wasJudged);
    t.match(environment.notes[0], /^judged again with the rules of apim-probe \S+, after those of \S+$/);
    t.strictSame({ ...environment, notes: environment.notes.slice(1) }, before);
  });
}
