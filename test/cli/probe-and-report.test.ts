import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { guardStreams } from '../../src/cli/io.ts';
import { type Agent, probeAndReport } from '../../src/cli/probe-and-report.ts';
import type { Flags } from '../../src/config/layers.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import type { Report } from '../../src/model/report.ts';
import { parsedReport, report } from '../report/samples.ts';
import { type Captured, capture } from './harness.ts';

const SAMPLE = report({ startedAt: '2026-05-04T08:30:00.123Z', id: '019b76da-a800-7000-8000-000000abcdef' });
const NEW_FILE = 'apim-probe-report-20260504T083000Z-abcdef.json';

interface Trial {
  readonly flags?: Flags;
  readonly terminal?: boolean;
  readonly stdoutFails?: string;
  readonly agent?: (io: Captured) => Agent;
  readonly keeping?: 'always' | 'on-request';
}

async function attempt(cwd: string, trial: Trial = {}) {
  const { flags = {}, terminal = false, stdoutFails, keeping = 'always' } = trial;
  const io = capture({ cwd, terminal, ...(stdoutFails === undefined ? {} : { stdoutFails }) });
  guardStreams(io);
  const agent = trial.agent?.(io) ?? (async () => SAMPLE);
  const code = await probeAndReport(
    load({ flags, env: {}, cwd, systemConfig: join(cwd, 'none') }, readers),
    io,
    agent,
    keeping,
  );
  return { code, out: io.out(), err: io.err(), io };
}

function reportIn(path: string): Report {
  return parsedReport(readFileSync(path, 'utf8'));
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}

t.test('stdout is not a terminal: the JSON report alone, the summary on stderr', async (t) => {
  const { code, out, err } = await attempt(t.testdir({}));
  t.equal(code, 0);
  t.strictSame(parsedReport(out), SAMPLE);
  t.match(lines(err).at(-1), /READY|optional/);
});

t.test('stdout is a terminal: the report goes to a new file, named before the verdict', async (t) => {
  const cwd = t.testdir({});
  const first = await attempt(cwd, { terminal: true, flags: { color: false } });
  t.strictSame(reportIn(join(cwd, NEW_FILE)), SAMPLE);
  t.equal(statSync(join(cwd, NEW_FILE)).mode & 0o777, 0o600);
  const verdict = lines(first.out).findIndex((line) => line.startsWith('READY:'));
  t.equal(lines(first.out)[verdict - 2], `Report: ${join(cwd, NEW_FILE)}`);
  t.equal(lines(first.out)[verdict - 1], `In full: apim-probe render ${NEW_FILE} -v`);
  writeFileSync(join(cwd, NEW_FILE), 'older');
  await attempt(cwd, { terminal: true });
  t.equal(readFileSync(join(cwd, NEW_FILE), 'utf8'), 'older', 'never overwritten');
  t.strictSame(reportIn(join(cwd, NEW_FILE.replace('.json', '-2.json'))), SAMPLE);
  t.equal(readdirSync(cwd).length, 2, 'no temporary file stays');
});

t.test('a terminal in a read-only folder: notes before and after, and the verdict decides', async (t) => {
  const { code, out, err } = await attempt('/proc', { terminal: true });
  t.equal(code, 0);
  t.match(err, /note: JSON report not saved: no file can be made in the folder \/proc.*--output FILE/);
  t.match(out, /JSON report not saved/);
});

t.test('--output and --format write whole files, over existing ones, and leave stdout alone', async (t) => {
  const cwd = t.testdir({ 'r.json': 'old' });
  chmodSync(join(cwd, 'r.json'), 0o644);
  const { code, out, err } = await attempt(cwd, { flags: { output: ['r.json'], format: ['text=r.txt'] } });
  t.equal(code, 0);
  t.equal(out, '');
  t.strictSame(reportIn(join(cwd, 'r.json')), SAMPLE);
  t.equal(statSync(join(cwd, 'r.json')).mode & 0o777, 0o600);
  t.match(readFileSync(join(cwd, 'r.txt'), 'utf8'), /READY/);
  t.match(err, `Report: ${join(cwd, 'r.json')}`);
  t.strictSame(readdirSync(cwd).sort(), ['r.json', 'r.txt']);
});

t.test('--format text=- puts the text on stdout and the summary on stderr', async (t) => {
  const { out, err } = await attempt(t.testdir({}), { flags: { format: ['text=-'] }, terminal: true });
  t.match(out, /READY/);
  t.match(err, /READY/);
});

t.test('the JSON on stdout has no character that a terminal interprets', async (t) => {
  const rude = report({ targets: [] });
  const hostile = {
    ...rude,
    environment: { ...rude.environment, notes: ['\u009b31m \u202e \u2028 \u{e0041} \u001b[0m'] },
  };
  const { out } = await attempt(t.testdir({}), { agent: () => async () => hostile });
  t.notMatch(out.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
  t.strictSame(JSON.parse(out).environment.notes, hostile.environment.notes);
});

t.test('an output that cannot be written is found before the agent starts', async (t) => {
  let started = false;
  const agent = () => async () => {
    started = true;
    return SAMPLE;
  };
  await t.rejects(attempt(t.testdir({}), { agent, flags: { output: ['gone/r.json'] } }), {
    name: 'UsageError',
  });
  t.notOk(started);
});

/** An agent during whose run the folder of the output disappears. */
function breaking(t: Test): { cwd: string; agent: () => Agent } {
  const cwd = t.testdir({ out: {} });
  const agent = () => async () => {
    const { rmSync } = await import('node:fs');
    rmSync(join(cwd, 'out'), { recursive: true });
    return SAMPLE;
  };
  return { cwd, agent };
}

t.test('a file that fails at the end: the report goes to stdout, and the exit code is 4', async (t) => {
  const { cwd, agent } = breaking(t);
  const { code, out, err } = await attempt(cwd, { agent, terminal: true, flags: { output: ['out/r.json'] } });
  t.equal(code, 4);
  t.strictSame(parsedReport(out), SAMPLE, 'nothing but the report');
  t.match(err, /could not be written to .*r\.json: it does not exist \(ENOENT\)/);
  t.match(err, /the JSON report went to stdout instead/);
  t.match(err, /READY/);
});

t.test('with stdout in use the report that fails is saved among the temporary files', async (t) => {
  const { cwd, agent } = breaking(t);
  const { code, err } = await attempt(cwd, { agent, flags: { output: ['out/r.json'], format: ['text=-'] } });
  t.equal(code, 4);
  const path = /saved as (\S+\.json) instead/.exec(err)?.[1] ?? '';
  t.strictSame(reportIn(path), SAMPLE);
  unlinkSync(path);
});

t.test('a full disk behind stdout', async (t) => {
  const { code, err } = await attempt(t.testdir({}), { stdoutFails: 'ENOSPC' });
  t.equal(code, 4);
  const path = /saved as (\S+\.json) instead/.exec(err)?.[1] ?? '';
  t.strictSame(reportIn(path), SAMPLE);
  unlinkSync(path);
});

t.test('a closed pipe loses the only copy of the report: it is saved to a named file', async (t) => {
  const { code, err } = await attempt(t.testdir({}), { stdoutFails: 'EPIPE' });
  t.equal(code, 4);
  t.match(err, /stdout: its reader has gone \(EPIPE\)/);
  const path = /saved as (\S+\.json) instead/.exec(err)?.[1] ?? '';
  t.strictSame(reportIn(path), SAMPLE);
  unlinkSync(path);
});

t.test('a closed pipe is not a failure when a file has the report', async (t) => {
  const cwd = t.testdir({});
  const { code, err } = await attempt(cwd, { stdoutFails: 'EPIPE', flags: { output: ['r.json'] } });
  t.equal(code, 0);
  t.notMatch(err, 'EPIPE');
});

t.test('a signal ends the run, and more signals do not lose the report', async (t) => {
  const cwd = t.testdir({});
  for (const [name, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const agent =
      (io: Captured): Agent =>
      async (_options, { signal }) => {
        queueMicrotask(() => io.process.emit(name));
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        io.process.emit('SIGINT');
        io.process.emit('SIGTERM');
        return { ...SAMPLE, verdict: 'inconclusive', interrupted: signal.reason };
      };
    const { code, out, err, io } = await attempt(cwd, { agent });
    t.equal(code, expected);
    t.equal(parsedReport(out).interrupted, name);
    t.match(err, /still stopping/);
    t.equal(io.process.eventNames().length, 0, 'listeners are taken off');
  }
});

t.test('a defect that the agent reports: exit 70, with the report', async (t) => {
  const agent = () => async () => ({ ...SAMPLE, verdict: 'inconclusive', interrupted: 'defect' }) as const;
  const { code, out, err } = await attempt(t.testdir({}), { agent });
  t.equal(code, 70);
  t.equal(JSON.parse(out).interrupted, 'defect');
  t.match(err, /This is a defect in apim-probe/);
});

t.test('an uncaught exception: exit 70, with the partial report', async (t) => {
  const agent =
    (io: Captured): Agent =>
    async (_options, { signal }) => {
      queueMicrotask(() => io.process.emit('uncaughtException', new Error('the impossible')));
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return {
        ...SAMPLE,
        verdict: 'inconclusive',
        interrupted: signal.reason instanceof Error ? 'defect' : null,
      };
    };
  const { code, out, err } = await attempt(t.testdir({}), { agent });
  t.equal(code, 70);
  t.equal(parsedReport(out).interrupted, 'defect');
  t.match(err, /This is a defect in apim-probe \d.*\nError: the impossible\n/);
  t.notMatch(err, /\n\s+at /, 'no stack unasked');
  const debug = await attempt(t.testdir({}), { agent, flags: { logLevel: ['debug'] } });
  t.match(debug.err, /Error: the impossible\n\s+at /);
});

t.test('the demo stores no report and shows its summary on stdout', async (t) => {
  const cwd = t.testdir({});
  const { out, err } = await attempt(cwd, { keeping: 'on-request' });
  t.match(out, /READY/);
  t.equal(err, '');
  t.strictSame(readdirSync(cwd), []);
});

t.test('events go to the log at --log-level debug', async (t) => {
  const agent =
    (): Agent =>
    async (_options, { progress }) => {
      progress?.({ kind: 'phase', name: 'probe' });
      progress?.({ kind: 'begin', id: 'custom/a:1' });
      return SAMPLE;
    };
  const { err } = await attempt(t.testdir({}), { agent, flags: { logLevel: ['debug'] } });
  t.match(JSON.parse(lines(err)[0] ?? ''), { level: 'info', kind: 'phase', name: 'probe' });
  t.match(JSON.parse(lines(err)[1] ?? ''), { level: 'debug', kind: 'begin', id: 'custom/a:1' });
  const calm = await attempt(t.testdir({}), { agent });
  t.notMatch(calm.err, 'custom/a:1');
});

t.test('devices are written in place', async (t) => {
  const { code } = await attempt(t.testdir({}), { flags: { output: ['/dev/null'] } });
  t.equal(code, 0);
  t.ok(existsSync('/dev/null') && statSync('/dev/null').isCharacterDevice());
});
