import t from 'tap';
import { evidenceOf, idsWith, playsAsPromised } from './agent-in-lab.ts';

const VAULT = 'key-vault/labvault.vault.azure.net:443';

t.test('a firewall that connects for everyone, and has no rule for Key Vault', async (t) => {
  const report = await playsAsPromised(t, 'transparent-proxy');
  t.same(evidenceOf(report, 'transparent-proxy'), [VAULT]);
  t.match(
    report.findings[0]?.remedy[0],
    'Allow these host names for HTTPS on port 443 on the filtering device: labvault',
  );
  t.same(idsWith(report, 'unreachable'), [VAULT]);
  const passed = idsWith(report, 'reachable');
  t.ok(passed.includes('storage-blob/labstorage.blob.core.windows.net:443'));
  t.ok(passed.includes('gateway/labapim.azure-api.net:443'));
  const sql = report.targets.find(({ group }) => group === 'sql');
  t.match(sql, { status: /^reachable$/, attempts: [{ facts: { proof: 'reply', tds: { mode: 'tds7' } } }] });
  t.match(
    report.controls.find(({ name }) => name === 'tcp-reserved-address'),
    { outcome: 'anomalous' },
  );
});
