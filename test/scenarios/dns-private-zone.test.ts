import t from 'tap';
import { evidenceOf, idsWith, playsAsPromised } from './agent-in-lab.ts';

const BLOB = 'storage-blob/labstorage.blob.core.windows.net:443';
const VAULT = 'key-vault/labvault.vault.azure.net:443';

t.test('a private zone without the record, and one that is not linked', async (t) => {
  const report = await playsAsPromised(t, 'dns-private-zone');
  t.same(evidenceOf(report, 'private-zone-missing-record'), [BLOB]);
  t.same(evidenceOf(report, 'private-zone-not-linked'), [VAULT]);
  t.same(idsWith(report, 'unreachable'), [BLOB], 'the vault still answers at its public address');
  const blob = report.targets.find(({ id }) => id === BLOB);
  t.match(blob, { failure: 'dns_nxdomain', resolutions: [{ authority: [/azureprivatedns\.net/] }] });
});
