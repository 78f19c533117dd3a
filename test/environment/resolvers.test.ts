import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { parseResolvConf, readServerList, systemResolvers } from '../../src/environment/resolvers.ts';
import { machineWith } from './machine.ts';

const FILE = '/etc/resolv.conf';
const parse = (...lines: string[]) => parseResolvConf(lines.join('\n'), FILE);
const addresses = ({ servers }: ReturnType<typeof parse>) => servers.map(({ address }) => address);

t.test('an ordinary file', async (t) => {
  const read = parse(
    '# made by cloud-init',
    'search ax.internal.cloudapp.net contoso.example.',
    'nameserver 168.63.129.16',
    '  nameserver\tfd00::53   # the other one',
    'options edns0 trust-ad',
    'sortlist 10.0.0.0/255.0.0.0',
    '',
  );
  t.same(read, {
    servers: [
      { address: '168.63.129.16', port: 53 },
      { address: 'fd00::53', port: 53 },
    ],
    searchDomains: ['ax.internal.cloudapp.net', 'contoso.example'],
    source: FILE,
    options: { timeoutMs: 5000, attempts: 2, ndots: 1, rotate: false },
    limit: null,
    notes: [],
  });
});

t.test('the options for timeouts and retries', async (t) => {
  const options = (...lines: string[]) => parse('nameserver 10.0.0.4', ...lines).options;
  t.same(options('options timeout:2 attempts:3 ndots:2 rotate'), {
    timeoutMs: 2000,
    attempts: 3,
    ndots: 2,
    rotate: true,
  });
  t.match(
    options('options timeout:1', 'options timeout:3 edns0'),
    { timeoutMs: 3000, attempts: 2 },
    'the last counts',
  );
  t.match(options('options timeout:99 attempts:99 ndots:99'), { timeoutMs: 30_000, attempts: 5, ndots: 15 });
  t.match(options('options timeout:0 attempts:0 ndots:0'), { timeoutMs: 1000, attempts: 1, ndots: 0 });
  t.match(options('options timeout: timeout:-1 timeout:x'), { timeoutMs: 5000 }, 'nonsense says nothing');
});

t.test('lines end in CRLF as well as in LF', async (t) => {
  const read = parseResolvConf('nameserver 10.0.0.4\r\nsearch a.example\r\n; done\r\n', FILE);
  t.same(addresses(read), ['10.0.0.4']);
  t.same(read.searchDomains, ['a.example']);
  t.same(read.notes, []);
});

t.test('the last search or domain line counts', async (t) => {
  t.same(parse('nameserver 10.0.0.4', 'search a.example', 'domain b.example').searchDomains, ['b.example']);
  t.same(parse('nameserver 10.0.0.4', 'search a.example', 'search .').searchDomains, []);
});

t.test('a fourth server is ignored, with a note', async (t) => {
  const read = parse(...[1, 2, 3, 4].map((last) => `nameserver 10.0.0.${last}`));
  t.same(addresses(read), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  t.same(read.notes, ['/etc/resolv.conf names 4 servers; a resolver uses the first 3']);
});

t.test('a scope id stays on its address', async (t) => {
  t.same(addresses(parse('nameserver fe80::1%eth0')), ['fe80::1%eth0']);
});

t.test('malformed lines are ignored, with one note', async (t) => {
  const one = parse('nameserver 10.0.0.4', 'nameserver ten.zero.zero.four');
  t.same(addresses(one), ['10.0.0.4']);
  t.same(one.notes, ['/etc/resolv.conf:2 is not a valid resolver line; it was ignored']);
  const many = parse('nameserver 10.0.0.4', ...Array.from({ length: 1000 }, () => '\u001b[2Jnameserver'));
  t.same(many.notes, [
    '/etc/resolv.conf: lines 2, 3, 4, 5, 6 and 995 more are not valid resolver lines; they were ignored',
  ]);
});

t.test('an invalid search domain is omitted, and printable in the note', async (t) => {
  const read = parse('nameserver 10.0.0.4', `search a.example b..example ${'c'.repeat(64)} \u001b[2J`);
  t.same(read.searchDomains, ['a.example']);
  t.equal(read.notes.length, 3);
  t.match(read.notes[2], 'the search domain \\u{1b}[2J is not a domain name');
});

t.test('a file without a server gives a note', async (t) => {
  t.same(parse('').notes, ['/etc/resolv.conf names no DNS server']);
});

t.test('notes on any file have no control characters', async () => {
  const word = fc.oneof(
    fc.constantFrom('nameserver', 'search', 'domain', 'options', '10.0.0.4'),
    fc.string(),
  );
  const lines = fc.array(fc.array(word).map((values) => values.join(' ')));
  fc.assert(
    fc.property(lines, (lines) => {
      const { servers, searchDomains, notes } = parse(...lines);
      const shown = [...servers.map(({ address }) => address), ...searchDomains, ...notes].join('');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not come out
      return servers.length <= 3 && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(shown);
    }),
  );
});

t.test('the upstream servers replace the stub of systemd-resolved', async (t) => {
  const machine = machineWith(t, {
    resolvConf: 'nameserver 127.0.0.53\nbogus\nsearch stub.example\n',
    upstream: 'nameserver 168.63.129.16\nsearch upstream.example\n',
  });
  const read = await systemResolvers(machine);
  t.same(addresses(read), ['168.63.129.16']);
  t.same(read.searchDomains, ['upstream.example']);
  t.equal(read.source, machine.resolverFiles.upstream);
  t.match(read.notes, [/resolv\.conf:2 is not a valid/], 'the notes of the first file remain');
});

t.test('a stub among other servers stays', async (t) => {
  const files = {
    resolvConf: 'nameserver 127.0.0.53\nnameserver 10.0.0.4\n',
    upstream: 'nameserver 10.9.9.9\n',
  };
  t.same(addresses(await systemResolvers(machineWith(t, files))), ['127.0.0.53', '10.0.0.4']);
});

t.test('without the upstream file the stub is used', async (t) => {
  const read = await systemResolvers(machineWith(t, { resolvConf: 'nameserver 127.0.0.53\n' }));
  t.same(addresses(read), ['127.0.0.53']);
  t.match(read.notes, [/upstream could not be read: it does not exist \(ENOENT\)/]);
});

t.test('a missing file or a folder gives a note, not an error', async (t) => {
  const machine = machineWith(t, {});
  t.match(await systemResolvers(machine), { servers: { length: 0 }, notes: [/could not be read: .*ENOENT/] });
  const folder = { configured: t.testdir({}), upstream: '/nowhere' };
  t.match(await systemResolvers({ ...machine, resolverFiles: folder }), {
    servers: { length: 0 },
    notes: [/could not be read: it is a folder/],
  });
});

t.test('on Windows the runtime lists the servers', async (t) => {
  const machine = machineWith(
    t,
    { resolvConf: 'nameserver 10.9.9.9\n' },
    {
      platform: 'win32',
      runtimeServers: () => [
        '10.0.0.4',
        '10.0.0.5:5353',
        '[fe80::1%4]:53',
        'fd00::53',
        '[fd00::54]:5353',
        'junk',
      ],
    },
  );
  t.same(await systemResolvers(machine), {
    servers: [
      { address: '10.0.0.4', port: 53 },
      { address: '10.0.0.5', port: 5353 },
      { address: 'fe80::1%4', port: 53 },
      { address: 'fd00::53', port: 53 },
      { address: 'fd00::54', port: 5353 },
    ],
    searchDomains: [],
    source: 'the runtime',
    options: null,
    limit: null,
    notes: [],
  });
});

t.test('an empty list of the runtime gives a note', async (t) => {
  t.same(readServerList([]).notes, ['this system names no DNS server']);
});

t.test('without free file descriptors it waits, and then reports the shortage', async (t) => {
  const { resolverFiles } = machineWith(t, { resolvConf: 'nameserver 10.0.0.4\n' });
  const script = fileURLToPath(new URL('resolvers-without-files.ts', import.meta.url));
  const read = (freeAfterMs: string) => {
    const argv = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, script];
    const { stdout } = spawnSync('sh', [...argv, resolverFiles.configured, freeAfterMs], {
      encoding: 'utf8',
    });
    return JSON.parse(stdout);
  };
  t.match(read('100'), { servers: [{ address: '10.0.0.4' }], limit: null, notes: [] });
  t.match(read('never'), { servers: [], limit: /could not be read: too many files are open \(EMFILE\)/ });
});
