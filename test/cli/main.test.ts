import t from 'tap';
import { COMMAND_NAMES } from '../../src/cli/command.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { invoke } from './harness.ts';

t.test('bad input: exit 2, a clear message, and nothing on stdout', async (t) => {
  const cwd = t.testdir({
    'bad.yaml': 'timeout: [\n',
    'key.yaml': 'timeuot: 5\n',
    'der.pem': 'nothing',
    folder: {},
  });
  const none: NodeJS.ProcessEnv = {};
  for (const [argv, env, expected] of [
    [['--tiemout', '5'], none, /unknown option --tiemout\. Did you mean --timeout\?/],
    [['--dnsServer', '1.1.1.1'], none, /unknown option --dnsServer\. Did you mean --dns-server\?/],
    [['-x'], none, /unknown option -x/],
    [['plann'], none, /unknown command "plann"\. Did you mean plan\?/],
    [['compare'], none, /"apim-probe compare" needs the state folder: --state DIR, APIM_PROBE_STATE/],
    [
      ['compare', 'a'],
      none,
      /"apim-probe compare" needs two files, the older first, or none: then it compares the last two runs/,
    ],
    [['compare', 'a', 'b', '--state', 'c'], none, /--state is for a comparison without files/],
    [
      ['compare'],
      { APIM_PROBE_STATE: 'gone' },
      /state: ".*gone" \(variable .*\) cannot be read: it does not/,
    ],
    [['history'], none, /"apim-probe history" needs the state folder/],
    [['history', '--state', 'der.pem'], none, /state: .*der\.pem" \(flag --state\) is not a folder/],
    [['history', '--state', 'folder', '--limit', '0'], none, /--limit "0" must be a whole number from 1/],
    [['--state', 'der.pem'], none, /--state ".*der\.pem" is not a folder/],
    [['--state', '-'], none, /state: "-" \(flag --state\) must name a file or folder/],
    [['--keep-count', '1'], none, /keepCount: 1 \(flag --keep-count\) must be a whole number from 2/],
    [['--on-change', 'true'], none, /onChange \(flag --on-change\) needs stored reports.*--state DIR/],
    [
      ['--on-change', ' ', '--state', 'folder'],
      none,
      /onChange: the value, not repeated here, \(flag --on-change\) must be a command/,
    ],
    [['--log-file', 'gone/log'], none, /--log-file ".*gone\/log" cannot be opened: it does not exist/],
    [['--log-file', 'folder'], none, /--log-file ".*folder" cannot be opened: it is a folder/],
    [['--log-file', 'x', '--output', 'x'], none, /logFile: ".*x" \(flag --log-file\) is also where a report/],
    [['--log-file', 'x', '--format', 'text=./x'], none, /is also where a report goes/],
    [['plan', '--state', 'folder'], none, /"apim-probe plan" has no option --state; it belongs to/],
    [['compare', 'a', 'b', 'c'], none, /unexpected argument "c" after "compare"/],
    [['compare', 'a', 'b', '--quiet'], none, /"apim-probe compare" has no option --quiet/],
    [['render'], none, /"apim-probe render" needs REPORT: apim-probe render REPORT/],
    [['upgrade'], none, /unknown command "upgrade"/],
    [['--', 'stray'], none, /unknown command "stray"/],
    [['run', 'extra'], none, /unexpected argument "extra" after "run"/],
    [
      ['explain', 'clock-skew', 'banana'],
      none,
      /"clock-skew banana" is no cause, failure, verdict, port or word that this explains\. Try fewer words: clock-skew\./,
    ],
    [['--storage', 'a', 'plan', 'run'], none, /unexpected argument "run" after "plan"/],
    [['--timeout'], none, /--timeout needs a value: --timeout MS/],
    [['--timeout', '--quiet'], none, /--timeout needs a value/],
    [['--timeout='], none, /timeout: "" \(flag --timeout\) must be a whole number/],
    [['--timeout', 'abc'], none, /timeout: "abc" \(flag --timeout\) must be a whole number of milliseconds/],
    [['--timeout', '1', '--timeout', '2'], none, /--timeout is given 2 times/],
    [['--quiet=maybe'], none, /--quiet takes no value/],
    [['--quiet', '--no-quiet'], none, /--quiet and --no-quiet exclude each other/],
    [['--no-timeout'], none, /unknown option --no-timeout/],
    [
      ['--constructor', '--toString=1', '--__proto__'],
      none,
      /unknown option --constructor[\s\S]*--toString[\s\S]*--__proto__/,
    ],
    [['--target.host', 'x'], none, /unknown option --target\.host/],
    [['--controls'], none, /"apim-probe run" has no option --controls; it belongs to "apim-probe plan"/],
    [['plan', '--output', 'x'], none, /"apim-probe plan" has no option --output/],
    [
      ['plan', '--format', 'jsn'],
      none,
      /--format "jsn" must be one of table, json, csv\. Did you mean json\?/,
    ],
    [
      ['render', 'r.json', '--format', 'html=r.html'],
      none,
      /--format "html=r\.html" names a file, but this command prints to stdout; give --format html > FILE/,
    ],
    [['plan', '--format', 'csv', '--format', 'json'], none, /--format is given 2 times/],
    [['schema', '--timeout', '5'], none, /"apim-probe schema" has no option --timeout/],
    [['demo', '--scenario', 'helthy'], none, /--scenario "helthy" is unknown\. Did you mean healthy\?/],
    [['demo', '--timeout', '1'], none, /"apim-probe demo" has no option --timeout/],
    [
      ['explain', 'tcp_timout'],
      none,
      /is no cause, failure, verdict, port or word that this explains\. Did you mean tcp_timeout\?/,
    ],
    [['--config', 'bad.yaml'], none, /bad\.yaml:2:1: /],
    [['--config', 'key.yaml'], none, /key\.yaml:1:1: unknown key "timeuot"\. Did you mean timeout\?/],
    [['--config', 'gone.yaml'], none, /gone\.yaml cannot be read: it does not exist/],
    [
      [],
      { APIM_PROBE_TIMEUOT: '1' },
      /variable APIM_PROBE_TIMEUOT is unknown\. Did you mean APIM_PROBE_TIMEOUT\?/,
    ],
    [
      ['plan'],
      { APIM_PROBE_CLOUD: 'publc' },
      /cloud: "publc" \(variable APIM_PROBE_CLOUD\).*Did you mean public\?/,
    ],
    [['--target', 'tcp://a.example:70000'], none, /port belongs, which is out of range: 1 to 65535/],
    [['--target', 'gopher://a.example'], none, /unknown scheme "gopher:\/\/".*Known: tcp:\/\//],
    [['--target', `https://${'a'.repeat(64)}.example`], none, /a label has at most 63/],
    [['--sql', `${'a.'.repeat(130)}example`], none, /a host name has at most 253/],
    [['--ca-file', 'gone.pem'], none, /caFile: .*gone\.pem.*does not exist/],
    [['--ca-file', 'der.pem'], none, /holds no PEM certificate/],
    [['--output', 'folder'], none, /--output .*folder cannot be written: it is a folder/],
    [['--output', 'gone/r.json'], none, /the folder .*gone does not exist/],
    [['--output', 'r.json', '--format', 'text=./r.json'], none, /both write to the same file/],
    [['--output', '-', '--format', 'text=-'], none, /both write to stdout/],
    [['--format', 'pdf=x'], none, /unknown format "pdf"/],
  ] as const) {
    const { code, out, err } = await invoke(argv, { cwd, env });
    const name = `${argv.join(' ')} ${Object.keys(env).join(' ')}`;
    t.equal(code, 2, name);
    t.equal(out, '', 'stdout stays empty');
    t.match(err, expected, 'names the problem');
    t.match(err, /No endpoint was contacted\./);
    t.notMatch(err, /\n\s+at /, 'no stack');
  }
});

t.test('all problems of a command line are reported at once', async (t) => {
  const { err } = await invoke(
    ['run', 'extra', '--tiemout', '5', '--region', '--attempts', '1', '--attempts', '2'],
    { cwd: t.testdir({}) },
  );
  t.match(err, /4 problems:/);
  for (const part of ['"extra"', '--tiemout', '--region needs', '--attempts is given 2 times'])
    t.ok(err.includes(part), part);
});

t.test('a secret on a mistyped command line is not repeated', async (t) => {
  const cwd = t.testdir({});
  for (const argv of [
    ['--taregt', 'https://u:p4ss@h'],
    ['https://u:p4ss@h'],
    ['--target', 'https://u:p4ss@h'],
    ['--taregt=https://u:p4ss@h'],
    ['plan', 'https://h/?sig=p4ss'],
  ]) {
    const { code, err } = await invoke(argv, { cwd });
    t.equal(code, 2);
    t.notMatch(err, 'p4ss', argv.join(' '));
  }
});

t.test('--version and --help', async (t) => {
  const cwd = t.testdir({});
  t.match(await invoke(['--version'], { cwd }), { code: 0, out: /^\d+\.\d+\.\d+\n$/, err: '' });
  const { code, out } = await invoke(['--help'], { cwd, env: { APIM_PROBE_NONSENSE: '1' } });
  t.equal(code, 0, 'help is given in any environment');
  const [examples, commands, options] = ['Examples:', 'Commands', '--cloud'].map((part) => out.indexOf(part));
  t.ok(
    (examples ?? -1) > 0 && (examples ?? 0) < (commands ?? 0) && (commands ?? 0) < (options ?? 0),
    'in this order',
  );
  t.match(out.slice(examples, commands), /Before the deployment[\s\S]*After it[\s\S]*Scheduled/);
  t.match(await invoke(['-h'], { cwd }), { code: 0, out });
  t.match(await invoke(['help'], { cwd }), { code: 0, out });
  t.match(await invoke(['help', 'plan'], { cwd }), await invoke(['plan', '--help'], { cwd }));
  t.match(await invoke(['help', 'plna'], { cwd }), {
    code: 2,
    err: /unknown command "plna"\. Did you mean plan\?/,
  });
});

t.test('every help text fits 80 columns and names its options', async (t) => {
  const cwd = t.testdir({});
  for (const command of [[], ...COMMAND_NAMES.map((name) => [name])]) {
    const { code, out } = await invoke([...command, '--help'], { cwd });
    t.equal(code, 0);
    t.strictSame(
      out.split('\n').filter((line) => line.length > 80),
      [],
      command.join(),
    );
    t.match(out, /Examples:\n/);
  }
  const { out } = await invoke(['plan', '--help'], { cwd });
  t.match(out, /--controls/);
  t.notMatch(out, /--fail-on/);
});

t.test('schema prints JSON Schemas', async (t) => {
  const cwd = t.testdir({});
  const report = await invoke(['schema'], { cwd });
  t.equal(report.code, 0);
  t.match(JSON.stringify(JSON.parse(report.out)), /"schemaVersion".*"verdict"/);
  const config = await invoke(['schema', '--of', 'config'], { cwd });
  t.match(JSON.parse(config.out), { properties: { dnsServer: {}, timeout: { maximum: 600_000 } } });
});

t.test('one letter stands for --quiet, --verbose, --help and --version', async (t) => {
  const cwd = t.testdir({});
  t.match(parseCommandLine(['-q', '-v']), { invocation: { flags: { quiet: true, verbose: true } } });
  t.match(parseCommandLine(['render', 'r.json', '-v']), { invocation: { flags: { verbose: true } } });
  t.match((await invoke(['plan', '-x'], { cwd })).err, 'unknown option -x.');
  t.match((await invoke(['schema', '-v'], { cwd })).err, '"apim-probe schema" has no option --verbose');
  t.equal((await invoke(['-V'], { cwd })).out, (await invoke(['--version'], { cwd })).out);
});

t.test('config: each option with where it comes from', async (t) => {
  const cwd = t.testdir({ 'apim-probe.yaml': 'deadline: 9000\n' });
  const argv = [
    'config',
    '--config',
    'apim-probe.yaml',
    '--target',
    'https://a.example/x',
    '--connect-to',
    '::127.0.0.1:1',
  ];
  const env = { APIM_PROBE_ATTEMPTS: '2' };
  const table = await invoke(argv, { cwd, env });
  t.equal(table.code, 0);
  t.match(table.out, /attempts +2 +\[variable APIM_PROBE_ATTEMPTS\]/);
  t.match(table.out, /target +https:\/\/a\.example:443\/x +\[flag --target\]/);
  const json = JSON.parse((await invoke([...argv, '--format', 'json'], { cwd, env })).out);
  t.strictSame(json.deadline, { value: 9000, origin: `${cwd}/apim-probe.yaml:1:1` });
  t.strictSame(json.connectTo, { value: ['::127.0.0.1:1'], origin: 'flag --connect-to' });
  t.strictSame(json.cloud, { value: null, origin: 'default' });
});

t.test('demo --list names the scenarios', async (t) => {
  const { code, out } = await invoke(['demo', '--list'], { cwd: t.testdir({}) });
  t.equal(code, 0);
  for (const name of ['healthy', 'sql-blocked', 'forced-tunnel']) t.ok(out.includes(name), name);
});

t.test('a closed pipe ends a command without a message; a full disk is reported', async (t) => {
  const cwd = t.testdir({});
  t.match(await invoke(['schema'], { cwd, stdoutFails: 'EPIPE' }), { code: 0, err: '' });
  t.match(await invoke(['schema'], { cwd, stdoutFails: 'ENOSPC' }), {
    code: 4,
    err: /cannot be written: .*ENOSPC/,
  });
});
