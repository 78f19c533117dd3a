import { isIPv4 } from 'node:net';
import t from 'tap';
import { parseHosts, readHostsFile } from '../../src/environment/hosts-file.ts';
import { hostsPath, thisMachine } from '../../src/environment/machine.ts';
import { machineWith } from './machine.ts';

const parse = (...lines: string[]) => Object.fromEntries(parseHosts(lines.join('\n'), true));

t.test('an address and its names, in the file’s order', async (t) => {
  const hosts = parse(
    '127.0.0.1\tlocalhost',
    '::1 localhost ip6-localhost # both families',
    '',
    '# 10.9.9.9 commented.example',
    '  10.0.0.7  Contoso.Azure-API.net   contoso.portal.azure-api.net',
  );
  t.same(hosts, {
    localhost: ['127.0.0.1', '::1'],
    'ip6-localhost': ['::1'],
    'contoso.azure-api.net': ['10.0.0.7'],
    'contoso.portal.azure-api.net': ['10.0.0.7'],
  });
});

t.test('a name on several lines has all their addresses, each once', async (t) => {
  const hosts = parse('10.0.0.1 a.example', '10.0.0.2 A.example', '10.0.0.1 a.example');
  t.same(hosts, { 'a.example': ['10.0.0.1', '10.0.0.2'] });
});

t.test('glibc takes only the first line of a name, unless host.conf says “multi on”', async (t) => {
  const hosts = '10.0.0.1 a.example\n10.0.0.2 a.example\n';
  const read = async (hostConf: string, changes: Parameters<typeof machineWith>[2] = {}) =>
    (await readHostsFile(machineWith(t, { hosts, hostConf }, changes))).hosts.get('a.example');
  t.same(await read(''), ['10.0.0.1']);
  t.same(await read('order hosts,bind\nmulti on\n'), ['10.0.0.1', '10.0.0.2']);
  t.same(await read('multi on\n', { env: { RESOLV_MULTI: 'off' } }), ['10.0.0.1']);
  for (const other of [{ isMusl: true }, { platform: 'win32' }] as const) {
    t.same(await read('', other), ['10.0.0.1', '10.0.0.2']);
  }
});

t.test('a name is what stands there: the C library ignores such lines', async (t) => {
  const text = [
    '10.0.0.1 a.example.',
    '\u00ef\u00bb\u00bf10.0.0.2 b.example',
    '10.0.0.3\u00c2\u00a0c.example',
  ];
  t.same(parse(...text, 'fe80::1%eth0 d.example', '010.0.0.4 e.example'), { 'a.example.': ['10.0.0.1'] });
});

t.test('malformed lines are ignored', async (t) => {
  t.same(parse('not-an-address a.example', '10.0.0.300 b.example', '10.0.0.1', '\u001b[2J c.example'), {});
});

t.test('lines end in CRLF as well, and may hold names that objects have already', async (t) => {
  const hosts = parseHosts('10.0.0.1 a.example\r\n10.0.0.2 __proto__ constructor\r\n', true);
  t.same(hosts.get('a.example'), ['10.0.0.1']);
  t.same(hosts.get('__proto__'), ['10.0.0.2']);
});

t.test('a block list of 200,000 lines is read whole', async (t) => {
  const lines = Array.from({ length: 200_000 }, (_, index) => `0.0.0.0 ads${index}.example shared.example`);
  t.equal(parseHosts(lines.join('\n'), true).size, 200_001);
});

t.test('a missing file has no entries and no note', async (t) => {
  const { hosts, notes } = await readHostsFile(machineWith(t, {}));
  t.equal(hosts.size, 0);
  t.same(notes, []);
});

t.test('an unreadable file gives a note', async (t) => {
  const { hosts, notes } = await readHostsFile({ ...machineWith(t, {}), hostsFile: t.testdir() });
  t.equal(hosts.size, 0);
  t.match(notes, [/could not be read: it is a folder \(EISDIR\)/]);
});

t.test('the path depends on the system', async (t) => {
  t.equal(hostsPath('linux', {}), '/etc/hosts');
  t.equal(hostsPath('win32', { SystemRoot: 'D:\\Win' }), 'D:\\Win\\System32\\drivers\\etc\\hosts');
  t.equal(hostsPath('win32', {}), 'C:\\Windows\\System32\\drivers\\etc\\hosts');
});

t.test('this machine is described without a packet', async (t) => {
  const machine = thisMachine();
  t.equal(machine.platform, process.platform);
  t.equal(machine.privileged, process.getuid?.() === 0);
  t.equal(machine.hostsFile, '/etc/hosts');
  t.same(machine.resolverFiles, {
    configured: '/etc/resolv.conf',
    upstream: '/run/systemd/resolve/resolv.conf',
  });
});

t.test('the address of the route outside is found, or there is none', async (t) => {
  const address = await thisMachine().outboundAddress();
  t.ok(address === null || isIPv4(address), String(address));
});
