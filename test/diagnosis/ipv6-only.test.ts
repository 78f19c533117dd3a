import t from 'tap';
import {
  addressOf,
  attempt,
  azureDns,
  diagnoseTargets,
  environmentWith,
  failed,
  reached,
  resolved,
  SERVER,
} from './build.ts';

const HOST = 'contoso.vault.azure.net';
const ID = `key-vault/${HOST}:443`;
const IPV6 = '2603:1020::7';

const vault = (...more: readonly string[]) =>
  failed('key-vault', HOST, IPV6, 'tcp_unreachable', {
    required: true,
    addresses: [addressOf(IPV6), ...more.map((address) => addressOf(address))],
    addressesFrom: SERVER,
    attempts: [IPV6, ...more].map((address) => attempt(address, 'tcp_unreachable')),
  });

function diagnoseWith(addresses: readonly string[], target = vault()) {
  const { network, dns } = environmentWith({});
  const interfaces = addresses.map((address) => ({
    ...{ name: 'eth0', address, prefixLength: 64 },
    family: address.includes(':') ? (6 as const) : (4 as const),
  }));
  return diagnoseTargets({
    targets: [target, reached('entra-id', 'login.microsoftonline.com', '20.1.1.1')],
    environment: { dns, network: { ...network, interfaces } },
  });
}

t.test('a name with AAAA records alone, on a VM with IPv4 alone', async (t) => {
  const { findings, causes } = diagnoseWith(['10.1.0.4', 'fe80::1']);
  t.match(findings, [
    {
      cause: 'ipv6-only',
      severity: 'error',
      owner: 'dns',
      title: `${HOST} has IPv6 addresses only, and this VM has IPv4 only`,
      explanation: `${SERVER} answers ${HOST} with ${IPV6} and no IPv4 address.`,
      confirm: 'apim-probe run --only key-vault',
    },
  ]);
  t.equal(findings.length, 1);
  t.equal(causes[ID], 'ipv6-only');
  t.notMatch(findings[0]?.remedy.join(' '), /NSG|firewall/);
});

t.test('the IPv4 address that Azure DNS knows is shown', async (t) => {
  const { network, dns } = environmentWith({});
  const eth0 = { name: 'eth0', address: '10.1.0.4', prefixLength: 27, family: 4 } as const;
  const { single } = diagnoseTargets({
    targets: [vault()],
    controls: [azureDns({ [HOST]: '20.7.7.7' })],
    environment: { dns, network: { ...network, interfaces: [eth0] } },
  });
  t.match(single('ipv6-only').explanation, 'asked directly, answers contoso.vault.azure.net with 20.7.7.7');
});

t.test('does not fire with an IPv6 address, an A record or unknown interfaces', async (t) => {
  for (const { causes } of [
    diagnoseWith(['10.1.0.4', '2001:db8::4']),
    diagnoseWith(['10.1.0.4'], vault('20.7.7.7')),
    diagnoseWith([]),
    diagnoseWith(
      ['10.1.0.4'],
      failed('key-vault', HOST, IPV6, 'tls_reset', { resolutions: [resolved(IPV6)] }),
    ),
  ]) {
    t.not(causes[ID], 'ipv6-only');
  }
});
