import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { type Resolvers, readServerList, systemResolvers } from '../../src/environment/resolvers.ts';
import { machineWith } from './machine.ts';

const read = async (t: Test, text: string, changes: Parameters<typeof machineWith>[2] = {}) => {
  const machine = machineWith(t, { resolvConf: text }, changes);
  const found = await systemResolvers(machine);
  const { configured } = machine.resolverFiles;
  return { ...found, notes: found.notes.map((note) => note.replaceAll(configured, 'FILE')) };
};
const addresses = ({ servers }: Resolvers) => servers.map(({ address }) => address);

t.test('an ordinary file', async (t) => {
  const lines = [
    '# made by cloud-init',
    'search ax.internal.cloudapp.net contoso.example.',
    'nameserver 168.63.129.16',
    'nameserver\tfd00::53   # the other one',
    'options edns0 trust-ad',
    'sortlist 10.0.0.0/255.0.0.0',
    '',
  ];
  t.match(await read(t, lines.join('\n')), {
    servers: [
      { address: '168.63.129.16', port: 53 },
      { address: 'fd00::53', port: 53 },
    ],
    named: true,
    searchDomains: ['ax.internal.cloudapp.net', 'contoso.example'],
    options: { timeoutMs: 5000, attempts: 2, ndots: 1, rotate: false, tcpOnly: false },
    limit: null,
    notes: { length: 0 },
  });
});

t.test('the options for timeouts and retries', async (t) => {
  const options = async (...lines: string[]) =>
    (await read(t, ['nameserver 10.0.0.4', ...lines].join('\n'))).options;
  t.match(await options('options timeout:2 attempts:3 ndots:2 rotate'), {
    ...{ timeoutMs: 2000, attempts: 3, ndots: 2, rotate: true },
  });
  t.match(
    await options('options timeout:1', 'options timeout:3 edns0'),
    { timeoutMs: 3000 },
    'the last counts',
  );
  t.match(await options('options timeout:1,attempts:1'), { timeoutMs: 1000, attempts: 2 });
  t.match(await options('options timeout:1s'), { timeoutMs: 1000 });
  t.match(await options('options timeout:99 attempts:99 ndots:99'), {
    timeoutMs: 30_000,
    attempts: 5,
    ndots: 15,
  });
});

t.test('lines that glibc ignores have no effect, and a note says why', async (t) => {
  for (const [line, why] of [
    ['nameserver 10.0.0.53\r', 'it ends in a carriage return, as files of Windows do'],
    ['\ufeffnameserver 10.0.0.53', 'a byte order mark stands before it'],
    [' nameserver 10.0.0.53', 'it begins with a blank'],
    ['nameserver 10.0.0.53#53', 'an address with a port'],
    ['nameserver dns1.example', 'it has no IP address'],
    ['dns 10.0.0.53', 'it is not a valid resolver line'],
  ] as const) {
    const found = await read(t, `${line}\n`);
    t.same(addresses(found), ['127.0.0.1'], line);
    t.equal(found.named, false);
    t.same(found.notes, [
      `FILE:1 is ignored by this system: ${why}`,
      'FILE names no DNS server, so this system asks 127.0.0.1',
    ]);
  }
});

t.test('an address in octal is what glibc makes of it', async (t) => {
  t.same(addresses(await read(t, 'nameserver 010.0.0.53\n')), ['8.0.0.53']);
});

t.test('the search list', async (t) => {
  const domains = async (text: string, hostName = 'vm1') =>
    (await read(t, `nameserver 10.0.0.4\n${text}`, { hostName: () => hostName })).searchDomains;
  t.same(await domains('search a.example\ndomain b.example c.example\n'), ['b.example']);
  t.same(await domains('search a.b # corp\n'), ['a.b', '#', 'corp']);
  t.same(await domains('search a.b\nsearch\n'), ['a.b']);
  t.same(await domains('', 'vm1.contoso.local'), ['contoso.local']);
  t.same(await domains('search .\n', 'vm1.contoso.local'), []);
  const noted = await read(t, 'nameserver 10.0.0.4\nsearch a.b # corp\n');
  t.same(noted.notes, ['FILE: # is a search domain here: comments stand on lines of their own']);
});

t.test('variables change the search list and the options', async (t) => {
  const env = { LOCALDOMAIN: 'x.example', RES_OPTIONS: 'timeout:7' };
  const found = await read(t, 'nameserver 10.0.0.4\nsearch a.example\n', { env });
  t.same(found.searchDomains, ['x.example']);
  t.equal(found.options?.timeoutMs, 7000);
});

t.test('musl takes a carriage return for a blank, and knows no variables', async (t) => {
  const env = { LOCALDOMAIN: 'x.example', RES_OPTIONS: 'timeout:7' };
  const text = 'nameserver 10.0.0.4\r\nsearch a.example\r\noptions rotate\r\n';
  const found = await read(t, text, { env, isMusl: true, hostName: () => 'vm1.contoso.local' });
  t.same(addresses(found), ['10.0.0.4']);
  t.match(found, { searchDomains: ['a.example'], options: { timeoutMs: 5000, rotate: false } });
});

t.test('options that change how servers are asked have a note', async (t) => {
  const none = await read(t, 'nameserver 10.0.0.4\noptions attempts:0 use-vc\n');
  t.equal(none.options?.attempts, 0);
  t.match(none.notes, [/“options attempts” is 0 or less, so no query is sent/, /over TCP alone/]);
});

t.test('a fourth server is ignored, with a note', async (t) => {
  const found = await read(t, [1, 2, 3, 4].map((last) => `nameserver 10.0.0.${last}`).join('\n'));
  t.same(addresses(found), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  t.same(found.notes, ['FILE names 4 servers; a resolver uses the first 3']);
});

t.test('a scope id stays on its address', async (t) => {
  t.same(addresses(await read(t, 'nameserver fe80::1%eth0')), ['fe80::1%eth0']);
});

t.test('many malformed lines have few notes', async (t) => {
  const lines = Array.from({ length: 1000 }, () => '\u001b[2Jnameserver');
  const { notes } = await read(t, `nameserver 10.0.0.4\n${lines.join('\n')}`);
  t.equal(notes.length, 6);
  t.equal(notes.at(-1), 'FILE has 995 more such lines');
});

t.test('an invalid search domain is omitted, and printable in the note', async (t) => {
  const found = await read(
    t,
    `nameserver 10.0.0.4\nsearch a.example b..example ${'c'.repeat(64)} \u001b[2J\n`,
  );
  t.same(found.searchDomains, ['a.example']);
  t.equal(found.notes.length, 3);
  t.match(found.notes[2], 'the search domain \\u{1b}[2J is not a domain name');
});

t.test('any file is read, and its notes have no control characters', async (t) => {
  const word = fc.oneof(
    fc.constantFrom('nameserver', 'search', 'domain', 'options', '10.0.0.4', 'ndots:', '\0', '\t', '\r'),
    fc.string({ unit: 'binary' }),
  );
  const lines = fc.array(fc.array(word).map((values) => values.join(' ')));
  await fc.assert(
    fc.asyncProperty(lines, async (lines) => {
      const { servers, searchDomains, notes, options } = await read(t, lines.join('\n'));
      const shown = [...servers.map(({ address }) => address), ...searchDomains, ...notes].join('');
      t.ok(servers.length >= 1 && servers.length <= 3);
      t.ok(searchDomains.length <= 64 && notes.length < 20);
      t.ok(options !== null && options.ndots <= 15 && options.timeoutMs <= 30_000 && options.attempts <= 5);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not come out
      t.notMatch(shown, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
    }),
    { numRuns: 50 },
  );
});

t.test('the upstream servers replace the stub of systemd-resolved', async (t) => {
  const machine = machineWith(t, {
    resolvConf: 'nameserver 127.0.0.53\nbogus\nsearch stub.example\n',
    upstream: 'nameserver 168.63.129.16\nsearch upstream.example\n',
  });
  const read = await systemResolvers(machine);
  t.same(addresses(read), ['168.63.129.16']);
  t.same(read.searchDomains, ['stub.example'], 'programs read the first file');
  t.equal(read.source, machine.resolverFiles.upstream);
  t.match(read.notes, [/resolv\.conf:2 is ignored/], 'the notes of the first file remain');
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

t.test('a missing file or a folder gives a note, and 127.0.0.1 is asked', async (t) => {
  const machine = machineWith(t, {});
  const loopback = { named: false, servers: [{ address: '127.0.0.1' }] };
  t.match(await systemResolvers(machine), { ...loopback, notes: [/could not be read: .*ENOENT/] });
  const folder = { configured: t.testdir({}), upstream: '/nowhere' };
  t.match(await systemResolvers({ ...machine, resolverFiles: folder }), {
    ...loopback,
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
    named: true,
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
