import { join } from 'node:path';
import t from 'tap';
import { parseHosts, readHostsFile } from '../../src/environment/hosts-file.ts';
import { hostsPath, thisMachine } from '../../src/environment/machine.ts';

const parse = (...lines: string[]) => Object.fromEntries(parseHosts(lines.join('\n')));

t.test('an address and its names, in the file’s order', async (t) => {
  const hosts = parse(
    '127.0.0.1\tlocalhost',
    '::1 localhost ip6-localhost # both families',
    '',
    '# 10.9.9.9 commented.example',
    '  10.0.0.7  Contoso.Azure-API.net.   contoso.portal.azure-api.net',
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

t.test('malformed lines are ignored', async (t) => {
  t.same(parse('not-an-address a.example', '10.0.0.300 b.example', '10.0.0.1', '\u001b[2J c.example'), {});
});

t.test('lines end in CRLF as well, and may hold names that objects have already', async (t) => {
  const hosts = parseHosts('10.0.0.1 a.example\r\n10.0.0.2 __proto__ constructor\r\n');
  t.same(hosts.get('a.example'), ['10.0.0.1']);
  t.same(hosts.get('__proto__'), ['10.0.0.2']);
});

t.test('a block list of 200,000 lines is read whole', async (t) => {
  const lines = Array.from({ length: 200_000 }, (_, index) => `0.0.0.0 ads${index}.example shared.example`);
  t.equal(parseHosts(lines.join('\n')).size, 200_001);
});

t.test('a missing file has no entries and no note', async (t) => {
  const { hosts, notes } = await readHostsFile(join(t.testdir(), 'hosts'));
  t.equal(hosts.size, 0);
  t.same(notes, []);
});

t.test('an unreadable file gives a note', async (t) => {
  const { hosts, notes } = await readHostsFile(t.testdir());
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
