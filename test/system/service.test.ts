/** The agent itself, as its one file, under the installed unit: what the service's walls leave it has to be enough. */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleInParts } from '../../build/chunks.ts';
import { oneFile } from '../../build/one-file.ts';
import { BUILT } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';
import { FILE } from './agent.ts';
import type { Guest } from './guest.ts';
import { bringNode, INSTALL, onGuest } from './installation.ts';

const FOLDER = '/var/lib/apim-probe';
const DROPINS = '/etc/systemd/system/apim-probe.service.d';
const DOCUMENT = join(import.meta.dirname, '../../docs/scheduled.md');
/** The commands that prepare the folder of the metrics, and the drop-in. */
const METRICS = /```sh\n([^`]*groupadd[^`]*)```\n+```ini\n([^`]*)```/;
/** In there is only loopback: every address is out of reach at once, and nothing can leave. */
const CONFIG = {
  cloud: 'public',
  region: 'westeurope',
  storage: ['contosostore'],
  dnsServer: ['127.0.0.1'],
  timeout: 1000,
  attempts: 1,
  deadline: 20_000,
  logLevel: 'info',
};

async function bringAgent(guest: Guest): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'apim-probe-service-'));
  try {
    if (BUILT === null) await writeFile(join(folder, 'apim-probe.mjs'), await oneFile(await bundleInParts()));
    await guest.bring(BUILT === null ? join(folder, 'apim-probe.mjs') : FILE, '/opt/apim-probe.mjs');
    await bringNode(guest);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const configure = (guest: Guest, more: object) =>
  guest.must(`cat >/etc/apim-probe/config.yaml <<'END'\n${JSON.stringify({ ...CONFIG, ...more })}\nEND`);

/** Starts the service, waits for its end. */
async function run(guest: Guest): Promise<{ code: string; journal: string }> {
  await guest.run('systemctl start apim-probe');
  await guest.run('journalctl --sync');
  return {
    code: (await guest.must('systemctl show --property ExecMainStatus --value apim-probe')).trim(),
    journal: await guest.must('journalctl --no-pager --output cat --unit apim-probe'),
  };
}

await onGuest('the agent under a real systemd', 'systemd', ['systemd-analyze'], async (t, guest) => {
  await bringAgent(guest);
  await guest.must(`sh ${INSTALL} --from /opt/apim-probe.mjs --node /opt/node`);
  // Runs are started by this test alone.
  await guest.must('systemctl disable --now apim-probe.timer');

  await configure(guest, {});
  const first = await run(guest);
  t.equal(first.code, '1', 'blocked, and no defect', { journal: first.journal });
  t.match(first.journal, /BLOCKED/);
  t.notMatch(
    first.journal,
    /defect|EPERM|EACCES|not permitted|denied/i,
    'the sandbox allows all that it does',
  );
  const report = parsedReport(await guest.must(`cat ${FOLDER}/report.json`));
  t.match(report, {
    verdict: 'blocked',
    interrupted: null,
    agent: { runtime: `node ${process.versions.node}` },
  });
  t.equal(report.environment.privileged, false);
  t.strictSame(report.environment.notes, [], 'nothing is wrong with its folder');
  t.ok(report.targets.filter(({ status }) => status === 'unreachable').length > 20, 'sockets were tried');

  await configure(guest, { upload: 'https://127.0.0.1:9/reports', uploadTimeout: 2000, redact: 'strict' });
  const second = await run(guest);
  t.equal(second.code, '1', 'not delivered', { journal: second.journal });
  t.match(second.journal, `it waits in ${FOLDER}/spool`);
  const files = await guest.must(
    `cd /var/lib/private/apim-probe && find . -type f -printf '%P %m\\n' | sort`,
  );
  t.match(files, /^pseudonyms\.key 600$/m);
  t.equal(files.match(/^reports\/\S+\.json 600$/gm)?.length, 2, files);
  t.equal(files.match(/^spool\/apim-probe-report-\S+\.json\.gz 600$/gm)?.length, 1, files);
  t.notMatch(await guest.must(`zcat ${FOLDER}/spool/*.json.gz; cat ${FOLDER}/report.json`), 'contosostore');
  t.match(await guest.must(`cat ${FOLDER}/reports/*.json`), 'contosostore');

  const history = await guest.must(`apim-probe history --state ${FOLDER}`);
  t.equal(history.match(/[✗x] blocked/g)?.length, 2, history);
  t.match(await guest.must(`apim-probe upload --status --state ${FOLDER}`), /Waiting: 1 report/);
  // What root does in the service's folder must not keep the service from its next run.
  await guest.run(`apim-probe run --config /etc/apim-probe/config.yaml --state ${FOLDER} --quiet`);
  const third = await run(guest);
  t.equal(third.code, '1', third.journal);
  t.equal((await guest.must(`ls ${FOLDER}/reports`)).trim().split('\n').length, 4);
  t.match(await guest.must(`stat -c %U ${FOLDER}/reports/* ${FOLDER}/spool/* | sort -u`), /^(?!root)\S+\n$/);

  // As docs/scheduled.md has it.
  const [, prepare = '', dropin = ''] = METRICS.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  await guest.must(prepare.replaceAll('sudo ', '').replace(/^systemctl edit.*$/m, ''));
  await guest.must(
    `mkdir -p ${DROPINS} && cat >${DROPINS}/metrics.conf <<'END'\n${dropin}END\nsystemctl daemon-reload`,
  );
  const fourth = await run(guest);
  t.equal(fourth.code, '1', fourth.journal);
  const metrics = '/var/lib/prometheus/node-exporter/apim-probe.prom';
  t.match(await guest.must(`cat ${metrics}`), /^apim_probe_verdict\{verdict="blocked"\} 1$/m);
  t.equal((await guest.must(`stat -c %a ${metrics}`)).trim(), '644', 'node_exporter is another user');
});
