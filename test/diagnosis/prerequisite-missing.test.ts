import t from 'tap';
import { diagnose } from '../../src/diagnosis/index.ts';
import { subnetCapacity } from '../../src/environment/subnet-capacity.ts';
import type { PreflightCheck } from '../../src/model/azure-documents.ts';
import type { Environment } from '../../src/model/report.ts';
import { observations, reached } from './build.ts';

const blob = reached('storage-blob', 'a.blob.core.windows.net', '20.1.1.1', { required: true });

const check = (changes: Partial<PreflightCheck> = {}): PreflightCheck => ({
  check: 'subnet-delegation',
  title: 'The subnet is not delegated to another service',
  required: true,
  outcome: 'not-met',
  evidence: 'apim is delegated to Microsoft.Web/serverFarms (subnet.json)',
  command: null,
  rule: null,
  ...changes,
});

const document = { kind: 'subnet', resource: null, collectedAt: null, doubt: null } as const;

function judged(preflight: readonly PreflightCheck[], environment: Partial<Environment> = {}) {
  const documents = [
    { ...document, file: 'subnet.json' },
    { ...document, file: '$(reboot).json' },
  ];
  return diagnose({ ...observations({ targets: [blob], environment }), preflight, documents });
}

t.test('a required prerequisite that is not met blocks, although everything was reached', async (t) => {
  const { findings, verdict } = judged([check()]);
  t.match(findings, [
    {
      cause: 'prerequisite-missing',
      severity: 'error',
      owner: 'platform',
      title: 'Not met: the subnet is not delegated to another service',
      explanation: 'apim is delegated to Microsoft.Web/serverFarms (subnet.json).',
      evidence: { length: 0 },
      confirm: 'apim-probe preflight --from subnet.json --from FILE',
    },
  ]);
  t.equal(verdict, 'blocked');
});

t.test('an optional one is a warning', async (t) => {
  const { findings, verdict } = judged([check({ check: 'public-ip', required: false })]);
  t.match(findings, [{ severity: 'warning', remedy: [/static IPv4 address/] }]);
  t.equal(verdict, 'degraded');
});

t.test('nothing stands for what is met, not shown, of the test alone, or a security rule', async (t) => {
  const rule: PreflightCheck['rule'] = {
    access: 'deny',
    kind: 'nsg',
    resource: 'n',
    association: 'subnet',
    rule: 'r',
    priority: 100,
    prefix: '*',
    tag: null,
    addresses: [],
    document: 'nsg.json',
  };
  const { findings, verdict } = judged([
    check({ outcome: 'met' }),
    check({ outcome: 'not-shown' }),
    check({ check: 'default-outbound' }),
    check({ check: 'twin-subnet' }),
    check({ check: 'subnet-size', rule }),
  ]);
  t.same(
    findings.filter(({ cause }) => cause === 'prerequisite-missing'),
    [],
  );
  t.type(verdict, 'string');
});

t.test('a subnet that is too small is one finding', async (t) => {
  const { environment } = observations({ targets: [blob] });
  const network = {
    ...environment.network,
    subnet: '10.0.0.0/29',
    subnetCapacity: subnetCapacity(29, 'premium', 2, false),
  };
  const { findings } = judged([check({ check: 'subnet-size' })], { network });
  t.strictSame(
    findings.map(({ cause }) => cause),
    ['subnet-too-small'],
  );
});
