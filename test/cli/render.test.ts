/** `apim-probe render`: an existing report in each format. */
import t from 'tap';
import { finding, parsedReport, report, withDropped } from '../report/samples.ts';
import { invoke } from './harness.ts';

const SAMPLE = report({ verdict: 'blocked', targets: withDropped(['sql']), findings: [finding()] });
const FILES = {
  'report.json': JSON.stringify(SAMPLE),
  'utf16.json': '',
  'younger.json': JSON.stringify({ ...SAMPLE, schemaVersion: '1.8.0', more: 1 }),
  'secret.json': JSON.stringify({
    ...SAMPLE,
    findings: [finding({ title: 'https://u:p4ss@h/?sig=CANARY' })],
  }),
  'other.json': '{"value":[]}',
  'future.json': JSON.stringify({ ...SAMPLE, schemaVersion: '2.0.0' }),
  'bad\u001b.json': '{',
};

t.test('text, JSON and NetworkStatus', async (t) => {
  const cwd = t.testdir(FILES);
  const text = await invoke(['render', 'report.json'], { cwd });
  t.match(text, { code: 0, err: '' });
  t.match(text.out, /✗ Outbound TCP 1433[\s\S]*BLOCKED/);
  const json = await invoke(['render', 'report.json', '--format', 'json'], { cwd });
  t.strictSame(parsedReport(json.out), SAMPLE);
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
  t.match(err, /note: it was written with schemaVersion 1\.8\.0/);
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
    [['future.json'], /"future\.json" has the schemaVersion 2\.0\.0/],
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
