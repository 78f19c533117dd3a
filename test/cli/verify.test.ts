/** `apim-probe verify`, as far as it needs no network, and against the demo. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import { DROPPED, finding, report, target, writtenReport } from '../report/samples.ts';
import { invoke } from './harness.ts';

const SQL = target('sql', 'a.database.windows.net', 1433, DROPPED);
const FOUND = { targets: [SQL], findings: [finding({ evidence: [SQL.id] })] };
/** Nothing of it may leave this machine, if it were probed. */
const FENCED: Report['options'] = {
  connectTo: { value: ['::127.0.0.1:9'], from: 'flag' },
  dnsServer: { value: ['127.0.0.1:9'], from: 'flag' },
};

const verify = (changes: Partial<Report>, ...flags: readonly string[]) => {
  const cwd = t.testdir({
    'r.json': JSON.stringify(writtenReport({ ...FOUND, options: FENCED, ...changes })),
  });
  return invoke(['verify', 'r.json', ...flags], { cwd });
};

function withNetwork(
  interfaces: Report['environment']['network']['interfaces'],
): Pick<Report, 'environment'> {
  const { environment } = report();
  return { environment: { ...environment, network: { ...environment.network, interfaces } } };
}

t.test('a report without findings that ask for action is fine', async (t) => {
  const ended = await verify({ findings: [] });
  t.equal(ended.code, 0);
  t.match(ended.out, /^Nothing to verify/);
});

t.test('pseudonyms cannot be verified', async (t) => {
  const { environment } = report();
  const notes = [
    'names, private addresses and ids in this report are pseudonyms (--redact strict), and so are they in its commands',
  ];
  const ended = await verify({ environment: { ...environment, notes } });
  t.equal(ended.code, 2);
  t.match(ended.err, '"r.json" cannot be verified: its names and addresses are pseudonyms');
});

t.test('a machine outside the network of the report shows nothing', async (t) => {
  const elsewhere = { name: 'eth0', address: '198.51.100.7', prefixLength: 28, family: 4 } as const;
  const ended = await verify(withNetwork([elsewhere]));
  t.equal(ended.code, 3);
  t.match(ended.out, /^CANNOT BE TESTED HERE .*\n.*\n?.*machine\s+with\s+198\.51\.100\.7\/28/m);
  t.notMatch(ended.err, 'This contacts');
});

t.test('a file of the options that is not here, and a value that is none, are usage errors', async (t) => {
  const missing = await verify({
    options: { ...FENCED, caFile: { value: ['/nowhere/root.pem'], from: 'flag' } },
  });
  t.equal(missing.code, 2);
  t.match(missing.err, /caFile: "\/nowhere\/root\.pem" \(report "r\.json"\)/);
  const hostile = await verify({ options: { ...FENCED, attempts: { value: '$(reboot)', from: 'file' } } });
  t.equal(hostile.code, 2);
  t.match(hostile.err, 'attempts: "$(reboot)" (report "r.json") must be a whole number');
  const unknown = await verify({ options: { scenario: { value: 'no-such', from: 'flag' } } });
  t.equal(unknown.code, 2);
  t.match(unknown.err, '--scenario "no-such" is unknown');
});

t.test('the hosts come first, and what only the report names is not probed', async (t) => {
  const ended = await verify({
    ...withNetwork([]),
    options: {
      ...FENCED,
      upload: { value: 'https://h.example/***', from: 'flag' },
      state: { value: '/nowhere', from: 'file' },
      timeout: { value: 300, from: 'variable' },
      attempts: { value: 1, from: 'flag' },
    },
  });
  t.match(
    ended.err,
    /^Verifying "r\.json" of \S+, with the options of its run\. This contacts:\n {2}a\.database\.windows\.net:1433 \(https\)\n/m,
  );
  t.match(ended.err, 'any host:any port at 127.0.0.1:9');
  t.equal(ended.code, 3, 'the options name no SQL server, so this machine plans none');
  t.match(ended.out, `Not in the plan of this machine: ${SQL.id}.`);
  t.notMatch(ended.err, /h\.example|nowhere/);
});

t.test('a report of the demo is verified against the demo', async (t) => {
  const cwd = t.testdir({});
  const ran = await invoke(['demo', '--scenario', 'storage-firewall', '--output', 'r.json', '--quiet'], {
    cwd,
  });
  t.equal(ran.code, 0, ran.err);
  const broken = await invoke(['verify', 'r.json', '--output', 'again.json'], { cwd });
  t.equal(broken.code, 1, broken.err);
  t.match(
    broken.err,
    /in the demo storage-firewall, a simulator on this machine\. This contacts:\n {2}labstorage\.blob/,
  );
  t.match(broken.out, /^NOT FIXED The network rules of 4 endpoints refuse this subnet/);
  t.match(broken.out, /0 of 1 finding fixed, 1 not fixed/);
  const again = JSON.parse(readFileSync(join(cwd, 'again.json'), 'utf8'));
  t.match(again.scope, { narrowedBy: ['verify'], whole: false });
  t.equal(again.targets.length, 8, 'four of the finding, three to compare, and the DNS server');

  const healthy = JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'));
  healthy.options.scenario.value = 'healthy';
  writeFileSync(join(cwd, 'r.json'), JSON.stringify(healthy));
  const fixed = await invoke(['verify', '-', '--quiet'], { cwd, stdin: [readFileSync(join(cwd, 'r.json'))] });
  t.equal(fixed.code, 0, fixed.err);
  t.match(fixed.out, /^FIXED .*\n?.*\(service-firewall-denied\)\n1 of 1 finding fixed\n$/);
  t.notMatch(fixed.err, 'This contacts');
});
