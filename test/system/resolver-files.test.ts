/** Our reading of resolv.conf, hosts, nsswitch.conf and host.conf, held against that of this system's glibc. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { survey } from '../../src/environment/index.ts';
import { parseResolvConf } from '../../src/environment/resolv-conf.ts';
import { Capacity } from '../../src/run/capacity.ts';
import { createGate } from '../../src/run/gate.ts';
import { Names } from '../../src/run/names.ts';
import { machineWith } from '../environment/machine.ts';
import { optionsWith } from '../run/options.ts';
import { closedWorld, nameServer, to } from '../run/peers.ts';
import { dnsmasq } from './names.ts';
import { Machine } from './net.ts';
import { withPrograms } from './scene.ts';

const C_LIBRARY = fileURLToPath(new URL('c_library.py', import.meta.url));

interface Files {
  readonly 'resolv.conf'?: string;
  readonly hosts?: string;
  readonly 'nsswitch.conf'?: string;
  readonly 'host.conf'?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly hostName?: string;
}

/** A machine whose /etc holds only what the case has, and the results of its C library. */
async function askLibrary(t: Test, cases: readonly Files[], dns: readonly string[] = []): Promise<unknown[]> {
  const folder = t.testdir({});
  const etc = join(folder, 'etc');
  await mkdir(etc);
  await writeFile(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(etc, 'group'), 'root:x:0:\n');
  const input = join(folder, 'cases');
  await writeFile(input, cases.map((each) => `${JSON.stringify(each)}\n`).join(''));
  await using machine = await Machine.start(etc);
  await using _ = await dnsmasq(machine, '127.0.0.1', dns);
  const script = `unshare --uts -- /usr/bin/python3 '${C_LIBRARY}' <'${input}'`;
  const output = await machine.run('sh', '-c', script);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const BOM = '\u00ef\u00bb\u00bf';

const RESOLV_CONF: readonly Files[] = [
  ...[
    ...[
      'nameserver 10.0.0.53\n',
      'nameserver 10.0.0.53',
      'nameserver\t10.0.0.53\t\n',
      'nameserver  \t 10.0.0.1\n',
    ],
    ...['nameserver 10.0.0.53\r\n', `${BOM}nameserver 10.0.0.53\n`, ' nameserver 10.0.0.53\n'],
    ...['nameserver 10.0.0.53#53\n', 'nameserver 10.0.0.53:53\n', 'nameserver [10.0.0.53]:53\n'],
    ...['nameserver 10.0.0.53 # x\n', 'nameserver 10.0.0.53 10.0.0.54\n', 'nameserver 10.0.0.53\0foo\n'],
    ...['nameserver 010.0.0.53\n', 'nameserver 0x0a000035\n', 'nameserver 10.53\n', 'nameserver 167772213\n'],
    ...[
      'nameserver 08.0.0.1\n',
      'nameserver 0x.0.0.1\n',
      'nameserver 10.1.65536\n',
      'nameserver 10.1.65535\n',
    ],
    ...[
      'nameserver 10.0.0.256\n',
      'nameserver 10.0.0.53.\n',
      'nameserver 4294967296\n',
      'nameserver +10.0.0.1\n',
    ],
    ...['nameserver 0X0A.0.0.1\n', 'nameserver 1.2.3.4.5\n', 'nameserver 0.0.0.0\n', 'nameserver 00\n'],
    ...[
      'nameserver\n',
      'nameserver \n',
      'nameserver10.0.0.53\n',
      'NAMESERVER 10.0.0.53\n',
      'nameserver dns1\n',
    ],
    ...['nameserver ::1\n', 'nameserver FD00::53\n', 'nameserver [::1]\n', 'nameserver ::ffff:10.0.0.1\n'],
    ...[
      'nameserver fe80::1%1\n',
      'nameserver fe80::1%3\n',
      'nameserver fe80::1%\n',
      'nameserver 10.0.0.1%1\n',
    ],
    ...['nameserver 2001:db8::1%1\n', 'nameserver 2001:db8::1%lo\n', 'nameserver 1::2::3\n'],
    ...['nameserver ::ffff:010.0.0.1\n', 'nameserver 10.0.0.1\v\n', 'nameserver\u00a010.0.0.1\n'],
    'nameserver 10.0.0.1\nnameserver 10.0.0.1\nnameserver ::1\nnameserver 10.0.0.4\n',
    'nameserver bad\nnameserver 10.0.0.1\nnameserver 10.0.0.2\r\nnameserver 10.0.0.3\n',
    `nameserver 10.0.0.1${' '.repeat(70_000)}\nnameserver 10.0.0.2\n`,
    `nameserver ${'1'.repeat(70_000)}\nnameserver 10.0.0.2\n`,
    ...[
      '',
      '\n\n',
      '# none\n; none\n',
      '#nameserver 10.0.0.1\n',
      '; nameserver 10.0.0.1\nnameserver 10.0.0.53 ; x\n',
    ],
    ...[
      '\0\nnameserver 10.0.0.1\n',
      'nameserver 10.0.0.1\rnameserver 10.0.0.2\n',
      '\u00ff\u00fen\0a\0m\0e\0',
    ],
    ...['sortlist 10.0.0.0\nnameserver 10.0.0.1\n', 'lookup file bind\nnameserver 10.0.0.1\n'],
    ...['search a.b # corp\n', 'search a.b\nsearch\n', 'search a.b\nsearch \n', 'search a.b\nsearch   \t\n'],
    ...['search \n', 'domain\n', 'domain a.b c.d\n', 'domain a.b\nsearch c.d\n', 'search c.d\ndomain a.b\n'],
    ...['search a.b\r\n', 'search .\n', 'search a.b.\n', 'search a b c d e f g h\n', 'search a.b;c\n'],
    ...[
      'search \ta.b\t\tc.d \n',
      'search a.b\0c d\n',
      'search a a A\n',
      'search a.b',
      'search a..b -\n',
      'Search a.b\n',
    ],
    ...[
      'options timeout:1,attempts:1\n',
      'options timeout:1s\n',
      'options timeout: 3\n',
      'options timeout:x\n',
    ],
    ...[
      'options timeout:-1\n',
      'options timeout:0 attempts:0 ndots:0\n',
      'options timeout:+4\n',
      'options timeout:08\n',
    ],
    ...[
      'options timeout:99 attempts:99 ndots:99\n',
      'options ndots:-1\n',
      'options ndots:-2\n',
      'options timeout:0x4\n',
    ],
    ...[
      'options timeout:99999999999\n',
      'options attempts:4294967297\n',
      'options attempts:-3\n',
      'options timeout:\v4\n',
    ],
    ...[
      'options rotate use-vc\n',
      'options rotates\n',
      'options Rotate\n',
      'options single-request rotate\n',
    ],
    ...[
      'options xtimeout:1 unknown edns0\n',
      'options timeout:2\noptions timeout:3\n',
      'options attempts:3 attempts\n',
    ],
    ...[
      'options timeout:2\r\n',
      'options rotate\r\n',
      'options\ttimeout:2\tndots:3\n',
      'options timeout:2;attempts:4\n',
    ],
    ...[
      'options timeout:2 # attempts:4\n',
      'options debug rotate:1\n',
      'options\n',
      'options \n',
      'options use-vc\r\n',
    ],
  ].map((text) => ({ 'resolv.conf': text })),
  {},
  { hostName: 'vm1.contoso.local' },
  ...['vm1.contoso.local', 'vm1', 'vm1.', '.x', 'a.b.c.d'].map((hostName) => ({
    'resolv.conf': '',
    hostName,
  })),
  { 'resolv.conf': 'search .\n', hostName: 'vm1.contoso.local' },
  { 'resolv.conf': 'search\n', hostName: 'vm1.contoso.local' },
  ...['a.b c.d', '', ' a.b\tc.d\nx', 'a.b ', '\n', ' '].flatMap((LOCALDOMAIN) => [
    { 'resolv.conf': 'search x.y\n', env: { LOCALDOMAIN } },
    { 'resolv.conf': '', env: { LOCALDOMAIN }, hostName: 'vm1.contoso.local' },
  ]),
  ...['timeout:7 rotate', '', 'ndots:2\n', 'use-vc\tattempts:1'].map((RES_OPTIONS) => ({
    'resolv.conf': 'options timeout:2 ndots:4\n',
    env: { RES_OPTIONS },
  })),
];

await withPrograms(
  'resolv.conf',
  ['ip', 'dnsmasq'],
  async (t) => {
    const results = await askLibrary(t, RESOLV_CONF);
    t.equal(results.length, RESOLV_CONF.length);
    for (const [index, each] of RESOLV_CONF.entries()) {
      const { env = {}, hostName = 'vm1', 'resolv.conf': text = '' } = each;
      const { servers, search, options } = parseResolvConf(text, { env, hostName });
      const { timeout, attempts, ...result } = results[index] as Record<'timeout' | 'attempts', number>;
      const ours = {
        servers: servers.length === 0 ? ['127.0.0.1'] : servers.slice(0, 3).map((one) => one.toLowerCase()),
        search: search.slice(0, 6),
        ...{ ndots: options.ndots, rotate: options.rotate, tcpOnly: options.tcpOnly },
        ...{ timeoutMs: options.timeoutMs, attempts: options.attempts },
      };
      // res_send(3) waits a second at least, and sends as often as a loop from 0 runs.
      const theirs = { ...result, timeoutMs: Math.max(1, timeout) * 1000, attempts: Math.max(0, attempts) };
      t.strictSame(ours, theirs, JSON.stringify(each).slice(0, 120));
    }
  },
  { root: true },
);

const DNS = [
  '--address=/dns.example/10.53.53.53',
  '--address=/both.example/10.53.53.53',
  '--address=/hosts.example/',
];
const NAMES = ['both.example', 'dns.example', 'hosts.example'] as const;
const HOSTS = '10.1.1.1 both.example hosts.example\n10.2.2.2 both.example\n';

const HOSTS_FILES: readonly Files[] = [
  ...[
    '10.1.1.1 both.example\n',
    '10.1.1.1 both.example',
    '  10.1.1.1\t\tboth.example\n',
    '\r\n10.1.1.1 both.example\r\n',
  ],
  ...[`${BOM}10.1.1.1 both.example\n`, '10.1.1.1\u00c2\u00a0both.example\n', '10.1.1.1 both.example.\n'],
  ...[
    '10.1.1.1 x both.example\n',
    '10.1.1.1 BOTH.example # c\n',
    '10.1.1.1 x # both.example\n',
    '10.1.1.1 x#both.example\n',
  ],
  ...[
    '010.1.1.1 both.example\n',
    '10.1 both.example\n',
    '10.1.1.1:80 both.example\n',
    '0x0a010101 both.example\n',
  ],
  ...[
    'fe80::1%lo both.example\n',
    '::1 both.example\n',
    '::ffff:10.2.2.2 both.example\n',
    '[2001:db8::1] both.example\n',
  ],
  ...[
    '2001:db8::1 both.example\n10.1.1.1 both.example\n',
    '10.1.1.1 both.example\n2001:db8::1 both.example\n',
  ],
  ...[
    '10.1.1.1\vboth.example\n',
    '10.1.1.1 x\f both.example\n',
    '10.1.1.1 both.example\0x\n',
    '10.1.1.1 x\0 both.example\n',
  ],
  ...[
    '10.1.1.1 both.example x\n10.2.2.2 y both.example\n10.1.1.1 both.example\n',
    '10.1.1.1 x both.example both.example\n',
  ],
  ...[
    '0.0.0.0 both.example\n',
    '255.255.255.255 both.example\n',
    '10.1.1.1 *.example\n',
    '10.1.1.1 both.example,x\n',
  ],
  ...[
    `10.1.1.1 ${'a'.repeat(9000)} both.example\n`,
    'both.example 10.1.1.1\n',
    '\0 10.1.1.1 both.example\n',
    '10.1.1.1\n',
  ],
  ...['#\n\n10.1.1.1 both.example\n', ';10.1.1.1 both.example\n', '10.1.1.1 a;both.example\n', ''],
].flatMap((hosts) => [
  { hosts, 'nsswitch.conf': 'hosts: files dns\n' },
  { hosts, 'nsswitch.conf': 'hosts: files dns\n', 'host.conf': 'multi on\n' },
]);

const HOST_CONF: readonly Files[] = [
  ...[
    'multi off\n',
    'MULTI ON\n',
    'multi\ton # x\n',
    '  multi on\n',
    'multi: on\n',
    'multi on\r\n',
    'multi off\nmulti on\n',
  ],
  ...[
    'order hosts,bind\nmulti on',
    '#multi on\n',
    'multi yes\n',
    'multi onx\n',
    'trim .example\nmulti on\nmulti off\n',
    'multi\n',
  ],
].map((text) => ({ hosts: HOSTS, 'nsswitch.conf': 'hosts: files\n', 'host.conf': text }));

const NSSWITCH: readonly Files[] = [
  ...[
    'dns',
    'files',
    'files [NOTFOUND=return] dns',
    '',
    ' ',
    'dns # files',
    'files # dns',
    'files #dns',
    'dns # [x]',
    '\tdns\tfiles',
    'DNS files',
    'nope dns',
  ],
  ...[
    'files[NOTFOUND=return]dns',
    'files [notfound=RETURN] dns',
    'files [NOTFOUND = return] dns',
    'files, dns',
  ],
  ...[
    'files [ NOTFOUND=return ] dns',
    'files [!SUCCESS=return] dns',
    'files [NOTFOUND=return UNAVAIL=return] dns',
  ],
  ...[
    'files [FOO=return] dns',
    'files [NOTFOUND=foo] dns',
    'files [NOTFOUND=returning] dns',
    'files [NOTFOUND=return dns',
  ],
  ...[
    '[NOTFOUND=return] files dns',
    'files []dns',
    'files ]dns',
    'files [NOTFOUND=return]] dns',
    'files dns hosts: files',
  ],
  ...[
    'files [SUCCESS=continue] dns',
    'files [SUCCESS=continue]',
    'files [SUCCESS=merge] dns',
    'files [!UNAVAIL=merge] dns',
  ],
  ...[
    'dns [!UNAVAIL=return] files',
    'dns [NOTFOUND=return] files',
    'dns [SUCCESS=return] files',
    'dns files',
  ],
  ...[
    'mdns4_minimal [NOTFOUND=return] dns',
    'files mdns4_minimal [NOTFOUND=return] dns myhostname',
    'myhostname dns',
  ],
  ...[
    'resolve [!UNAVAIL=return] dns',
    'files mymachines resolve [!UNAVAIL=return] dns myhostname',
    'db files dns',
    'compat',
  ],
  ...[
    'files [!NOTFOUND=return] dns',
    'files [!UNAVAIL=return] dns',
    'files [TRYAGAIN=return] dns',
    'dns\0 files',
    'dns\r',
  ],
  ...[
    'files [NOTFOUND=continue] dns',
    'files [UNAVAIL=return] [NOTFOUND=return] dns',
    'files [!UNAVAIL=continue] dns',
  ],
  ...[
    'files [!SUCCESS=continue NOTFOUND=return] dns',
    'files [NOTFOUND=return\tSUCCESS=continue] dns',
    'nis [NOTFOUND=return]',
  ],
]
  .map((sources) => `hosts: ${sources}\n`)
  .concat(
    ...[
      'hosts: files\nhosts: dns\n',
      'hosts : dns files\n',
      'hosts:\n',
      'Hosts: dns\n',
      `${BOM}hosts: dns\n`,
      ' hosts: dns\n',
    ],
    ...[
      '#hosts: dns\n',
      'hosts:dns files\n',
      'hosts\n',
      'hosts: dns\nhosts:\n',
      'hosts:: dns\n',
      'hosts#: dns\n',
      'hosts: dns',
    ],
    ...['passwd: files\n', '', 'passwd: files [FOO=bar]\nhosts: dns\n', 'hosts: dns\naliases: files [X=y]\n'],
    ...[
      'sudoers: files [FOO=bar]\nhosts: dns\n',
      'passwd: files\nhosts: dns',
      'passwd: files\nhosts: dns\ngroup: files',
    ],
    ...[
      'hosts: dns\n: files\n',
      'hosts:files\ndns\n',
      'hosts:files\n hosts:\tdns\n',
      'hosts: dns\u00a0files\n',
      '\u00a0hosts: dns\n',
    ],
  )
  .map((text) => ({ hosts: HOSTS, 'nsswitch.conf': text }));

const OTHERS: readonly Files[] = [
  { hosts: HOSTS },
  { 'nsswitch.conf': 'hosts: files dns\n' },
  { hosts: HOSTS, 'nsswitch.conf': 'hosts: files\n', env: { RESOLV_MULTI: 'on' } },
  {
    hosts: HOSTS,
    'nsswitch.conf': 'hosts: files\n',
    'host.conf': 'multi on\n',
    env: { RESOLV_MULTI: 'off' },
  },
  ...['attempts:0', 'attempts:-1', 'timeout:0', 'timeout:-1', 'attempts:x'].map((option) => ({
    'resolv.conf': `nameserver 127.0.0.1\noptions ${option}\n`,
    ...{ hosts: HOSTS, 'nsswitch.conf': 'hosts: dns\n' },
  })),
  // Nothing listens there.
  ...['dns [!UNAVAIL=return] files', 'dns [UNAVAIL=return] files', 'dns files'].map((sources) => ({
    ...{ 'resolv.conf': 'nameserver 127.0.0.9\n', hosts: HOSTS, 'nsswitch.conf': `hosts: ${sources}\n` },
  })),
];

const LOOK_UPS = [...HOSTS_FILES, ...HOST_CONF, ...NSSWITCH, ...OTHERS].flatMap((files) =>
  NAMES.map((name) => ({ 'resolv.conf': 'nameserver 127.0.0.1\n', ...files, name })),
);

await withPrograms(
  'hosts, nsswitch.conf and host.conf',
  ['ip', 'dnsmasq'],
  async (t) => {
    const results = await askLibrary(t, LOOK_UPS, DNS);
    t.equal(results.length, LOOK_UPS.length);
    const server = await nameServer(t, (name) =>
      name === 'hosts.example' ? { rcode: 'NXDOMAIN' } : { addresses: ['10.53.53.53'] },
    );
    const system = closedWorld([to(server, '127.0.0.1', 53)]);
    const signal = new AbortController().signal;
    for (const [index, each] of LOOK_UPS.entries()) {
      const { name, env = {} } = each;
      const machine = machineWith(
        t,
        {
          resolvConf: each['resolv.conf'],
          ...(each.hosts === undefined ? {} : { hosts: each.hosts }),
          ...(each['nsswitch.conf'] === undefined ? {} : { nsswitch: each['nsswitch.conf'] }),
          ...(each['host.conf'] === undefined ? {} : { hostConf: each['host.conf'] }),
        },
        { env },
      );
      const found = await survey(optionsWith({}), machine, null);
      const queries = createGate(16, signal, new Capacity());
      const names = new Names({ survey: found, system, budget: { stepMs: 2000, signal }, queries });
      const { addresses } = await names.resolve(name).dialable;
      const ours = addresses.map(({ address }) => address).sort();
      t.strictSame(ours, results[index], `${name}: ${JSON.stringify(each).slice(0, 160)}`);
    }
  },
  { root: true },
);
