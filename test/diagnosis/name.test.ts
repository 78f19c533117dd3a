import t from 'tap';
import {
  azureDns,
  diagnoseTargets,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

const nxdomain = (server = SERVER, authority: string[] = []) =>
  unanswered('dns_nxdomain', { server, authority });

t.test('one misspelt storage account is one finding for all its names', async (t) => {
  const soa = ['blob.core.windows.net ns1-201.azure-dns.com'];
  const { findings, causes } = diagnoseTargets({
    targets: [
      unresolved('storage-blob', 'contso.blob.core.windows.net', [nxdomain(SERVER, soa)], { required: true }),
      unresolved('storage-table', 'contso.table.core.windows.net', [nxdomain()], { required: true }),
      reached('entra-id', 'login.microsoftonline.com', '20.1.1.1'),
    ],
  });
  t.equal(findings.length, 1);
  t.match(findings[0], {
    cause: 'name-does-not-exist',
    severity: 'error',
    owner: 'service',
    title: 'The storage account contso does not exist',
    explanation:
      /10\.0\.0\.4 answers NXDOMAIN .* by authority of blob\.core\.windows\.net\. 1 other name resolved\./,
    confirm: 'apim-probe run --only storage-blob --only storage-table',
  });
  t.equal(causes['storage-table/contso.table.core.windows.net:443'], 'name-does-not-exist');
});

t.test('two wrong names are two causes of their own', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [
      unresolved('sql', 'one.database.windows.net', [nxdomain()]),
      unresolved('key-vault', 'two.vault.azure.net', [nxdomain()]),
    ],
  });
  t.same(
    findings.map(({ title, confirm }) => [title, confirm]),
    [
      ['The name one.database.windows.net does not exist', 'apim-probe run --only sql'],
      ['The name two.vault.azure.net does not exist', 'apim-probe run --only key-vault'],
    ],
  );
});

t.test('a name without an address counts as well', async (t) => {
  const { single } = diagnoseTargets({
    targets: [unresolved('custom', 'app.contoso.com', [unanswered('dns_nodata')])],
  });
  t.match(single('name-does-not-exist').explanation, /no address \(NODATA\)/);
});

t.test('a name that the documents list points at the document', async (t) => {
  const { single } = diagnoseTargets({
    targets: [unresolved('certificates', 'csp.digicert.com', [nxdomain()])],
  });
  t.equal(single('name-does-not-exist').severity, 'warning');
  t.match(single('name-does-not-exist').remedy[0], /Port table \(2026-04-30\)/);
});

t.test('does not fire when another server resolves the name', async (t) => {
  const { causes } = diagnoseTargets({
    targets: [
      unresolved('sql', 'a.database.windows.net', [nxdomain(), resolved('20.1.1.1', OTHER_SERVER)], {
        failure: 'dns_nxdomain',
      }),
    ],
  });
  t.equal(causes['sql/a.database.windows.net:443'], 'dns-servers-disagree');
});

t.test('does not fire when Azure DNS resolves the name', async (t) => {
  const { causes } = diagnoseTargets({
    targets: [unresolved('sql', 'a.database.windows.net', [nxdomain()])],
    controls: [azureDns({ 'a.database.windows.net': '20.1.1.1' })],
  });
  t.equal(causes['sql/a.database.windows.net:443'], 'dns-forwarding-broken');
});

t.test('SERVFAIL for a name that Azure DNS denies is a wrong name', async (t) => {
  const { causes } = diagnoseTargets({
    targets: [unresolved('sql', 'a.database.windows.net', [unanswered('dns_servfail')])],
    controls: [azureDns({ 'a.database.windows.net': 'NXDOMAIN' })],
  });
  t.equal(causes['sql/a.database.windows.net:443'], 'name-does-not-exist');
});

t.test('only names that the catalogue fixes are blamed on a document', async (t) => {
  const remedy = (group: 'sql' | 'kms', kind: 'catalog' | 'config') =>
    diagnoseTargets({
      targets: [
        unresolved(group, 'a.net', [nxdomain()], {
          source: { kind, document: 'Port table', asOf: '2026-04-30', name: null },
        }),
      ],
    }).single('name-does-not-exist').remedy[0];
  t.match(remedy('kms', 'catalog'), 'The name comes from Port table');
  t.match(remedy('sql', 'catalog'), 'Compare a.net with');
  t.match(remedy('kms', 'config'), 'Compare a.net with');
});
