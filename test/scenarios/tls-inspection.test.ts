import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import { evidenceOf, playsAsPromised } from './agent-in-lab.ts';

const BLOB = 'storage-blob/labstorage.blob.core.windows.net:443';
const GATEWAY = 'gateway/labapim.azure-api.net:443';

function trustOf(report: Report, id: string): string | undefined {
  return report.targets.find((target) => target.id === id)?.attempts[0]?.facts.tls?.trust;
}

t.test('an inspecting gateway is named once, for all that it opened', async (t) => {
  const report = await playsAsPromised(t, 'tls-inspection');
  const evidence = evidenceOf(report, 'tls-intercepted');
  t.ok(evidence.includes(BLOB));
  t.ok(evidence.length > 40);
  t.notOk(evidence.includes(GATEWAY), 'traffic inside the network does not pass it');
  t.equal(trustOf(report, BLOB), 'none');
});

t.test('it is named as well when its root is among the trusted ones', async (t) => {
  const report = await playsAsPromised(t, 'tls-inspection-trusted');
  t.ok(evidenceOf(report, 'tls-intercepted').includes(BLOB));
  t.equal(trustOf(report, BLOB), 'extra');
});
