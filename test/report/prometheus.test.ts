/** The metrics, as promtool and node_exporter's textfile collector read them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { deliver } from '../../src/cli/deliver.ts';
import { exportAsIs } from '../../src/delivery/export-report.ts';
import { renderPrometheus } from '../../src/report/prometheus.ts';
import { capture } from '../cli/harness.ts';
import { consume, unlessInstalled } from './consumers.ts';
import { hostileReport } from './hostile-report.ts';
import { attempt, DROPPED, finding, report, target, tls, withDropped } from './samples.ts';

const skip = unlessInstalled({
  '/usr/bin/promtool': 'prometheus',
  '/usr/bin/prometheus-node-exporter': 'prometheus-node-exporter',
});

const BLOCKED = report({
  verdict: 'blocked',
  targets: withDropped(['sql']),
  findings: [
    finding(),
    finding(),
    finding({ cause: 'certificate-chain', severity: 'info', owner: 'service', evidence: [] }),
  ],
});

/** What promtool complains about; it also complains about a metric that is there twice. */
function problemsOf(text: string): string {
  const { code, out, err } = consume('promtool', ['check', 'metrics'], text);
  return code === 0 ? '' : `${code} ${out}${err}`;
}

t.test('promtool finds nothing to improve', { skip }, async (t) => {
  for (const given of [report(), BLOCKED, hostileReport(), report({ verdict: 'inconclusive', targets: [] })])
    t.equal(problemsOf(renderPrometheus(given)), '');
  t.not(problemsOf('apim_probe_duration_milliseconds 1\n'), '', 'it would');
});

t.test('causes and owners are labels', async (t) => {
  const lines = renderPrometheus(BLOCKED).split('\n');
  for (const line of [
    'apim_probe_verdict{verdict="ready"} 0',
    'apim_probe_verdict{verdict="blocked"} 1',
    'apim_probe_last_run_timestamp_seconds 1777883404.21',
    'apim_probe_last_run_duration_seconds 4.21',
    'apim_probe_targets{group="sql",required="true",status="unreachable"} 1',
    'apim_probe_targets{group="sql",required="true",status="reachable"} 0',
    'apim_probe_findings{cause="outbound-dropped",owner="network",severity="error"} 2',
    'apim_probe_finding_targets{cause="outbound-dropped",owner="network",severity="error"} 2',
    'apim_probe_connect_seconds{group="key-vault"} 0.0021',
    'apim_probe_clock_offset_seconds 0.212',
    'apim_probe_subnet_units 28',
  ])
    t.ok(lines.includes(line), line);
  t.notOk(
    lines.some((line) => line.startsWith('apim_probe_connect_seconds{group="sql"}')),
    'nothing was measured',
  );
});

t.test('the first certificate to end is a metric of its group', async (t) => {
  const ending = (validTo: string) => attempt('20.1.1.1', null, tls({}, { validTo }));
  const targets = [
    target('sql', 'a', 1433, { attempts: [ending('2027-01-01T00:00:00.000Z')] }),
    target('sql', 'b', 1433, { attempts: [ending('2026-12-31T00:00:00.000Z')] }),
  ];
  t.match(
    renderPrometheus(report({ targets })),
    'apim_probe_certificate_not_after_timestamp_seconds{group="sql"} 1798675200\n',
  );
});

t.test('no host is in the metrics, and 10,000 targets make no more of them', async (t) => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, number) =>
      target('custom', `host${number}.contoso.example`, 443, DROPPED),
    );
  const seriesOf = (count: number) => renderPrometheus(report({ targets: many(count) })).split('\n').length;
  t.equal(seriesOf(10_000), seriesOf(1));
  t.notMatch(renderPrometheus(BLOCKED), /contoso|windows\.net|10\.20\./);
  t.ok(renderPrometheus(hostileReport()).length < 10_000);
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function scrape(port: number, exporter: ChildProcess): Promise<string> {
  while (exporter.exitCode === null) {
    const reply = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
    if (reply !== null) return reply.text();
    await setTimeout(50);
  }
  throw new Error(`node_exporter ended with ${exporter.exitCode}`);
}

t.test('node_exporter serves the file, and not the temporary one', { skip }, async (t) => {
  const folder = t.testdir({ '.apim-probe-1-2.tmp': 'apim_probe_half' });
  const path = join(folder, 'apim-probe.prom');
  const plan = {
    files: [{ format: 'prometheus', path }],
    stdout: null,
    newFile: false,
    summary: 'stderr',
  } as const;
  const delivery = await deliver(exportAsIs(BLOCKED), plan, capture({ cwd: folder }));
  t.match(delivery, { complete: true, files: [path], problems: [] });
  t.equal(statSync(path).mode & 0o777, 0o644, 'node_exporter is another user');
  const port = await freePort();
  const exporter = spawn(
    'prometheus-node-exporter',
    [
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  t.teardown(() => exporter.kill());
  const page = await scrape(port, exporter);
  t.match(page, /^node_textfile_scrape_error 0$/m);
  t.match(page, /^apim_probe_findings\{cause="outbound-dropped",owner="network",severity="error"\} 2$/m);
  t.match(page, /^# HELP apim_probe_connect_seconds Median time to connect/m);
  t.notMatch(page, 'apim_probe_half');
});
