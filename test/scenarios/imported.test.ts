/** From Azure's own list to a report, to Azure's form again, and back to the comparison, against the lab. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runAgent } from '../../src/agent.ts';
import { deliver } from '../../src/cli/deliver.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { exportAsIs } from '../../src/delivery/export-report.ts';
import { startLab } from '../../src/lab/index.ts';
import { Report } from '../../src/model/report.ts';
import { entry, location, utf16 } from '../azure/replies.ts';
import { capture, invoke } from '../cli/harness.ts';

const REQUIRED = { isOptional: false } as const;

/** The NetworkStatus of the lab's instance, in which the database fails. */
const ENTRIES = [
  entry('BlobStorage', 'labstorage.blob.core.windows.net', REQUIRED),
  entry('TableStorage', 'labstorage.table.core.windows.net', REQUIRED),
  entry('Queue', 'labstorage.queue.core.windows.net'),
  entry('FileStorage', 'labstorage.file.core.windows.net'),
  entry('SQLDatabase', 'labsql.database.windows.net', { ...REQUIRED, status: 'failure' }),
  entry('AzureKeyVault', 'https://labvault.vault.azure.net', REQUIRED),
  entry('Monitoring', 'gcs.prod.monitoring.core.windows.net', REQUIRED),
  entry('Metrics', 'https://prod3.prod.microsoftmetrics.com:1886/RecoveryService'),
  entry('AzureActiveDirectory', 'https://login.windows.net'),
  entry(
    'ApiManagement Control Plane - inbound',
    'https://labapim.management.azure-api.net:3443/servicestatus?api-version=2018-01-01',
    REQUIRED,
  ),
  entry('InternalCache', 'LocalGatewayRedis'),
  entry('Email', 'smtpi-ch1.msn.com:70000'),
];

t.test('what NetworkStatus names is probed, reported, written back and compared', async (t) => {
  const cwd = t.testdir({});
  writeFileSync(join(cwd, 'status.json'), utf16([location('West Europe', ENTRIES)]));
  const lab = await startLab('healthy');
  t.teardown(() => lab.close());
  const { storage: _storage, sql: _sql, keyVault: _vault, ...unnamed } = lab.options;
  const loaded = load(
    {
      flags: {},
      env: {},
      cwd,
      preset: { origin: 'the test', values: { ...unnamed, from: ['status.json'] } },
    },
    readers,
  );
  const report = await runAgent(loaded, {
    signal: new AbortController().signal,
    roots: lab.roots,
    publicRoots: lab.publicRoots,
    lateAfter: lab.lateAfter,
  });
  Report.parse(report);

  const imported = report.targets.filter(({ source }) => source.kind === 'import');
  t.same(
    imported.map(({ id, status }) => [id, status]),
    [
      ['storage-blob/labstorage.blob.core.windows.net:443', 'reachable'],
      ['storage-table/labstorage.table.core.windows.net:443', 'reachable'],
      ['storage-queue/labstorage.queue.core.windows.net:443', 'reachable'],
      ['storage-file/labstorage.file.core.windows.net:445', 'reachable'],
      ['sql/labsql.database.windows.net:1433', 'reachable'],
      ['key-vault/labvault.vault.azure.net:443', 'reachable'],
      ['azure-monitor/gcs.prod.monitoring.core.windows.net:443', 'reachable'],
      ['azure-monitor/prod3.prod.microsoftmetrics.com:1886', 'reachable'],
      ['entra-id/login.windows.net:443', 'reachable'],
      ['smtp/<smtpi-ch1.msn.com:70000>:0', 'untested'],
      ['control-plane/labapim.management.azure-api.net:3443', 'reachable'],
    ],
  );
  t.equal(report.verdict, 'ready', 'the names of the list are all that was missing');
  t.ok(report.notTestable.some(({ endpoint }) => endpoint === 'infrastructure/<LocalGatewayRedis>:0'));

  const io = capture({ cwd });
  const files = [
    { format: 'json', path: join(cwd, 'report.json') },
    { format: 'network-status', path: join(cwd, 'ours.json') },
  ] as const;
  await deliver(exportAsIs(report), { files, stdout: null, newFile: false, summary: 'stderr' }, io);

  const against = await invoke(['compare', 'report.json', 'status.json', '--format', 'json'], { cwd });
  t.equal(against.code, 1);
  t.match(JSON.parse(against.out), { disagreements: { total: 1, required: 1 } });
  const ours = await invoke(['compare', 'report.json', 'ours.json'], { cwd });
  t.equal(ours.code, 0, 'a report agrees with its own other form');
  t.match(ours.out, /\nNo disagreement; \d+ endpoints compared\.\n$/);

  const back = await invoke(
    ['plan', '--cloud', 'public', '--region', 'westeurope', '--from', 'ours.json', '--format', 'json'],
    { cwd },
  );
  t.equal(back.code, 0);
  const ids = new Set(JSON.parse(back.out).targets.map(({ id }: { id: string }) => id));
  t.same(
    imported.filter(({ id, status }) => status === 'reachable' && !ids.has(id)).map(({ id }) => id),
    [],
    '--from reads our own form back',
  );
  t.notMatch(readFileSync(join(cwd, 'ours.json'), 'utf8'), /lab-|secret/);
});
