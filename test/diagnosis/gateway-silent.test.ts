/** The instance's address in this VM's own subnet, and custom domains without a certificate. */
import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import type { Target } from '../../src/model/report.ts';
import {
  addressOf,
  attempt,
  atVip,
  diagnoseTargets,
  environmentWith,
  failed,
  reached,
  resolved,
  tls,
  unanswered,
  unresolved,
} from './build.ts';

const VIP = '10.1.0.5';
const GATEWAY = 'contoso.azure-api.net';
const MANAGEMENT = 'contoso.management.azure-api.net';

function silent(host: string, port = 443, failure: Failure = 'tcp_timeout', address = VIP): Target {
  const group = port === 3443 ? 'control-plane' : 'gateway';
  return failed(group, host, address, failure, { port, required: host === GATEWAY });
}

const other = reached('sql', 's.database.windows.net', '20.2.2.2', { port: 1433 });

function diagnoseAt(address: string, targets: readonly Target[], vip = VIP) {
  const { network, dns } = environmentWith({ vip });
  const eth0 = { name: 'eth0', address, prefixLength: 27, family: 4 } as const;
  return diagnoseTargets({ targets, environment: { dns, network: { ...network, interfaces: [eth0] } } });
}

const inSubnet = (...targets: readonly Target[]) => diagnoseAt('10.1.0.4', targets);

t.test('a silent address in the VM’s own subnet speaks of inbound rules and the probe', async (t) => {
  const { findings, causes } = inSubnet(silent(GATEWAY), silent(MANAGEMENT, 3443), other);
  t.match(findings, [
    {
      cause: 'gateway-not-serving',
      severity: 'error',
      owner: 'network',
      title: '10.1.0.5 does not answer connections to the instance',
    },
  ]);
  t.equal(findings.length, 1);
  const steps = findings[0]?.remedy.join(' ') ?? '';
  t.match(steps, /inbound: allow TCP 443 from VirtualNetwork/, 'not the port of the control plane');
  t.match(steps, /6390 from service tag AzureLoadBalancer/);
  t.notMatch(steps, /peering|VPN|on the way/);
  t.equal(causes[`gateway/${GATEWAY}:443`], 'gateway-not-serving');
});

t.test('3443 alone is a warning that this VM is not its source', async (t) => {
  const { findings } = inSubnet(reached('gateway', GATEWAY, VIP), silent(MANAGEMENT, 3443), other);
  t.match(findings, [
    {
      cause: 'gateway-not-serving',
      severity: 'warning',
      title: '10.1.0.5 does not answer connections to port 3443 of the instance',
      explanation: 'this VM is not that source',
    },
  ]);
  t.match(findings[0]?.remedy[0], 'TCP 3443 from service tag ApiManagement');
});

t.test('443 alone names what answers beside it', async (t) => {
  const management = reached('control-plane', MANAGEMENT, VIP, { port: 3443 });
  const { single } = inSubnet(silent(GATEWAY), management);
  t.match(single('gateway-not-serving'), {
    severity: 'error',
    explanation: `${MANAGEMENT}:3443 accepts connections at the same address.`,
  });
});

t.test('a refusal there is the instance’s', async (t) => {
  const { single } = inSubnet(silent(GATEWAY, 443, 'tcp_refused'), other);
  t.match(single('gateway-not-serving'), {
    owner: 'service',
    title: '10.1.0.5 refuses connections to the instance',
  });
});

t.test('a VIP that DNS does not name is silent as well', async (t) => {
  const missing = unresolved('gateway', GATEWAY, [unanswered('dns_nxdomain')], {
    required: true,
    attempts: [atVip(VIP, 'tcp_timeout')],
  });
  const { single, causes } = inSubnet(missing, other);
  t.match(single('gateway-not-serving'), { severity: 'error', evidence: { length: 0 } });
  t.equal(causes[`gateway/${GATEWAY}:443`], 'gateway-record-missing');
});

t.test('does not fire in another subnet, for the VM itself, or where nothing connects', async (t) => {
  for (const { findings } of [
    diagnoseAt('10.1.0.40', [silent(GATEWAY), other]),
    diagnoseAt(VIP, [silent(GATEWAY), other]),
    inSubnet(silent(GATEWAY), silent(MANAGEMENT, 3443)),
    inSubnet(silent(GATEWAY, 443, 'tcp_timeout', '20.4.4.4'), other),
  ]) {
    t.notOk(findings.some(({ cause }) => cause === 'gateway-not-serving'));
  }
});

t.test('a custom domain that was not set', async (t) => {
  const host = 'api.contoso.example';
  const source = { kind: 'config', document: '--hostname gateway', asOf: '2026-05-04', name: null } as const;
  const showing = (address: string, leaf: string, given: Parameters<typeof tls>[0] = {}) =>
    failed('gateway', host, address, 'tls_name_mismatch', {
      source,
      required: true,
      addresses: [addressOf(address)],
      resolutions: [resolved(address)],
      attempts: [
        attempt(address, 'tls_name_mismatch', tls({ nameMatches: false, ...given }, { names: [leaf] })),
      ],
    });

  t.test('shows the default certificate at the VIP', async (t) => {
    const { single, causes } = inSubnet(showing(VIP, '*.azure-api.net'), other);
    t.match(single('wrong-certificate'), {
      severity: 'error',
      title: `The instance has no certificate for ${host}`,
      explanation: '10.1.0.5 presents the default certificate of API Management (*.azure-api.net)',
    });
    t.match(single('wrong-certificate').remedy[0], `add ${host}`);
    t.equal(causes[`gateway/${host}:443`], 'wrong-certificate');
  });

  t.test('another name, another address or an untrusted chain is another finding', async (t) => {
    for (const target of [
      showing(VIP, 'www.contoso.example'),
      showing('20.4.4.4', '*.azure-api.net'),
      showing(VIP, '*.azure-api.net', { trust: 'none' }),
    ]) {
      t.notOk(inSubnet(target, other).findings.some(({ title }) => /no certificate for/.test(title)));
    }
  });
});
