/** `apim-probe compare`, from files to an exit code. */
import t, { type Test } from 'tap';
import { entry, location } from '../azure/replies.ts';
import { DROPPED, finding, target, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';

const VAULT = ['key-vault', 'kv.vault.azure.net', 443] as const;
const reached = writtenReport({ targets: [target(...VAULT, { required: true })] });
const missed = writtenReport({
  verdict: 'blocked',
  startedAt: '2026-05-05T08:30:00.000Z',
  targets: [target(...VAULT, { required: true, ...DROPPED })],
});
const optional = writtenReport({ verdict: 'degraded', targets: [target(...VAULT, DROPPED)] });
const statusReply = (status: string, isOptional = false) => [
  location('West Europe', [entry('AzureKeyVault', 'https://kv.vault.azure.net', { status, isOptional })]),
];

const expired = writtenReport({
  verdict: 'blocked',
  targets: [target(...VAULT, { required: true })],
  findings: [finding({ cause: 'wrong-certificate', evidence: ['key-vault/kv.vault.azure.net:443'] })],
});

const FILES = {
  'expired.json': JSON.stringify(expired),
  'reached.json': JSON.stringify(reached),
  'missed.json': JSON.stringify(missed),
  'optional.json': JSON.stringify(optional),
  'other.json': JSON.stringify(writtenReport({ targets: [target('ntp', 'time.example', 123)] })),
  'success.json': JSON.stringify(statusReply('success')),
  'failure.json': JSON.stringify({ value: statusReply('failure') }),
  'unneeded.json': JSON.stringify(statusReply('success', true)),
  'defect.json': JSON.stringify([location('West Europe', [{ name: 7 }])]),
  'page.json': '<html><body>Sign in</body></html>',
};

function compare(t: Test, ...argv: readonly string[]) {
  return invoke(['compare', ...argv], { cwd: t.testdir(FILES) });
}

t.test('a report and NetworkStatus, in either order', async (t) => {
  for (const files of [
    ['reached.json', 'failure.json'],
    ['failure.json', 'reached.json'],
  ]) {
    const { code, out, err } = await compare(t, ...files);
    t.equal(code, 1, 'a required endpoint is in dispute');
    t.equal(err, '');
    t.match(out, /service-fails/);
    t.match(out, /1 disagreement, 1 on required endpoints; 1 endpoint compared\.\n$/);
  }
});

t.test('NetworkStatus as PowerShell saves it', async (t) => {
  const response = { StatusCode: 200, Content: FILES['failure.json'] };
  const files = { ...FILES, 'response.json': JSON.stringify(response), 'unknown.json': '{"a": 1}' };
  const at = (...argv: readonly string[]) => invoke(['compare', ...argv], { cwd: t.testdir(files) });
  const { code, out } = await at('reached.json', 'response.json');
  t.equal(code, 1);
  t.match(out, /service-fails/);
  t.match(
    (await at('reached.json', 'unknown.json')).err,
    'is JSON, but not a report: it has no schemaVersion',
  );
});

t.test('the exit code depends on required endpoints that differ or got worse', async (t) => {
  t.equal((await compare(t, 'reached.json', 'expired.json')).code, 1, 'or on a new error');
  t.equal((await compare(t, 'expired.json', 'reached.json')).code, 0);
  for (const [files, code] of [
    [['reached.json', 'success.json'], 0],
    [['missed.json', 'success.json'], 1],
    [['missed.json', 'failure.json'], 0],
    [['optional.json', 'unneeded.json'], 0],
    [['reached.json', 'missed.json'], 1],
    [['missed.json', 'reached.json'], 0],
    [['reached.json', 'optional.json'], 0],
    [['reached.json', 'reached.json'], 0],
    [['other.json', 'success.json'], 3],
    [['other.json', 'reached.json'], 3],
  ] as const) {
    t.equal((await compare(t, ...files)).code, code, files.join(' and '));
  }
});

t.test('as JSON', async (t) => {
  const service = await compare(t, 'missed.json', 'success.json', '--format', 'json');
  t.match(JSON.parse(service.out), {
    kind: 'report-and-network-status',
    endpoints: [{ name: 'https://kv.vault.azure.net', combination: 'vm-fails', required: true }],
    disagreements: { total: 1, required: 1 },
  });
  const reports = await compare(t, '--format=json', 'reached.json', 'missed.json');
  t.match(JSON.parse(reports.out), {
    kind: 'reports',
    verdict: 'worse',
    targets: { changed: [{ id: 'key-vault/kv.vault.azure.net:443', change: 'worse' }] },
  });
});

t.test('what cannot be compared is refused with a reason for each file', async (t) => {
  for (const [files, expected] of [
    [
      ['gone.json', 'page.json'],
      /2 problems:\n {2}- "gone\.json" cannot be read: it does not exist.*\n {2}- "page\.json" is an HTML page/,
    ],
    [
      ['reached.json', 'defect.json'],
      /"defect\.json" is a reply of Azure with defects \(\.\[0\]\.networkStatus/,
    ],
    [
      ['success.json', 'failure.json'],
      /both files are NetworkStatus replies: one of them must be a JSON report/,
    ],
    [['reached.json', 'success.json', '--format', 'xml'], /--format "xml" must be one of table, json/],
  ] as const) {
    const { code, out, err } = await compare(t, ...files);
    t.equal(code, 2, files.join(' '));
    t.equal(out, '');
    t.match(err, expected);
  }
});

t.test('it reads no variables of a run', async (t) => {
  const cwd = t.testdir({ ...FILES });
  const env = { APIM_PROBE_TIMEOUT: 'nonsense' };
  t.equal((await invoke(['compare', 'reached.json', 'success.json'], { cwd, env })).code, 0);
});
