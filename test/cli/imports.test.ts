/** `--from` through the command line: what is planned, and what is refused before anything is sent. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LARGEST_REPLY } from '../../src/azure/read.ts';
import { DEPENDENCIES_REPLY, entry, location, STATUS_REPLY, utf16 } from '../azure/replies.ts';
import { report } from '../report/samples.ts';
import { invoke } from './harness.ts';

/** With these flags a plan does not query the metadata service. */
const HERE = ['--cloud', 'public', '--region', 'westeurope'];

function saved(t: Test, content: unknown, file = 'status.json'): { cwd: string; file: string } {
  const cwd = t.testdir({});
  writeFileSync(
    join(cwd, file),
    typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
  );
  return { cwd, file };
}

async function planned(t: Test, content: unknown, flags: readonly string[] = []) {
  const { cwd, file } = saved(t, content);
  const { code, out, err } = await invoke(['plan', ...HERE, '--from', file, '--format', 'json', ...flags], {
    cwd,
  });
  t.equal(code, 0, err);
  return { err, plan: JSON.parse(out) as { targets: Record<string, unknown>[]; controls: unknown } };
}

t.test('plan lists what the replies name, in every encoding', async (t) => {
  for (const content of [STATUS_REPLY, { value: STATUS_REPLY }, utf16(STATUS_REPLY)]) {
    const { plan, err } = await planned(t, content);
    t.equal(err, '');
    t.equal(plan.controls, null);
    t.match(
      plan.targets.find(({ id }) => id === 'sql/apirpsqlmgs0abc.database.windows.net:1433'),
      {
        required: true,
        testable: true,
        source: { kind: 'import', document: 'status.json: network status reply, West Europe' },
      },
    );
    t.match(
      plan.targets.find(({ id }) => id === 'infrastructure/<LocalGatewayRedis>:0'),
      { kind: 'note', testable: false },
    );
  }
  const { plan } = await planned(t, DEPENDENCIES_REPLY, ['--controls']);
  t.ok(plan.targets.some(({ id }) => id === 'event-hubs/contoso0eh.servicebus.windows.net:5672'));
  t.ok(Array.isArray(plan.controls));
});

t.test('the table and the CSV show them as well', async (t) => {
  const { cwd, file } = saved(t, STATUS_REPLY);
  const table = await invoke(['plan', ...HERE, '--from', file], { cwd });
  t.match(table.out, /\n {2}apirpsqlmgs0abc\.database\.windows\.net:1433\n +tcp tds +required +Sql\n/);
  t.match(table.out, /\n {2}<LocalGatewayRedis> .*\n {6}not tested: The cache that the machines/);
  const csv = await invoke(['plan', ...HERE, '--from', file, '--format', 'csv'], { cwd });
  t.match(csv.out, /"status\.json: network status reply, West Europe",2026-05-04\r\n/);
});

t.test('two files, a config file’s own folder, and a variable', async (t) => {
  const cwd = t.testdir({
    'status.json': JSON.stringify(STATUS_REPLY),
    'outbound.json': JSON.stringify(DEPENDENCIES_REPLY),
    conf: { 'c.yaml': 'from: [status.json]\n', 'status.json': JSON.stringify(STATUS_REPLY) },
  });
  const both = await invoke(['plan', ...HERE, '--from', 'status.json', '--from', 'outbound.json'], { cwd });
  t.equal(both.code, 0);
  t.match(both.err, /^note: --from lists 7 endpoints, such as .* more than once/);
  const config = await invoke(['plan', ...HERE, '--config', 'conf/c.yaml'], { cwd });
  t.match(config.out, /apirpsqlmgs0abc/);
  const env = { APIM_PROBE_FROM: 'status.json' };
  t.match((await invoke(['plan', ...HERE], { cwd, env })).out, /apirpsqlmgs0abc/);
});

t.test('what is not a reply is refused: exit 2, with file, origin, reason and fix', async (t) => {
  const json = JSON.stringify(STATUS_REPLY, null, 2);
  for (const [content, expected] of [
    [
      json.slice(0, 1000),
      /is cut off: the JSON ends in the middle, at line \d+, column \d+; save the reply again with: az rest/,
    ],
    [
      '<!DOCTYPE html><title>502 Bad Gateway</title>',
      /is an HTML page, probably the error page of a proxy or a login/,
    ],
    [
      { error: { code: 'ResourceNotFound', message: 'Gone.' } },
      /holds an error of Azure.*ResourceNotFound: Gone; correct that, and save/,
    ],
    [report(), /is a report of apim-probe, not a reply of Azure/],
    [{ value: [] }, /is an empty list/],
    ['', /is empty/],
    [
      [location('West Europe', [{ name: 7 }])],
      /with defects \(\.\[0\]\.networkStatus\.connectivityStatus\[0\]\.name/,
    ],
    [Buffer.alloc(LARGEST_REPLY + 1, ' '), /is larger than 16 MiB; name a saved reply of Azure/],
  ] as const) {
    const { cwd, file } = saved(t, content);
    for (const command of [['plan', ...HERE], ['run'], ['config']]) {
      const { code, out, err } = await invoke([...command, '--from', file], { cwd });
      t.equal(code, 2, command.join(' '));
      t.equal(out, '');
      t.match(err, expected);
      t.match(err, /^apim-probe: from: ".*\/status\.json" \(flag --from\) /);
      t.match(err, /\nNo endpoint was contacted\./);
    }
  }
});

t.test('what is not a file is refused too, without waiting for it', async (t) => {
  const cwd = t.testdir({ folder: {} });
  execFileSync('mkfifo', [join(cwd, 'pipe')]);
  for (const [path, expected] of [
    ['gone.json', /gone\.json" \(flag --from\) cannot be read: it does not exist \(ENOENT\)/],
    ['folder', /is not a regular file; name a saved reply of Azure/],
    ['pipe', /is not a regular file/],
    ['-', /from: "-" \(flag --from\) is not a file; save the reply in one and name that/],
  ] as const) {
    const { code, err } = await invoke(['plan', ...HERE, '--from', path], { cwd });
    t.equal(code, 2, path);
    t.match(err, expected);
  }
});

t.test('bad files are reported with all other problems', async (t) => {
  const { cwd, file } = saved(t, '<html>');
  const { err } = await invoke(['plan', '--from', file, '--from', 'gone.json', '--timeout', '0'], { cwd });
  t.match(err, /3 problems:/);
});

t.test('10,000 endpoints, ports out of range, and a duplicate in two locations', async (t) => {
  const many = [
    ...Array.from({ length: 10_000 }, (_, at) => entry('BlobStorage', `a${at}.blob.core.windows.net`)),
    entry('Email', 'smtpi-ch1.msn.com:70000', { isOptional: false }),
  ];
  const { plan, err } = await planned(t, [
    location('West Europe', many),
    location('East US', many.slice(0, 1)),
  ]);
  t.equal(
    plan.targets.filter(({ group, kind }) => group === 'storage-blob' && kind === 'endpoint').length,
    10_000,
  );
  t.match(
    plan.targets.find(({ id }) => id === 'smtp/<smtpi-ch1.msn.com:70000>:0'),
    {
      kind: 'endpoint',
      testable: false,
      required: true,
      reason: /"70000" where a port belongs, which is out of/,
    },
  );
  t.match(err, /--from lists storage-blob\/a0\.blob\.core\.windows\.net:443 more than once/);
});
