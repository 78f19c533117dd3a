import type { NetworkInterfaceInfo } from 'node:os';
import fc from 'fast-check';
import t from 'tap';
import { hasGlobalIPv6, localInterfaces, proxyVariables } from '../../src/environment/local.ts';
import { machineWith } from './machine.ts';

const shown = (value: string) => proxyVariables({ HTTPS_PROXY: value })[0]?.value;

t.test('the proxy variables that are set, in either case, by name', async (t) => {
  const env = {
    no_proxy: 'localhost,.contoso.example,10.0.0.0/8',
    HTTP_PROXY: 'http://proxy.contoso.example:8080',
    https_proxy: '',
    ALL_PROXY: 'socks5://10.0.0.9:1080',
    FTP_PROXY: 'not ours',
    PATH: '/bin',
  };
  t.same(proxyVariables(env), [
    { variable: 'ALL_PROXY', value: 'socks5://10.0.0.9:1080' },
    { variable: 'HTTP_PROXY', value: 'http://proxy.contoso.example:8080' },
    { variable: 'no_proxy', value: 'localhost,.contoso.example,10.0.0.0/8' },
  ]);
});

for (const [value, expected] of [
  ['http://user:pass@proxy:3128', 'http://***@proxy:3128'],
  ['user:pass@proxy:3128', '***@proxy:3128'],
  ['http://user:p@ss@proxy', 'http://***@proxy'],
  ['http://user:p%40ss@proxy', 'http://***@proxy'],
  ['http://user:pa/ss@proxy', 'http://***@proxy'],
  ['http://user:pa,ss@proxy', 'http://***@proxy'],
  ['http://user:pa ss@proxy', 'http://***@proxy'],
  ['HTTP://token@proxy', 'HTTP://***@proxy'],
  ['socks5h://u:p@proxy', 'socks5h://***@proxy'],
  ['s3cret://more@proxy', '***@proxy'],
  ['http://u:p@one,http://v:q@two', 'http://***@two'],
  ['http://proxy/?sig=abc%3D&x=1', 'http://proxy/?sig=***&x=1'],
  ['http://proxy/\u001b[2J', 'http://proxy/\\u{1b}[2J'],
] as const) {
  t.test(`masked: ${JSON.stringify(value)}`, async (t) => t.equal(shown(value), expected));
}

t.test('no password is shown, whatever its characters', async () => {
  // Nine characters that the rest of the value cannot contain.
  const secret = fc
    .array(fc.constantFrom('Q', 'W', 'Z', '@', '/', ',', ' ', ':', '%40', '?', '#', '\n', '//'), {
      minLength: 3,
    })
    .map((parts) => `QZW${parts.join('')}WZQ`);
  const scheme = fc.constantFrom('http://', 'https://', 'socks5://', 'HTTP://', 'weird://', '//', '');
  const user = fc.constantFrom('', 'user', 'us@er', 'domain\\user', 'user%20name');
  const host = fc.constantFrom('proxy:3128', '[fd00::1]:8080', '10.0.0.9', '');
  fc.assert(
    fc.property(scheme, user, secret, host, (scheme, user, secret, host) => {
      const value = shown(`${scheme}${user}:${secret}@${host}`) ?? '';
      return !/[QWZ]/.test(value) && value.endsWith(`***@${host}`);
    }),
  );
});

const address = (changes: Partial<NetworkInterfaceInfo>): NetworkInterfaceInfo =>
  ({
    address: '10.1.0.4',
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '00:0d:3a:12:34:56',
    internal: false,
    cidr: '10.1.0.4/24',
    ...changes,
  }) as NetworkInterfaceInfo;

t.test('interfaces but loopback, with their prefixes', async (t) => {
  const machine = machineWith(
    t,
    {},
    {
      interfaces: () => ({
        lo: [address({ address: '127.0.0.1', internal: true })],
        eth0: [address({}), address({ address: 'fe80::1', family: 'IPv6', cidr: 'fe80::1/64' })],
        'vEthernet\u001b[2J': [address({ address: '10.2.0.4', cidr: null })],
        gone: undefined,
      }),
    },
  );
  t.same(localInterfaces(machine), {
    interfaces: [
      { name: 'eth0', address: '10.1.0.4', prefixLength: 24, family: 4 },
      { name: 'eth0', address: 'fe80::1', prefixLength: 64, family: 6 },
      { name: 'vEthernet\\u{1b}[2J', address: '10.2.0.4', prefixLength: 0, family: 4 },
    ],
    notes: [],
  });
});

t.test('a system that forbids the call gives a note', async (t) => {
  const machine = machineWith(
    t,
    {},
    {
      interfaces: () => {
        throw new Error('A system error occurred: uv_interface_addresses returned EPERM');
      },
    },
  );
  t.match(localInterfaces(machine), {
    interfaces: { length: 0 },
    notes: [/the network interfaces could not be read: .*EPERM/],
  });
});

t.test('a link-local address is not global IPv6', async (t) => {
  const with6 = (address: string) => hasGlobalIPv6([{ name: 'eth0', address, prefixLength: 64, family: 6 }]);
  t.notOk(with6('fe80::1'));
  t.notOk(with6('FEBF::1'));
  t.ok(with6('fd00::4'));
  t.ok(with6('2603:1020::4'));
  t.notOk(hasGlobalIPv6([{ name: 'eth0', address: '10.1.0.4', prefixLength: 24, family: 4 }]));
});
