/** Scheduled runs on machines that lose power, run full, or are in a hurry: no report is lost, and none is half. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import type { Report } from '../../src/model/report.ts';
import { WrittenReport } from '../../src/model/written-report.ts';
import { PROGRAM } from '../cli/program.ts';
import { parsedReport } from '../report/samples.ts';
import type { Machine } from './net.ts';
import { CLEAN_ENVIRONMENT } from './processes.ts';
import { alone } from './scene.ts';

const KILLS = Number(process.env['KILLS'] ?? 20);
/** Everything that is needed to send nothing but one SYN on loopback. */
const withTimeout = (ms: number) => [
  ...['--cloud', 'public', '--region', 'westeurope', '--only', 'custom', '--target', 'tcp://127.0.0.1:1'],
  ...['--dns-server', '127.0.0.1:9', '--attempts', '1', '--timeout', `${ms}`, '--quiet'],
];
const QUICK = withTimeout(1000);
/** A server that accepts, and sends nothing. */
const LISTENING = "require('node:net').createServer().listen(9000, '127.0.0.1', () => console.log('up'))";
/** The verdict: the scope has no required endpoint. */
const DEGRADED = 0;

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

function start(machine: Machine, cwd: string, args: readonly string[]): Run {
  const [file = '', ...rest] = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    '--',
    ...machine.inside([...PROGRAM, ...args]),
  ];
  const child = spawn(file, rest, { cwd, env: CLEAN_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const ended = once(child, 'close').then(([code]) => ({ code, out: out.join(''), err: err.join('') }));
  return { child, ended };
}

const scheduled = (machine: Machine, cwd: string, state: string, args: readonly string[] = QUICK) =>
  start(machine, cwd, ['run', '--state', state, ...args]);

/** The reports of a state folder, each held against the schema. */
async function reportsIn(state: string): Promise<Map<string, Report>> {
  const folder = join(state, 'reports');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const read = async (name: string): Promise<[string, Report]> => [
    join(folder, name),
    parsedReport(await readFile(join(folder, name), 'utf8')),
  ];
  return new Map(await Promise.all(names.map(read)));
}

/** Resolves when the folder changes, or when the signal aborts. */
async function touched(folder: string, signal: AbortSignal): Promise<void> {
  const watcher = watch(folder, { signal });
  watcher.on('error', () => {});
  await once(watcher, 'change', { signal }).catch(() => {});
  watcher.close();
}

await alone(`killed ${KILLS} times at random moments`, async (t, machine) => {
  const cwd = t.testdir({ s: {} });
  const state = join(cwd, 's');
  await mkdir(join(state, 'reports'));
  const begun = performance.now();
  t.equal((await scheduled(machine, cwd, state).ended).code, DEGRADED);
  const usual = performance.now() - begun;
  const promised = new Set<string>();
  let [killed, late] = [0, 0];
  for (let number = 0; number < KILLS; number += 1) {
    const { child, ended } = scheduled(machine, cwd, state);
    const over = new AbortController();
    const end = ended.finally(() => over.abort());
    // Every other time in the little while in which files are written, which a random moment seldom meets.
    if (number % 2 === 0) await pause(Math.random() * usual * 1.1);
    else {
      await touched(join(state, 'reports'), over.signal);
      await pause(Math.random() * 40);
    }
    child.kill('SIGKILL');
    const { code, err } = await end;
    if (code === null) killed += 1;
    else late += 1;
    for (const [, path = ''] of err.matchAll(/^Report: (.+)$/gm)) promised.add(path);
  }
  const last = await scheduled(machine, cwd, state).ended;
  t.equal(last.code, DEGRADED, 'the next run succeeds', { stderr: last.err });
  const reports = await reportsIn(state);
  t.pass(`every one of the ${reports.size} files with a report's name is a whole report`);
  t.strictSame(
    [...promised].filter((path) => !reports.has(path)),
    [],
    `none of the ${promised.size} reports that a run had announced is lost`,
  );
  const takeovers = [...reports.values()].filter(({ environment }) =>
    environment.notes.some((note) => note.endsWith('this run took over its lock')),
  );
  t.ok(takeovers.length > 0, 'locks of killed runs were taken over');
  t.notOk((await readdir(state)).includes('lock'), 'and the last run let go of it');
  const listed = await start(machine, cwd, ['history', '--state', state, '--format=json', '--limit=1000'])
    .ended;
  const { runs, unreadable } = JSON.parse(listed.out);
  t.equal(runs.length, reports.size, 'the history lists them all');
  t.strictSame(unreadable, []);
  t.comment(
    `${killed} killed, ${late} were faster; ${reports.size} reports, ${promised.size} of killed runs had been announced; ${takeovers.length} locks taken over`,
  );
});

/** The verdict alone exits with 0, so that 4 shows what became of the report. */
const SILENT = [...QUICK, '--fail-on', 'never'];

await alone('a disk that runs full, and one that is read-only', async (t, machine) => {
  const cwd = t.testdir({ s: {} });
  const state = join(cwd, 's');
  await machine.run('mount', '-t', 'tmpfs', '-o', 'size=600k', 'none', state);
  const seen = `/proc/${machine.pid}/root${state}`;
  let full = await scheduled(machine, cwd, state, SILENT).ended;
  let stored = 0;
  while (full.code === 0 && stored < 20) {
    stored += 1;
    full = await scheduled(machine, cwd, state, SILENT).ended;
  }
  t.ok(stored > 1, `${stored} reports fitted`);
  t.equal(full.code, 4, 'the next one is not delivered', { stderr: full.err });
  t.match(full.err, /could not be written to the state folder .*: no space left on the device/);
  t.ok(WrittenReport.safeParse(JSON.parse(full.out)).success, 'and is on stdout, whole');
  t.equal((await reportsIn(seen)).size, stored, 'those before it are whole');
  const leftovers = [...(await readdir(seen)), ...(await readdir(join(seen, 'reports')))];
  t.strictSame(
    leftovers.filter((name) => name.endsWith('.tmp')),
    [],
    'and nothing half is left',
  );

  await machine.run('sh', '-c', `dd if=/dev/zero of=${state}/filler bs=1k 2>/dev/null || :`);
  const bytes = await scheduled(machine, cwd, state, SILENT).ended;
  t.equal(bytes.code, 4, 'not even a lock fits', { stderr: bytes.err });
  const notes = parsedReport(bytes.out).environment.notes;
  t.match(notes.at(-1), /cannot be locked against a second run: no space left/, 'which the report notes');
  await unlink(join(seen, 'filler'));

  const [oldest = '', second = ''] = [...(await reportsIn(seen)).keys()].toSorted();
  await Promise.all([unlink(oldest), unlink(second)]);
  t.equal(
    (await scheduled(machine, cwd, state, SILENT).ended).code,
    0,
    'with free space again, it is stored',
  );

  await machine.run('mount', '-o', 'remount,ro', state);
  const before = await readdir(join(seen, 'reports'));
  const barred = await scheduled(machine, cwd, state, SILENT).ended;
  t.equal(barred.code, 4, 'read-only', { stderr: barred.err });
  t.match(barred.err, /could not be written to the state folder .*: the file system is read-only/);
  t.ok(WrittenReport.safeParse(JSON.parse(barred.out)).success, 'the report is on stdout, whole');
  const elsewhere = await scheduled(machine, cwd, state, [...SILENT, '--output', join(cwd, 'r.json')]).ended;
  t.equal(elsewhere.code, 4);
  t.ok(
    WrittenReport.safeParse(JSON.parse(await readFile(join(cwd, 'r.json'), 'utf8'))).success,
    'or in --output',
  );
  t.strictSame(await readdir(join(seen, 'reports')), before);
  const listed = await start(machine, cwd, ['history', '--state', state, '--format=json']).ended;
  t.equal(JSON.parse(listed.out).runs.length, before.length, 'and the history can still be read');
});

await alone('two runs at once', async (t, machine) => {
  const cwd = t.testdir({});
  const state = join(cwd, 's');
  await using server = machine.serve([process.execPath, '-e', LISTENING]);
  await server.printed('up');
  const slow = [...withTimeout(4000), '--target', 'tls://127.0.0.1:9000'];
  const outcomes = await Promise.all([1, 2].map(() => scheduled(machine, cwd, state, slow).ended));
  t.strictSame(
    outcomes.map(({ code }) => code).toSorted((one, other) => Number(one) - Number(other)),
    [DEGRADED, 75],
    'one probes',
    { stderr: outcomes.map(({ err }) => err) },
  );
  const refused = outcomes.find(({ code }) => code === 75);
  t.match(
    refused?.err,
    /another run is in progress in .*: nothing was done/,
    'and the other says why it does not',
  );
  t.equal(refused?.out, '');
  t.equal((await reportsIn(state)).size, 1);
});

/** Beside the state folder: on the machine, commands run elsewhere. */
const ANNOUNCE = 'echo "$PROBE_OLD_REPORT" >>"$(dirname "$PROBE_OLD_REPORT")/../../announced"';
const announcedIn = (cwd: string) =>
  readFile(join(cwd, 'announced'), 'utf8').then(
    (text) => text.trimEnd().split('\n'),
    () => [],
  );
/** With a target that is reached while its server is up: its change leaves the verdict as it is. */
const watching = (machine: Machine, cwd: string, command: string) =>
  scheduled(machine, cwd, join(cwd, 's'), [
    ...QUICK,
    '--target',
    'tcp://127.0.0.1:9000',
    '--on-change',
    command,
  ]);

await alone('killed before a change is announced', async (t, machine) => {
  const cwd = t.testdir({});
  const run = (command: string) => watching(machine, cwd, command);
  await using server = machine.serve([process.execPath, '-e', LISTENING]);
  await server.printed('up');
  t.equal((await run(ANNOUNCE).ended).code, DEGRADED);
  const [first] = (await reportsIn(join(cwd, 's'))).keys();
  await server[Symbol.asyncDispose]();

  // The shell's parent is the run itself.
  const struck = await run('kill -KILL "$PPID"').ended;
  t.equal(struck.code, null, 'killed between the keeping of its report and the end of its command');
  const stored = (await reportsIn(join(cwd, 's'))).size;
  t.equal(stored, 2);
  t.strictSame(await announcedIn(cwd), []);
  let killed = 0;
  for (let number = 0; number < 5; number += 1) {
    const { child, ended } = run('sleep 10');
    const over = new AbortController();
    const end = ended.finally(() => over.abort());
    await touched(join(cwd, 's/reports'), over.signal);
    await pause(Math.random() * 40);
    child.kill('SIGKILL');
    if ((await end).code === null) killed += 1;
  }
  t.ok(killed > 0, `killed ${killed} times while the report is written, and after`);
  t.equal((await run(ANNOUNCE).ended).code, DEGRADED);
  t.strictSame(
    await announcedIn(cwd),
    [first],
    'announced by the first run that gets so far, compared with the report before them all',
  );
  await run(ANNOUNCE).ended;
  t.equal((await announcedIn(cwd)).length, 1, 'and not any more');
});

await alone('a change on a disk that is full', async (t, machine) => {
  const cwd = t.testdir({ s: {} });
  // The mount is over the folder on the machine alone, and the announcements are written outside of it.
  await machine.run('mount', '-t', 'tmpfs', '-o', 'size=2m', 'none', join(cwd, 's'));
  const seen = `/proc/${machine.pid}/root${cwd}/s`;
  const run = () => watching(machine, cwd, ANNOUNCE).ended;
  await using server = machine.serve([process.execPath, '-e', LISTENING]);
  await server.printed('up');
  await run();
  await server[Symbol.asyncDispose]();
  await machine.run('sh', '-c', `dd if=/dev/zero of=${cwd}/s/filler bs=1k 2>/dev/null || :`);
  for (const times of [1, 2]) {
    const { code, err } = await run();
    t.equal(code, 4, 'the report is not stored', { stderr: err });
    t.match(err, /could not be written to the state folder/);
    t.match(err, /the announced report is not stored; the next run reports it again\n/);
    t.equal((await announcedIn(cwd)).length, times, 'announced every time, as nothing can be stored');
  }
  await unlink(join(seen, 'filler'));
  t.equal((await run()).code, DEGRADED);
  t.equal((await announcedIn(cwd)).length, 3);
  t.equal(new Set(await announcedIn(cwd)).size, 1, 'by the one report that was stored before');
  t.equal((await run()).code, DEGRADED);
  t.equal((await announcedIn(cwd)).length, 3, 'once stored, it is not announced again');
});

t.end();
