import t from 'tap';
import { diagnose } from '../../src/diagnosis/index.ts';
import type { Environment, Target } from '../../src/model/report.ts';
import { dnsServer, failed, observations, reached, reservedAddress, unresolved } from './build.ts';

const VM: NonNullable<Environment['vm']> = {
  name: 'probe',
  hostName: null,
  subscriptionId: null,
  resourceGroup: null,
  size: 'Standard_B2s',
  osType: 'Linux',
  zone: null,
  publicAddress: false,
};

const REQUIRED = { required: true } as const;
const storage = (host = 'near.blob.core.windows.net', address = '20.60.1.1') =>
  reached('storage-blob', host, address, { ...REQUIRED, serviceTag: 'Storage' });
const sql = () =>
  failed('sql', 's.database.windows.net', '20.2.2.2', 'tcp_timeout', {
    ...REQUIRED,
    serviceTag: 'Sql',
    port: 1433,
  });
const vault = () =>
  failed('key-vault', 'v.vault.azure.net', '20.2.2.3', 'tcp_timeout', {
    ...REQUIRED,
    serviceTag: 'AzureKeyVault',
  });
const monitor = () =>
  failed('azure-monitor', 'gcs.net', '20.2.2.4', 'tcp_timeout', { ...REQUIRED, serviceTag: 'AzureMonitor' });
const silent = () => [sql(), vault(), monitor()];

function judge(targets: readonly Target[], vm: Environment['vm'] = VM, connected = false) {
  return diagnose(observations({ targets, environment: { vm }, controls: [reservedAddress(connected)] }));
}

t.test('Storage alone answers a VM without a public address: nothing is known of the instance', async (t) => {
  const targets = [storage(), ...silent(), dnsServer('168.63.129.16')];
  const { findings, verdict } = judge(targets);
  t.match(findings, [
    {
      cause: 'vm-without-outbound',
      severity: 'error',
      owner: 'vm',
      explanation:
        /a service endpoint for Storage beside a 0\.0\.0\.0\/0 route.* an NSG that allows Storage alone/,
      remedy: [/az vm list-ip-addresses/, /az network vnet subnet show/, /public IP/, /does not help/],
      evidence: { length: 3 },
    },
  ]);
  t.match(findings[0]?.explanation, 'the metadata names no public address', 'the VM may have another');
  t.equal(verdict, 'inconclusive');
});

t.test('a NetworkStatus of the instance decides', async (t) => {
  const reportedBy = (status: string) => {
    const source = {
      kind: 'import',
      document: 'NetworkStatus',
      asOf: '2026-05-04',
      name: null,
      status,
    } as const;
    return judge([storage(), { ...sql(), source }, vault(), monitor(), dnsServer('168.63.129.16')]);
  };
  const reached = reportedBy('Success');
  t.equal(reached.verdict, 'inconclusive');
  t.match(
    reached.findings[0]?.explanation,
    'reports success at s.database.windows.net: the instance gets there',
  );
  t.notMatch(reached.findings[0]?.explanation, 'Two other');
  const lost = reportedBy('failure');
  t.equal(lost.verdict, 'blocked');
  t.notOk(lost.findings.some(({ cause }) => cause === 'vm-without-outbound'));
});

t.test('Storage elsewhere is as silent, and activation servers may answer', async (t) => {
  const far = failed('storage-blob', 'far.blob.core.windows.net', '20.61.1.1', 'tcp_timeout', {
    ...REQUIRED,
    serviceTag: 'Storage',
  });
  const { findings } = judge([
    storage(),
    far,
    ...silent(),
    reached('kms', 'kms.core.windows.net', '20.118.99.224'),
  ]);
  t.match(findings, [{ cause: 'vm-without-outbound', evidence: { length: 4 } }]);
  t.match(findings[0]?.explanation, 'far.blob.core.windows.net would then be in another region');
});

t.test('another fault of a required endpoint blocks all the same', async (t) => {
  const missing = unresolved('sql', 'gone.net', [], { ...REQUIRED, failure: 'dns_nxdomain' });
  t.equal(judge([storage(), ...silent(), missing]).verdict, 'blocked');
});

t.test('not otherwise', async (t) => {
  for (const [why, targets, vm, connected] of [
    ['a public address', [storage(), ...silent()], { ...VM, publicAddress: true }, false],
    ['no metadata', [storage(), ...silent()], null, false],
    [
      'SQL answers, as with service endpoints',
      [storage(), reached('sql', 's.net', '20.2.2.9', { serviceTag: 'Sql' }), vault(), monitor()],
      VM,
      false,
    ],
    [
      'something else answers',
      [storage(), ...silent(), reached('entra-id', 'login.net', '20.1.1.1')],
      VM,
      false,
    ],
    [
      'something refuses',
      [storage(), ...silent(), failed('entra-id', 'login.net', '20.1.1.1', 'tcp_refused')],
      VM,
      false,
    ],
    ['a public DNS server answers', [storage(), ...silent(), dnsServer('8.8.8.8')], VM, false],
    ['Storage is silent, too', silent(), VM, false],
    ['Storage is private', [storage('near.net', '10.1.0.9'), ...silent()], VM, false],
    ['a device completes connections', [storage(), ...silent()], VM, true],
    ['few are silent', [storage(), sql(), vault()], VM, false],
    [
      'none that has a service endpoint is silent',
      [
        storage(),
        ...['1', '2', '3'].map((n) =>
          failed('azure-monitor', `m${n}.net`, `20.2.3.${n}`, 'tcp_timeout', { serviceTag: 'AzureMonitor' }),
        ),
      ],
      VM,
      false,
    ],
  ] as const) {
    const { findings } = judge([...targets], vm, connected);
    t.notOk(
      findings.some(({ cause }) => cause === 'vm-without-outbound'),
      why,
    );
  }
});

t.test(
  'where nothing answers, the network may be at fault, and the private subnet is named first',
  async (t) => {
    const { findings, verdict } = judge([...silent()]);
    t.match(findings, [
      {
        cause: 'no-outbound-path',
        explanation: /^If the subnet is private and this VM has no public address, this VM alone/,
        remedy: [/^If the subnet is private/],
      },
    ]);
    t.equal(verdict, 'blocked');
    const [own] = judge([...silent()], { ...VM, publicAddress: true }).findings;
    t.match(own?.explanation, /^This VM has a public address, so a route or a rule drops its traffic/);
  },
);
