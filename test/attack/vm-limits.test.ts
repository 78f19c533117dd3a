/** A VM that runs out of files or ports: the run waits, and does not blame the network for untested targets. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Report, Target } from '../../src/model/report.ts';
import { PROGRAM } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';
import { Machine } from '../system/net.ts';
import { Background, CLEAN_ENVIRONMENT, KEEPS_COMPILED } from '../system/processes.ts';

const PEERS = 100;
const urls = Array.from({ length: PEERS }, (_, index) => `http://h${index}.peers.example:80/`);

interface Ended {
  readonly code: number | null;
  readonly report: Report;
  readonly stderr: string;
}

/** A machine with loopback only, and its peers. */
async function machineWith(t: Test, delayMs: number): Promise<{ machine: Machine; folder: string }> {
  const folder = t.testdir({
    etc: { 'resolv.conf': 'nameserver 127.0.0.1\n', hosts: '127.0.0.1 localhost\n' },
  });
  const machine = await Machine.start(join(folder, 'etc'));
  t.teardown(() => machine[Symbol.asyncDispose]());
  await machine.run('ip', 'address', 'add', '10.9.0.1/32', 'dev', 'lo');
  const script = join(import.meta.dirname, 'slow-peers.ts');
  const peers = new Background(machine.inside([process.execPath, script, String(delayMs)]), KEEPS_COMPILED);
  t.teardown(() => peers[Symbol.asyncDispose]());
  await peers.printed('listening');
  return { machine, folder };
}

/** Runs the agent there after `limits`, a line of bash. */
async function probe(
  { machine, folder }: { machine: Machine; folder: string },
  limits: string,
  args: readonly string[] = [],
): Promise<Ended> {
  const output = join(folder, 'report.json');
  await rm(output, { force: true });
  const targets = urls.flatMap((url) => ['--target', url]);
  const given = [
    'run',
    '--only',
    'custom',
    '--require',
    'custom',
    '--quiet',
    '--output',
    output,
    ...targets,
    ...args,
  ];
  const argv = machine.inside(['bash', '-c', `${limits} && exec "$@"`, 'bash', ...PROGRAM, ...given]);
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: folder,
    env: CLEAN_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  const text = await readFile(output, 'utf8').catch(() => {
    throw new Error(`ended with ${code} and wrote no report:\n${stderr}`);
  });
  return { code, report: parsedReport(text), stderr };
}

/** Checks that the report blames only this VM for untested targets. */
function blamesTheVmAlone(t: Test, { report, code, stderr }: Ended): void {
  t.same(
    report.findings.map(({ cause, owner }) => [cause, owner]),
    [['vm-limit', 'vm']],
    stderr,
  );
  t.equal(report.verdict, 'inconclusive');
  t.equal(code, 3, stderr);
  for (const { status, failure, cause, reason } of peersIn(report)) {
    if (status === 'reachable') continue;
    t.same([status, failure, cause], ['untested', 'local_limit', 'vm-limit']);
    t.match(reason, /^this VM ran out of /);
  }
}

function peersIn({ targets }: Report): readonly Target[] {
  return targets.filter(({ group }) => group === 'custom');
}

/** Checks that one attempt reached each peer, without findings. */
function reachesAll(t: Test, { report, code, stderr }: Ended): void {
  const peers = peersIn(report);
  t.equal(peers.filter(({ status }) => status === 'reachable').length, PEERS, stderr);
  t.ok(
    peers.every(({ attempts }) => attempts.length === 1),
    'a repetition is not an attempt',
  );
  t.same(report.findings, []);
  t.match(report.environment.notes.join(), /this VM ran out of /);
  t.ok(code === 0 || code === 3, `exit code ${code}: ${stderr}`);
}

/** Takes all of four local ports on the machine, for datagrams or for connections to the peers. */
async function holdPorts(t: Test, machine: Machine, what: 'udp' | 'tcp'): Promise<void> {
  const take =
    what === 'udp'
      ? "require('node:dgram').createSocket('udp4').bind(50000 + n)"
      : "require('node:net').connect({ port: 80, host: '10.9.0.1' }).on('error', () => {})";
  const script = `for (let n = 0; n < 4; n += 1) ${take}; setTimeout(() => console.log('held'), 500); setInterval(() => {}, 1000);`;
  const holder = new Background(machine.inside([process.execPath, '-e', script]));
  t.teardown(() => holder[Symbol.asyncDispose]());
  await holder.printed('held');
}

const FOUR_PORTS = 'echo 50000 50003 > /proc/sys/net/ipv4/ip_local_port_range';
/** A port is free again a second after its connection has ended, and not only after a minute (TIME-WAIT). */
const REUSED_PORTS = 'echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse';

t.test('64 open files and 100 slow peers: all are reached, a few at a time', async (t) => {
  const vm = await machineWith(t, 300);
  reachesAll(t, await probe(vm, 'ulimit -n 64'));
});

t.test('very few open files: a complete report that blames only this VM', async (t) => {
  const vm = await machineWith(t, 5);
  let complete = 0;
  // Below that the runtime does not start; just above it the program may end early.
  for (let files = 30; files >= 22; files -= 1) {
    const ended = await probe(vm, `ulimit -n ${files}`, ['--state', join(vm.folder, 'state')]).catch(
      (error: Error) => error,
    );
    if (ended instanceof Error) {
      t.match(ended.message, /ended with [234] and wrote no report(?:.|\n)*EMFILE/, `${files} files`);
      continue;
    }
    complete += 1;
    if (peersIn(ended.report).every(({ status }) => status === 'reachable')) reachesAll(t, ended);
    else blamesTheVmAlone(t, ended);
  }
  t.ok(complete >= 5, `${complete} complete reports`);
});

t.test('peers that never answer are reported as such, and the rest waits', async (t) => {
  const vm = await machineWith(t, 0);
  const silent = ['--timeout', '1500', '--attempts', '1'];
  const { report, code } = await probe(vm, 'ulimit -n 64', silent);
  t.equal(code, 1, 'the timeouts are those of the peers');
  t.ok(peersIn(report).every(({ failure }) => failure === 'protocol_timeout'));
  t.notOk(report.findings.some(({ cause }) => cause === 'vm-limit'));

  const cut = await probe(vm, 'ulimit -n 64', [...silent, '--deadline', '2200']);
  const waited = peersIn(cut.report).filter(({ failure }) => failure === 'local_limit');
  t.ok(waited.length > 0, 'targets without a turn for lack of files');
  t.ok(
    waited.every(
      ({ status, cause, reason }) => status === 'untested' && cause === 'vm-limit' && reason !== null,
    ),
  );
});

t.test('four local ports and 100 slow peers: all are reached', async (t) => {
  const vm = await machineWith(t, 50);
  reachesAll(t, await probe(vm, `${FOUR_PORTS} && ${REUSED_PORTS}`));
});

for (const what of ['udp', 'tcp'] as const) {
  t.test(`no local port left for ${what}: nothing is blamed on the network`, async (t) => {
    const vm = await machineWith(t, 0);
    await vm.machine.run('sh', '-c', FOUR_PORTS);
    await holdPorts(t, vm.machine, what);
    const ended = await probe(vm, ':');
    blamesTheVmAlone(t, ended);
    t.match(ended.report.findings[0]?.remedy.join(), /ip_local_port_range/);
    const outcomes = ended.report.controls.map(({ name, outcome }) => [name, outcome]);
    t.notOk(outcomes.some(([, outcome]) => outcome === 'anomalous'));
  });
}

t.test('the runtime raises its soft limit to the hard one', async (t) => {
  const vm = await machineWith(t, 300);
  const { report } = await probe(vm, 'ulimit -Sn 64');
  t.notMatch(report.environment.notes.join(), /ran out/, 'so LimitNOFILE= needs no line in the unit');
});

t.test('no free file descriptor during delivery: it waits, or saves the report elsewhere', async (t) => {
  const folder = t.testdir({});
  const script = join(import.meta.dirname, 'deliver-without-files.ts');
  for (const [freeAfterMs, stored] of [
    ['300', true],
    ['never', false],
  ] as const) {
    const file = join(folder, `${freeAfterMs}.json`);
    const argv = ['-c', 'ulimit -n 64 && exec "$@"', 'bash', process.execPath, script, file, freeAfterMs];
    const child = spawn('bash', argv, {
      env: { ...CLEAN_ENVIRONMENT, ...KEEPS_COMPILED },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    await once(child, 'close');
    const written = await readFile(file, 'utf8').catch(() => null);
    t.equal(written !== null, stored, 'in its file');
    t.equal(out !== '', !stored, 'or else on stdout');
    t.doesNotThrow(() => parsedReport(written ?? out));
  }
});
