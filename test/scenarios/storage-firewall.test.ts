import t from 'tap';
import { evidenceOf, idsWith, playsAsPromised } from './agent-in-lab.ts';

t.test('an account that refuses this subnet was reached, and a finding reports the refusal', async (t) => {
  const report = await playsAsPromised(t, 'storage-firewall');
  t.same(idsWith(report, 'unreachable'), []);
  t.same(
    evidenceOf(report, 'service-firewall-denied'),
    ['blob', 'table', 'file', 'queue'].map(
      (kind) => `storage-${kind}/labstorage.${kind}.core.windows.net:443`,
    ),
  );
  t.match(report.findings, [{ severity: 'warning', owner: 'service' }]);
});
