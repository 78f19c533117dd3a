import t from 'tap';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { toWritten } from '../../src/model/certificates.ts';
import { parseReport } from '../../src/model/read-report.ts';
import { playsAsPromised } from './agent-in-lab.ts';

t.test('a healthy network leaves nothing unreached or untested', async (t) => {
  const report = await playsAsPromised(t, 'healthy');
  t.ok(report.targets.length > 80);
  t.same(
    report.targets.filter(({ status }) => status !== 'reachable').map(({ id }) => id),
    [],
  );
  const contents = report.targets.map(({ attempts }) => attempts.at(-1)?.facts.contentProved);
  t.notOk(contents.includes(false), 'no file is missing');
  t.ok(contents.filter((proved) => proved === true).length >= 10);
  t.match(report.environment, { cloud: 'public', region: 'westeurope', network: { subnet: '10.1.0.0/27' } });
  t.match(report.environment.vm, { resourceGroup: 'lab', subscriptionId: /^0{8}-/, hostName: /./ });
  t.match(report.options, { apim: { value: 'labapim', from: 'flag' }, attempts: { from: 'default' } });
  t.match(report.scope, { whole: true, narrowedBy: [] });
  const json = harmlessJson(toWritten(report));
  t.ok(json.length <= 400_000, `indented, it takes ${json.length} bytes`);
  const reading = parseReport(JSON.parse(json));
  t.strictSame(reading.ok && reading.report, report, 'and what is read is what was there');
  t.same([...new Set(report.controls.map(({ outcome }) => outcome))], ['expected']);
});
