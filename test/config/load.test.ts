import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { didYouMean } from '../../src/common/did-you-mean.ts';
import { UsageError } from '../../src/common/usage-error.ts';
import { type Loaded, load, type Sources } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';

function loader(t: Test) {
  const cwd = t.testdir({});
  return {
    cwd,
    file: (name: string, text: string) => writeFileSync(join(cwd, name), text),
    load: (sources: Partial<Sources> = {}): Loaded =>
      load({ flags: {}, env: {}, cwd, systemConfig: join(cwd, 'machine.yaml'), ...sources }, readers),
  };
}

/** The problems that loading ends in; fails the test when it does not. */
function problems(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.problems.join('\n');
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('without any source every option has its default', async (t) => {
  const { options, origins, notes } = loader(t).load();
  t.match(options, { platform: 'stv2', timeout: 5000, deadline: 60_000, concurrency: 256, attempts: 3 });
  t.match(options, { color: true, failOn: 'required', output: null, cloud: null, logLevel: 'warn' });
  t.strictSame(options.storage, []);
  t.ok(Object.values(origins).every((origin) => origin === 'default'));
  t.strictSame(notes, []);
});

t.test('a flag overrides a variable, a variable the file, the file the default', async (t) => {
  const { file, load, cwd } = loader(t);
  file('machine.yaml', 'timeout: 1\nattempts: 1\nconcurrency: 1\nstorage: [fromfile]\n');
  const env = { APIM_PROBE_TIMEOUT: '2', APIM_PROBE_ATTEMPTS: '2', APIM_PROBE_STORAGE: 'one, two three' };
  const { options, origins } = load({ flags: { timeout: ['3'] }, env });
  t.match(options, { timeout: 3, attempts: 2, concurrency: 1, deadline: 60_000 });
  t.strictSame(options.storage, ['one', 'two', 'three'], 'a stronger list replaces a weaker one');
  t.equal(origins.timeout, 'flag --timeout');
  t.equal(origins.attempts, 'variable APIM_PROBE_ATTEMPTS');
  t.equal(origins.concurrency, `${cwd}/machine.yaml:3:1`);
  t.equal(origins.deadline, 'default');
});

t.test('an empty variable counts as not set', async (t) => {
  t.equal(
    loader(t).load({ env: { APIM_PROBE_TIMEOUT: '', APIM_PROBE_STORAGE: ' ' } }).origins.timeout,
    'default',
  );
});

t.test('switches in variables', async (t) => {
  const { load } = loader(t);
  t.equal(load({ env: { APIM_PROBE_QUIET: 'yes', APIM_PROBE_COLOR: '0' } }).options.quiet, true);
  t.equal(load({ env: { APIM_PROBE_COLOR: '0' } }).options.color, false);
  t.match(
    problems(() => load({ env: { APIM_PROBE_QUIET: 'maybe' } })),
    /quiet: "maybe".*APIM_PROBE_QUIET.*true or false/,
  );
});

t.test('several values with commas between, as variables have them', async (t) => {
  const { load, file } = loader(t);
  t.strictSame(load({ env: { APIM_PROBE_ONLY: 'sql,dns' } }).options.only, ['sql', 'dns']);
  const flag = (values: Record<string, string[]>) => problems(() => load({ flags: values }));
  t.equal(
    flag({ only: ['sql,dns'] }),
    'only: "sql,dns" (flag --only) holds 2 values; give --only once for each',
  );
  t.match(flag({ storage: ['one1, two2,three3'] }), /holds 3 values; give --storage once for each$/);
  t.match(flag({ only: ['sql,banana'] }), /must be one of storage-blob, /);
  t.match(flag({ region: ['westeurope,northeurope'] }), /^(?!.*holds)/, 'an option with one value');
  file('machine.yaml', 'dnsServer: 10.0.0.4,10.0.0.5\n');
  t.match(
    problems(() => load()),
    /^dnsServer: .*machine\.yaml.* holds 2 values; write a list: \[ONE, TWO\]$/,
  );
});

t.test('NO_COLOR and TERM=dumb take colour away, and our own options rank above them', async (t) => {
  const { load } = loader(t);
  t.equal(load({ env: { NO_COLOR: '1' } }).options.color, false);
  t.equal(load({ env: { NO_COLOR: '' } }).options.color, true);
  t.equal(load({ env: { TERM: 'dumb' } }).options.color, false);
  t.equal(load({ env: { NO_COLOR: '1' }, flags: { color: true } }).options.color, true);
  t.equal(load({ env: { NO_COLOR: '1', APIM_PROBE_COLOR: 'true' } }).options.color, true);
  t.equal(load({ env: { NO_COLOR: '1' } }).origins.color, 'variable NO_COLOR');
});

t.test('the config file: named, or of the machine', async (t) => {
  const { file, load, cwd } = loader(t);
  file('machine.yaml', 'timeout: 10\n');
  t.equal(load().options.timeout, 10);
  t.equal(load().configFile, join(cwd, 'machine.yaml'));
  t.match(load({ flags: { config: false } }), { options: { timeout: 5000 }, configFile: null });
  t.equal(load({ flags: { config: false }, env: { APIM_PROBE_CONFIG: 'x' } }).configFile, null);
  file('named.json', '{\n\t"$schema": "./schema.json",\n\t"timeout": 30, "storage": "one"\n}\n');
  const named = load({ flags: { config: ['named.json'] } });
  t.equal(named.options.timeout, 30);
  t.strictSame(named.options.storage, ['one'], 'one value stands for a list of one');
  t.equal(load({ env: { APIM_PROBE_CONFIG: join(cwd, 'named.json') } }).options.timeout, 30);
  file('empty.yaml', '# nothing\n');
  t.equal(load({ flags: { config: ['empty.yaml'] } }).options.timeout, 5000);
});

t.test('paths are relative to the current folder, in a config file to its folder', async (t) => {
  const { load, cwd } = loader(t);
  mkdirSync(join(cwd, 'sub'));
  writeFileSync(join(cwd, 'sub', 'c.yaml'), 'output: r.json\nformat: [text=t.txt, json=-]\n');
  const { options } = load({ flags: { config: ['sub/c.yaml'] } });
  t.equal(options.output, join(cwd, 'sub', 'r.json'));
  t.strictSame(options.format, [
    { format: 'text', file: join(cwd, 'sub', 't.txt') },
    { format: 'json', file: '-' },
  ]);
  t.equal(load({ flags: { output: ['x.json'] } }).options.output, join(cwd, 'x.json'));
  t.equal(load({ flags: { output: ['-'] } }).options.output, '-');
});

t.test('a config file that cannot be read', async (t) => {
  const { load, cwd } = loader(t);
  t.match(
    problems(() => load({ flags: { config: ['absent.yaml'] } })),
    `${cwd}/absent.yaml cannot be read: it does not exist`,
  );
  t.match(
    problems(() => load({ flags: { config: ['.'] } })),
    /is not a regular file/,
  );
  t.match(
    problems(() => load({ flags: { config: [''] } })),
    /config: "" \(flag --config\) must name a file/,
  );
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  t.match(
    problems(() => load({ flags: { config: ['pipe'] } })),
    /is not a regular file/,
    'without waiting for a writer',
  );
});

t.test('a config file as Windows PowerShell writes it: UTF-16 with a byte order mark', async (t) => {
  const { load, cwd } = loader(t);
  const text = Buffer.from('\ufefftimeout: 7\r\n', 'utf16le');
  for (const [name, bytes] of [
    ['le.yaml', text],
    ['be.yaml', Buffer.from(text).swap16()],
  ] as const) {
    writeFileSync(join(cwd, name), bytes);
    t.equal(load({ flags: { config: [name] } }).options.timeout, 7, name);
  }
});

t.test('a malformed config file is reported with file, line and column', async (t) => {
  for (const [name, text, expected] of [
    [
      'indented.yaml',
      'storage: x\n  quiet: true\n',
      /indented\.yaml:2:1: this line is indented, so it would be/,
    ],
    ['uneven.yaml', 'storage:\n - a\n- b\n', /uneven\.yaml:3:1: this item is not indented as those above/],
    ['less.yaml', '  storage: a\nsql: b\n', /less\.yaml:2:1: this line is not indented as the ones before/],
    ['colon.yaml', 'storage: a: b\n', /colon\.yaml:1:10: the value has a colon and a space in it/],
    ['nested.yaml', 'storage:\n  name: a\n', /nested\.yaml:2:3\) must be text, without a key before it/],
    ['word.yaml', 'storage a\nsql: b\n', /word\.yaml:1:1: this is not a line of the form “key: value”/],
    ['item.yaml', 'storage: - a\n', /item\.yaml:1:10: a list begins on the line below its key/],
    ['quote.yaml', 'storage: "a\nsql: b\n', /quote\.yaml:3:1: a quotation mark before here is not closed/],
    ['at.yaml', 'storage: @a\n', /at\.yaml:1:10: a value cannot begin with this character/],
    ['longer.yaml', 'label: env=prod\n  team=x\n', /longer\.yaml:1:8: the value goes on in the next line/],
    ['octal.yaml', 'storage: 0123\n', /storage: 0123 \(.*octal\.yaml:1:10\) must be text; put it in quotes/],
    ['infinite.yaml', 'timeout: .inf\n', /timeout: \.inf \(.*:1:10\) must be a whole number/],
    ['half.json', '{"sql": 1.50, "timeout": 1e400}', /sql: 1\.50 \(.*timeout: 1e400 \(/s],
    ['twice.yaml', 'timeout: 5\ntimeout: 6\n', /twice\.yaml:2:1: this option is in the file twice/],
    ['open.yaml', 'timeout: 5\nstorage: [a\n', /open\.yaml:3:1: /],
    ['comma.json', '{"timeout": 1,,}', /comma\.json:1:15: a comma or a bracket that does not belong here$/m],
    [
      'colon.json',
      '{\n  "timeout" 1000\n}',
      /colon\.json:2:13: a comma, a colon or a closing bracket is missing before here$/m,
    ],
    ['list.yaml', '- a\n', /list\.yaml:1:1: must hold options/],
    ['two.yaml', 'timeout: 1\n---\ntimeout: 2\n', /two\.yaml:2:1: a second document/],
    ['tag.yaml', 'timeout: !secret 1\n', /tag\.yaml:1:10: an unknown tag \(!\)/],
    ['alias.yaml', 'storage: *gone\n', /alias\.yaml:1:\d+: /],
    ['tab.yaml', 'a:\n\tb: 1\n', /tab\.yaml:2:1: /],
    [
      'cycle.yaml',
      'timeout: 1\nstorage: &a [*a]\n',
      /cycle\.yaml:2:14: an alias \(\*\) that contains itself/,
    ],
    ['deep.yaml', 'storage: {a: &x {b: *x}}\n', /deep\.yaml:1:10: an alias \(\*\) that contains itself/],
    ['binary.yaml', '\u0000\u0001\u0002', /binary\.yaml is cut off: UTF-16/],
  ] as const) {
    const { file, load } = loader(t);
    file(name, text);
    t.match(
      problems(() => load({ flags: { config: [name] } })),
      expected,
      name,
    );
  }
});

t.test('nothing of a malformed config file is repeated: it may be a secret', async (t) => {
  const canary = 'canary7f3a91';
  for (const [text, expected] of [
    [
      `target: [https://a.example]]\nonChange: curl -u u:${canary} http://x\n`,
      /:1:\d+: a comma or a bracket/,
    ],
    [`region: a}\n${canary}\n`, /:\d:\d+: /],
    [`onChange: !${canary}\n`, /:1:11: an unknown tag/],
    [`onChange: !!${canary} x\n`, /:1:11: an unknown tag/],
    [`onChange: !<${canary}\n`, /:1:\d+: /],
    [`onChange: >${canary}\n  x\n`, /:1:\d+: text behind > or \|/],
    [`onChange: *${canary}\n`, /:1:11: a value that begins with \*/],
    [`onChange: "\\U${canary}"\n`, /:1:\d+: an invalid escape/],
    [`%${canary} x\n---\nregion: a\n`, /:1:1: a directive \(%\)/],
    [`onChange: [a, b\n${canary}: x\n`, /:\d:\d+: /],
    [`onChange: "${canary}\n`, /:\d:\d+: /],
    [`onChange: 'a' ${canary}\n`, /:1:\d+: /],
    [`onChange: @${canary}\n`, /:1:11: a value cannot begin with this character/],
    [`onChange: {a: ${canary}}}\n`, /:1:\d+: /],
  ] as const) {
    const { file, load } = loader(t);
    file('broken.yaml', text);
    const message = problems(() => load({ flags: { config: ['broken.yaml'] } }));
    t.match(message, expected, text);
    t.notMatch(message, canary);
  }
});

t.test('wrong keys and values of a file name the place, the value and the fix', async (t) => {
  const { file, load } = loader(t);
  file(
    'machine.yaml',
    'dns-server: 1.1.1.1\ntimeout: "5"\nstorage:\n  - good\n  - bad_name\n  - 12\nquiet:\nregion: [a]\nconfig: other.yaml\nwholly-else: 1\n',
  );
  const text = problems(() => load());
  t.match(text, /machine\.yaml:1:1: unknown key "dns-server"\. Did you mean dnsServer\?/);
  t.match(text, /timeout: "5" \(.+:2:10\) must be a whole number of milliseconds from 1 to 600000/);
  t.match(text, /storage: "bad_name" \(.+:5:5\) has "_" in the label/);
  t.match(text, /storage: 12 \(.+:6:5\) must be text; put it in quotes/);
  t.match(text, /:7:1: quiet has no value/);
  t.match(text, /:8:1: region takes one value, not a list/);
  t.match(text, /:9:1: a config file cannot name another one/);
  t.match(text, /:10:1: unknown key "wholly-else"\. Correct or remove it/);
});

t.test('an unknown variable suggests the nearest, and its value is not shown', async (t) => {
  const text = problems(() => loader(t).load({ env: { APIM_PROBE_TIMEOUTS: 's3cret' } }));
  t.match(text, /APIM_PROBE_TIMEOUTS is unknown\. Did you mean APIM_PROBE_TIMEOUT\?/);
  t.notMatch(text, 's3cret');
});

t.test('all problems are reported at once, from every source', async (t) => {
  const { file, load } = loader(t);
  file('machine.yaml', 'attempts: 11\nnonsense: 1\n');
  const text = problems(() =>
    load({
      flags: { timeout: ['0'], only: ['sqll'], vip: ['10.0.0.300'], caFile: ['absent.pem'] },
      env: { APIM_PROBE_CONCURRENCY: '5000', APIM_PROBE_X: '1' },
    }),
  );
  for (const part of [
    'attempts: 11',
    'unknown key "nonsense"',
    'timeout: 0',
    'Did you mean sql?',
    'vip: "10.0.0.300"',
    'absent.pem',
    'concurrency: 5000',
    'APIM_PROBE_X is unknown',
  ]) {
    t.ok(text.includes(part), part);
  }
});

t.test('numbers have bounds', async (t) => {
  const { load } = loader(t);
  for (const [key, good, bad] of [
    ['timeout', ['1', '600000'], ['0', '600001', '-5', 'abc', '1.5', '', '1e3', '5s']],
    ['deadline', ['1', '3600000'], ['0', '3600001']],
    ['concurrency', ['1', '4096'], ['0', '4097']],
    ['attempts', ['1', '10'], ['0', '11']],
  ] as const) {
    for (const text of good)
      t.equal(load({ flags: { [key]: [text] } }).options[key], Number(text), `${key} ${text}`);
    for (const text of bad) {
      t.match(
        problems(() => load({ flags: { [key]: [text] } })),
        new RegExp(`${key}: .*whole number`),
        `${key} ${text}`,
      );
    }
  }
});

t.test('certificate files are checked', async (t) => {
  const { file, load } = loader(t);
  file('der.pem', 'no certificate at all');
  file('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  t.match(
    problems(() => load({ flags: { caFile: ['der.pem'] } })),
    /caFile: .*der\.pem.*holds no PEM certificate/,
  );
  t.match(
    problems(() => load({ flags: { caFile: ['broken.pem'] } })),
    /holds a PEM block that is not a certificate \(number 1 of 1\)/,
  );
  t.match(
    problems(() => load({ flags: { caFile: ['.'] } })),
    /is not a regular file/,
  );
  t.match(
    problems(() => load({ flags: { caFile: ['gone.pem'] } })),
    /gone\.pem.*does not exist/,
  );
  const { rootCertificates } = await import('node:tls');
  file('root.pem', rootCertificates.slice(0, 2).join('\n'));
  t.equal(load({ flags: { caFile: ['root.pem'] } }).options.caFile.length, 1);
});

t.test('contradictions are errors, oddities are notes', async (t) => {
  const { load } = loader(t);
  t.match(
    problems(() => load({ flags: { only: ['sql'] }, env: { APIM_PROBE_SKIP: 'sql,smtp' } })),
    /only and skip both name the group sql \(flag --only; variable APIM_PROBE_SKIP\)/,
  );
  t.match(
    problems(() => load({ flags: { require: ['kms'], optional: ['kms'] } })),
    /require and optional/,
  );
  t.match(
    problems(() => load({ flags: { only: ['dns'], require: ['sql', 'dns'] } })),
    /^require names the group sql \(flag --require\), which only \(flag --only\) leaves out: give --only sql as well/,
  );
  t.match(
    problems(() => load({ flags: { require: ['kms'] }, env: { APIM_PROBE_SKIP: 'kms' } })),
    /which skip \(variable APIM_PROBE_SKIP\) leaves out: remove one of them/,
  );
  t.match(
    load({ flags: { only: ['dns'] }, env: { APIM_PROBE_REQUIRE: 'sql' } }).notes.join(),
    /^require names the group sql \(variable APIM_PROBE_REQUIRE\), which only \(flag --only\) leaves out/,
    'a standing option gives way to a flag',
  );
  t.match(load({ flags: { deadline: ['10'] } }).notes.join(), /deadline \(10 ms\) is shorter than timeout/);
  t.match(load({ flags: { vip: ['10.0.0.4'] } }).notes.join(), /vip has no effect without apim/);
  t.match(
    load({ flags: { location: ['uksouth'] } }).notes.join(),
    /location has no effect without apim: it is for the host names of its regional gateways/,
  );
  t.strictSame(load({ flags: { location: ['uksouth'], apim: ['contoso'] } }).notes, []);
  t.match(
    problems(() => load({ flags: { onChange: ['true'] } })),
    /onChange \(flag --on-change\) needs stored reports to find a change: give --state DIR/,
  );
  const scheduled = { APIM_PROBE_ON_CHANGE: 'true' };
  t.match(load({ env: scheduled }).notes.join(), /onChange has no effect without state/);
  t.strictSame(load({ env: { ...scheduled, APIM_PROBE_STATE: 'state' } }).notes, []);
});

t.test('a platform is of the classic tiers alone', async (t) => {
  const { load } = loader(t);
  t.equal(load({ flags: { tier: ['premium-v2'], units: ['30'] } }).options.tier, 'premium-v2');
  t.equal(
    problems(() => load({ flags: { tier: ['standard-v2'], platform: ['stv2'] } })),
    'platform: stv2 (flag --platform) is of the classic tiers, and Standard v2 has none: leave platform out, or give ' +
      'another tier than standard-v2 (flag --tier)',
  );
  t.match(
    problems(() => load({ flags: { tier: ['premium-v2'], units: ['31'] } })),
    /^units: 31 \(flag --units\) is more than the 30 units of the Premium v2 tier/,
  );
});

t.test('the Developer tier has one unit', async (t) => {
  const { load } = loader(t);
  t.equal(load({ flags: { tier: ['developer'], units: ['1'] } }).options.units, 1);
  t.equal(load({ flags: { units: ['31'] } }).options.units, 31);
  t.equal(
    problems(() => load({ flags: { tier: ['developer'] }, env: { APIM_PROBE_UNITS: '2' } })),
    'units: 2 (variable APIM_PROBE_UNITS) is more than the one unit of the Developer tier; leave units out, or ' +
      'give --tier premium',
  );
  t.match(
    problems(() => load({ flags: { tier: ['developr'], units: ['2'] } })),
    /^tier: [^\n]*$/,
    'a tier that is wrong itself is one problem',
  );
});

t.test('a preset ranks below flags, and hides files and variables', async (t) => {
  const { file, load } = loader(t);
  file('machine.yaml', 'nonsense: 1\n');
  const preset = { origin: 'scenario x', values: { timeout: 7, connectTo: ['::127.0.0.1:1'], quiet: true } };
  const { options, origins } = load({
    preset,
    env: { APIM_PROBE_TIMEOUT: 'junk' },
    flags: { attempts: ['2'] },
  });
  t.match(options, { timeout: 7, attempts: 2, quiet: true });
  t.strictSame(options.connectTo, [{ host: null, port: null, address: '127.0.0.1', toPort: 1 }]);
  t.equal(origins.timeout, 'scenario x');
});

t.test('secrets in a value are not repeated, whatever the option', async (t) => {
  const { file, load } = loader(t);
  const flags = {
    target: [
      'https://user:p4ss/w0rd@host/',
      'tcp://u:p4ss@h:1',
      'https://h/?a=1&sig=p4ss%3D',
      'https://u:p4?ss@h',
    ],
    storage: ['https://u:p4ss@h/'],
    dnsServer: ['u:p4ss@1.1.1.1'],
    connectTo: ['u:p4ss@h:1:2:3'],
    region: ['https://h/?code=p4ss'],
  };
  const text = problems(() => load({ flags }));
  t.match(text, /user-info/);
  t.match(text, /holds a credential in its query \(sig=/);
  t.notMatch(text, 'p4ss');
  t.notMatch(text, 'w0rd');
  file('c.yaml', 'target: {url: "https://u:p4ss@h/"}\n');
  t.notMatch(
    problems(() => load({ flags: { config: ['c.yaml'] } })),
    'p4ss',
  );
});

t.test('a config file that is nested without end is one problem', async (t) => {
  const { file, load } = loader(t);
  for (const text of ['['.repeat(50_000), `storage: ${'['.repeat(20_000)}${']'.repeat(20_000)}`]) {
    file('machine.yaml', text);
    const message = problems(() => load());
    t.match(
      message,
      /^.*machine\.yaml:1:\d+: nested far too deep; an option is a value or a list of values$/,
    );
  }
});

t.test('~ is the shell’s, and is not expanded here', async (t) => {
  const { file, load } = loader(t);
  file('machine.yaml', 'state: ~/probe\ncaFile: ~/root.pem\nlogFile: ~other.log\n');
  const message = problems(() => load());
  t.match(message, /state: "~\/probe" \(.*\) begins with ~, which is not expanded here: write the full path/);
  t.match(message, /caFile: "~\/root\.pem"/);
  t.notMatch(message, 'logFile', 'a name may begin so');
});

t.test('a suggestion fixes a typo, and is not another word', (t) => {
  const names = ['run', 'plan', 'sql', 'kms', 'ntp', 'storage-blob', 'key-vault', 'require', 'timeout'];
  for (const [word, meant] of [
    ['slq', 'sql'],
    ['plna', 'plan'],
    ['runn', 'run'],
    ['stor', 'storage-blob'],
    ['sotrageblobb', 'storage-blob'],
    ['keyvalt', 'key-vault'],
  ] as const)
    t.equal(didYouMean(word, names), ` Did you mean ${meant}?`);
  for (const word of ['tcp', 'foo', 'x', '', 'ab', 'plot', 'sky', 'version', 'storage'.repeat(20)])
    t.equal(didYouMean(word, names), '', word);
  t.end();
});
