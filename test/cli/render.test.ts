/** `apim-probe render`: an existing report in each format. */
import t from 'tap';
import { finding, withDropped, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';

const SAMPLE = writtenReport({ verdict: 'blocked', targets: withDropped(['sql']), findings: [finding()] });
const FILES = {
  'report.json': JSON.stringify(SAMPLE),
  'utf16.json': '',
  'younger.json': JSON.stringify({ ...SAMPLE, schemaVersion: '2.8.0', more: 1 }),
  'secret.json': JSON.stringify({
    ...SAMPLE,
    findings: [finding({ title: 'https://u:p4ss@h/?sig=CANARY' })],
  }),
  'other.json': '{"value":[]}',
  'past.json': JSON.stringify({ ...SAMPLE, schemaVersion: '1.3.0' }),
  'bad\u001b.json': '{',
};

t.test('text, JSON and NetworkStatus', async (t) => {
  const cwd = t.testdir(FILES);
  const text = await invoke(['render', 'report.json'], { cwd });
  t.match(text, { code: 0, err: '' });
  t.match(text.out, /✗ Outbound TCP 1433[\s\S]*BLOCKED/);
  const json = await invoke(['render', 'report.json', '--format', 'json'], { cwd });
  t.strictSame(JSON.parse(json.out), SAMPLE);
  const status = await invoke(['render', 'report.json', '--format', 'network-status'], { cwd });
  t.match(JSON.parse(status.out), [
    { location: 'westeurope', networkStatus: { dnsServers: ['168.63.129.16'] } },
  ]);
});

t.test('another minor version is read, and that is said', async (t) => {
  const { code, out, err } = await invoke(['render', 'younger.json', '--format', 'json'], {
    cwd: t.testdir(FILES),
  });
  t.equal(code, 0);
  t.strictSame(JSON.parse(out), SAMPLE);
  t.match(err, /note: it was written with schemaVersion 2\.8\.0/);
});

t.test('secrets stay behind, and with --redact strict names do', async (t) => {
  const cwd = t.testdir(FILES);
  for (const format of ['text', 'json', 'network-status']) {
    const { out } = await invoke(['render', 'secret.json', '--format', format], { cwd });
    t.notMatch(out, /p4ss|CANARY/);
    t.match(out, 'contoso');
    const strict = await invoke(['render', 'secret.json', '--format', format, '--redact', 'strict'], { cwd });
    t.equal(strict.code, 0);
    t.notMatch(strict.out, /p4ss|CANARY|contoso|10\.20\./);
  }
});

t.test('what cannot be rendered: exit 2, and why', async (t) => {
  const cwd = t.testdir(FILES);
  for (const [argv, expected] of [
    [['gone.json'], /"gone\.json" cannot be read: it does not exist/],
    [['other.json'], /"other\.json" is no report of apim-probe: it has no schemaVersion/],
    [['past.json'], /"past\.json" was written by apim-probe with schema 1\.3; this version reads 2\.x/],
    [['utf16.json'], /"utf16\.json" is empty/],
    [['bad\u001b.json'], /"bad\\u001b\.json" is (?:cut off|no JSON)/],
    [['.'], /is not a regular file; name a JSON report of apim-probe/],
    [['report.json', '--format', 'html'], /--format "html" must be one of json, text, network-status/],
    [['report.json', '--redact', 'all'], /redact: "all" \(flag --redact\) must be one of standard, strict/],
    [['a', 'b'], /unexpected argument "b" after "render"/],
  ] as const) {
    const { code, out, err } = await invoke(['render', ...argv], { cwd });
    t.equal(code, 2);
    t.equal(out, '');
    t.match(err, expected);
  }
});
