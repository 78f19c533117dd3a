import t from 'tap';
import { evidenceOf, idsWith, playsAsPromised } from './agent-in-lab.ts';

t.test('names that have to be private, and that DNS leads to public addresses', async (t) => {
  const report = await playsAsPromised(t, 'expected-private');
  t.same(evidenceOf(report, 'expected-private'), [
    'key-vault/labvault.vault.azure.net:443',
    'sql/labsql.database.windows.net:1433',
  ]);
  t.same(idsWith(report, 'unreachable'), [], 'the public addresses answer, and keep their status');
  const [finding] = report.findings;
  t.match(finding, {
    severity: 'error',
    owner: 'dns',
    title: '2 names have public addresses, and have to be private',
    explanation: /labvault\.vault\.azure\.net is [\d.]+ according to 168\.63\.129\.16/,
    remedy: [
      /^If there is no private endpoint yet for labsql\.database\.windows\.net: create one/,
      /^Link the private DNS zone privatelink\.vaultcore\.azure\.net .* labvault\.vault\.azure\.net:/,
      /^Link the private DNS zone privatelink\.database\.windows\.net /,
    ],
  });
});
