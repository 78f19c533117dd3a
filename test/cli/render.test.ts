/** `apim-probe render`: an existing report in each format. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REPORT_FORMATS } from '../../src/config/types.ts';
import { VERSION } from '../../src/version.ts';
import { failed } from '../diagnosis/build.ts';
import { finding, parsedReport, withDropped, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';

const SAMPLE = writtenReport({ verdict: 'blocked', targets: withDropped(['sql']), findings: [finding()] });
const FILES = {
  'report.json': JSON.stringify(SAMPLE),
  'secret.json': JSON.stringify({
    ...SAMPLE,
    findings: [finding({ title: 'https://u:p4ss@h/?sig=CANARY' })],
  }),
  'bad\u001b.json': '{',
};

t.test('text, JSON, HTML and NetworkStatus', async (t) => {
  const cwd = t.testdir(FILES);
  const text = await invoke(['render', 'report.json'], { cwd });
  t.match(text, { code: 0, err: '' });
  t.match(text.out, /✗ Outbound TCP 1433[\s\S]*BLOCKED/);
  const json = await invoke(['render', 'report.json', '--format', 'json'], { cwd });
  t.strictSame(JSON.parse(json.out), SAMPLE);
  const page = await invoke(['render', 'report.json', '--format', 'html'], { cwd });
  t.match(page, { code: 0, err: '', out: /^<!doctype html>[\s\S]*Outbound TCP 1433/ });
  const status = await invoke(['render', 'report.json', '--format', 'network-status'], { cwd });
  t.match(JSON.parse(status.out), [
    { location: 'westeurope', networkStatus: { dnsServers: ['168.63.129.16'] } },
  ]);
});

/** These have groups, and no host. */
const WITHOUT_HOSTS: ReadonlySet<string> = new Set(['prometheus', 'nagios']);

t.test('--format nagios exits as a check does', async (t) => {
  const codes = { ready: 0, degraded: 1, blocked: 2, inconclusive: 3 } as const;
  for (const [verdict, code] of Object.entries(codes)) {
    const cwd = t.testdir({ 'report.json': JSON.stringify({ ...SAMPLE, verdict }) });
    const { out, err, ...ended } = await invoke(['render', 'report.json', '--format', 'nagios'], { cwd });
    t.match(ended, { code });
    t.match(out, /^APIM PROBE [A-Z]+ - .* \| .*\n$/);
    t.equal(err, '');
  }
  // 2 would mean that the subnet is blocked.
  const none = await invoke(['render', 'gone.json', '--format', 'nagios'], { cwd: t.testdir({}) });
  t.match(none, { code: 3, err: '' });
  t.match(none.out, /^APIM PROBE UNKNOWN - _gone\.json_ cannot be read: it does not exist \(ENOENT\)\n$/);
});

t.test('secrets stay behind, and with --redact strict names do', async (t) => {
  const cwd = t.testdir(FILES);
  for (const format of REPORT_FORMATS) {
    const { out } = await invoke(['render', 'secret.json', '--format', format], { cwd });
    t.notMatch(out, /p4ss|CANARY/);
    t.match(out, WITHOUT_HOSTS.has(format) ? 'sql' : 'contoso');
    const strict = await invoke(['render', 'secret.json', '--format', format, '--redact', 'strict'], { cwd });
    t.equal(strict.code, format === 'nagios' ? 2 : 0);
    t.notMatch(strict.out, /p4ss|CANARY|contoso|10\.20\./);
  }
});

t.test('--judge-again judges what was observed with the rules of this version', async (t) => {
  const sql = failed('sql', 'a.database.windows.net', '20.2.2.2', 'tcp_timeout', {
    required: true,
    port: 1433,
  });
  const wrong = writtenReport({
    verdict: 'ready',
    targets: [{ ...sql, status: 'reachable', failure: null }],
  });
  const cwd = t.testdir({ 'report.json': JSON.stringify(wrong), 'secret.json': FILES['secret.json'] });
  const as = (...flags: string[]) => invoke(['render', 'report.json', ...flags], { cwd });
  t.match((await as()).out, 'READY');
  const text = await as('--judge-again');
  t.match(text, { code: 0, err: '' });
  t.match(text.out, /BLOCKED/);
  t.match(text.out, `Note: judged again with the rules of apim-probe ${VERSION}, after those of ${VERSION}`);
  const json = await as('--judge-again', '--format', 'json');
  t.match(parsedReport(json.out), {
    verdict: 'blocked',
    findings: [{ cause: 'outbound-dropped', evidence: [sql.id] }],
  });
  const hidden = await as('--judge-again', '--format', 'json', '--redact', 'strict');
  t.match(JSON.parse(hidden.out), { verdict: 'blocked', findings: [{ cause: 'outbound-dropped' }] });
  t.notMatch(hidden.out, /(?<![\w-])a\.database\.windows\.net/);
  const { out } = await invoke(['render', 'secret.json', '--judge-again', '--format', 'json'], { cwd });
  t.notMatch(out, /p4ss|CANARY/);
});

t.test('--judge-again refuses a report at the strict level', async (t) => {
  const cwd = t.testdir({ 'report.json': JSON.stringify(SAMPLE) });
  const strict = await invoke(['render', 'report.json', '--format', 'json', '--redact', 'strict'], { cwd });
  writeFileSync(join(cwd, 'strict.json'), strict.out);
  t.equal((await invoke(['render', 'strict.json'], { cwd })).code, 0, 'it can be shown');
  const refused = await invoke(['render', 'strict.json', '--judge-again'], { cwd });
  t.match(refused, { code: 2, out: '' });
  t.match(refused.err, /"strict\.json" cannot be judged again: its names and addresses are pseudonyms/);
});

t.test('what cannot be rendered: exit 2, and why', async (t) => {
  const cwd = t.testdir(FILES);
  for (const [argv, expected] of [
    [['gone.json'], /"gone\.json" cannot be read: it does not exist/],
    [['bad\u001b.json'], /"bad\\u001b\.json" is cut off/],
    [['report.json', '--format', 'pdf'], /--format "pdf" must be one of json, text, .*network-status/],
    [['report.json', '--redact', 'all'], /redact: "all" \(flag --redact\) must be one of standard, strict/],
    [['a', 'b'], /unexpected argument "b" after "render"/],
  ] as const) {
    const { code, out, err } = await invoke(['render', ...argv], { cwd });
    t.equal(code, 2);
    t.equal(out, '');
    t.match(err, expected);
  }
});
