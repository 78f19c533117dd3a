import t from 'tap';
import type { Environment } from '../../src/model/report.ts';
import { azureDns, diagnoseTargets, reached, SERVER, unanswered, unresolved } from './build.ts';

const VM: NonNullable<Environment['vm']> = {
  ...{ name: 'vm1', hostName: 'vm1', subscriptionId: null, resourceGroup: null },
  ...{ size: 'Standard_B2s', osType: 'Linux', zone: null },
};
const inRegion = (region: string, actual?: string): Partial<Environment> => ({
  region,
  vm: { ...VM, ...(actual !== undefined && { region: actual }) },
});
const absent = (host: string, required = false) =>
  unresolved('azure-monitor', host, [unanswered('dns_nxdomain')], { required });
const typo = [
  absent('westeurop-shared.prod.warm.ingest.monitor.core.windows.net'),
  absent('westeurop.prod.microsoftmetrics.com'),
  absent('contoso-westeurop-01.regional.azure-api.net'),
];
const other = reached('entra-id', 'login.microsoftonline.com', '20.1.1.1');

t.test('a typo is one warning in the place of three names that do not exist', async (t) => {
  const environment = inRegion('westeurop', 'westeurope');
  const { findings, causes } = diagnoseTargets({ targets: [...typo, other], environment });
  t.match(findings, [
    {
      cause: 'region-mismatch',
      severity: 'warning',
      owner: 'vm',
      title: '--region westeurop is not the region of this VM: did you mean westeurope?',
      explanation: '3 names of westeurop do not resolve',
      confirm: 'apim-probe run --region westeurope',
    },
  ]);
  t.equal(findings.length, 1);
  t.same(new Set(typo.map(({ id }) => causes[id])), new Set(['region-mismatch']));
});

t.test('another region that exists is a warning too, without targets', async (t) => {
  const { findings } = diagnoseTargets({
    targets: [reached('azure-monitor', 'northeurope.prod.microsoftmetrics.com', '20.1.1.2'), other],
    environment: inRegion('northeurope', 'westeurope'),
  });
  t.match(findings, [{ cause: 'region-mismatch', severity: 'warning', evidence: { length: 0 } }]);
});

t.test('a required name that is missing makes it an error; other missing names are others’', async (t) => {
  const { single, causes } = diagnoseTargets({
    targets: [absent('westeurop.example.net', true), absent('typo.database.windows.net'), other],
    environment: inRegion('westeurop', 'westeurope'),
  });
  t.equal(single('region-mismatch').severity, 'error');
  t.equal(causes['azure-monitor/typo.database.windows.net:443'], 'name-does-not-exist');
});

t.test('does not fire for the same region, nor without the metadata service', async (t) => {
  for (const environment of [inRegion('westeurope', 'westeurope'), inRegion('westeurope')]) {
    t.same(diagnoseTargets({ targets: [other], environment }).findings, []);
  }
});

t.test('without the metadata service, the names of a region are one finding', async (t) => {
  const { findings } = diagnoseTargets({ targets: [...typo, other], environment: inRegion('westeurop') });
  t.match(findings, [{ cause: 'name-does-not-exist', title: 'No name of the region westeurop exists' }]);
  t.equal(findings.length, 1);
  t.match(findings[0]?.remedy[0], 'Compare --region');
  const one = diagnoseTargets({
    targets: [...typo.slice(1), reached('azure-monitor', 'westeurop.example.net', '20.1.1.2')],
    environment: inRegion('westeurop'),
  });
  t.equal(one.findings.length, 2, 'but not where one of them resolves');
});

t.test('a name with the region in it that fails for another reason is left to that reason', async (t) => {
  const host = 'northeurope.prod.microsoftmetrics.com';
  const environment = inRegion('northeurope', 'westeurope');
  const failing = unresolved('azure-monitor', host, [unanswered('dns_servfail')]);
  const forwarding = diagnoseTargets({
    targets: [failing, other],
    controls: [azureDns({ [host]: '20.3.3.3' })],
    environment,
  });
  t.equal(forwarding.causes[failing.id], 'dns-forwarding-broken');
  const zone = 'privatelink.vaultcore.azure.net';
  const vault = unresolved(
    'key-vault',
    'contoso-northeurope.vault.azure.net',
    [
      unanswered('dns_nxdomain', {
        server: SERVER,
        cname: [`contoso-northeurope.${zone}`],
        authority: [`${zone} azureprivatedns.net`],
      }),
    ],
    { source: { kind: 'config', document: '--key-vault', asOf: '2026-04-30', name: null } },
  );
  const record = diagnoseTargets({ targets: [vault, other], environment });
  t.equal(record.causes[vault.id], 'private-zone-missing-record');
  t.match(record.single('region-mismatch').evidence, { length: 0 });
});
