import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import t from 'tap';
import { createLog, isJournal } from '../../src/cli/log.ts';
import { logEvent, logOutcome } from '../../src/cli/log-events.ts';
import { openLogFile } from '../../src/cli/log-file.ts';
import { logLine } from '../../src/cli/log-text.ts';
import { reached } from '../diagnosis/build.ts';
import { report } from '../report/samples.ts';

type Options = Parameters<typeof createLog>[0];
const OPTIONS: Options = { logLevel: 'debug', logFile: null, color: false };

function sink(changes: object = {}) {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const stderr = Object.assign(stream, { isTTY: false, ...changes }) as unknown as NodeJS.WriteStream;
  return { stderr, text: () => chunks.join('') };
}

const silent = (problem: string): void => {
  throw new Error(problem);
};

t.test('without a terminal: JSON lines', async (t) => {
  const { stderr, text } = sink();
  const log = await createLog(OPTIONS, { stderr, env: {}, complain: silent });
  log?.logger.info({ kind: 'phase', name: 'probe' });
  t.match(JSON.parse(text()), { level: 'info', kind: 'phase', name: 'probe', time: /^\d{4}-.*Z$/ });
});

t.test('below info there is no log on stderr, but there is one in a file', async (t) => {
  const { stderr, text } = sink();
  const parts = { stderr, env: {}, complain: silent };
  t.equal(await createLog({ ...OPTIONS, logLevel: 'warn' }, parts), null);
  const logFile = join(t.testdir({}), 'log');
  const log = await createLog({ ...OPTIONS, logLevel: 'warn', logFile }, parts);
  log?.logger.info('not this');
  log?.logger.warn('this');
  t.match(
    readFileSync(logFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [{ level: 'warn', msg: 'this' }],
  );
  t.equal(text(), '');
  log?.close();
});

t.test('on a terminal: text without control characters', async (t) => {
  const { stderr, text } = sink({ isTTY: true });
  const log = await createLog(OPTIONS, { stderr, env: {}, complain: silent });
  log?.logger.debug({ kind: 'step', id: 'sql/db:1433', step: 'connect', ms: 1.2, ok: true });
  t.match(text(), /^\d\d:\d\d:\d\d\.\d{3} debug {2}step sql\/db:1433 step=connect ms=1\.2 ok=true\n$/);
  const rude = JSON.stringify({ level: 'info', time: '2026-05-04T08:30:00.000Z', '\u001b[1m': '\u202e' });
  t.notMatch(logLine(rude, false).trimEnd(), /[\p{Cc}\p{Cf}]/u);
  t.match(logLine('no \u001b json\n', false), 'no \\u{1b} json\n');
  t.match(logLine(JSON.stringify({ level: 'error', time: 'x' }), true), '\u001b[31merror');
});

t.test('in the journal: the priority of each level in front', async (t) => {
  const file = join(t.testdir({}), 'stream');
  const fd = openSync(file, 'w');
  t.teardown(() => closeSync(fd));
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const env = { JOURNAL_STREAM: `${dev}:${ino}` };
  const { stderr, text } = sink({ fd });
  const log = await createLog({ ...OPTIONS, logLevel: 'trace' }, { stderr, env, complain: silent });
  for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) log?.logger[level](level);
  t.match(
    text()
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 4)),
    ['<7>{', '<7>{', '<6>{', '<4>{', '<3>{'],
  );
  for (const stream of ['', '1:2', `${dev}:`, 'nonsense', `${dev}:${ino}0`])
    t.equal(isJournal({ fd }, { JOURNAL_STREAM: stream }), false, stream);
  t.equal(isJournal({ fd: 999_999 }, env), false);
  t.equal(isJournal({}, env), false);
});

t.test('the log file: appended, for its owner alone, renamed when it is large', async (t) => {
  const path = join(t.testdir({}), 'log');
  for (const line of ['one\n', 'two\n']) {
    const log = openLogFile(path, silent);
    log?.write(line);
    log?.close();
  }
  t.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
  truncateSync(path, 10 * 1024 * 1024 + 1);
  writeFileSync(`${path}.1`, 'older');
  const log = openLogFile(path, silent);
  log?.write('three\n');
  log?.close();
  t.equal(readFileSync(path, 'utf8'), 'three\n');
  t.equal(statSync(`${path}.1`).size, 10 * 1024 * 1024 + 1);
});

t.test('a log file that cannot be written: one message, and the run goes on', async (t) => {
  const problems: string[] = [];
  const full = openLogFile('/dev/full', (problem) => problems.push(problem));
  full?.write('one\n');
  full?.write('two\n');
  full?.close();
  full?.write('three\n');
  t.match(problems, [/the log \/dev\/full takes no more lines: no space left/]);
  t.equal(problems.length, 1);
});

t.test(
  'a path that cannot be a log is refused; a pipe without a reader does not block the run',
  async (t) => {
    const folder = t.testdir({ there: {} });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['there', 'gone/log', 'pipe']) {
      t.throws(
        () => openLogFile(join(folder, name), silent),
        { name: 'UsageError', message: /--log-file/ },
        name,
      );
    }
    t.notOk(existsSync(join(folder, 'gone')));
  },
);

t.test('each step of a target, with peer data under one key', async (t) => {
  const { stderr, text } = sink();
  const log = await createLog({ ...OPTIONS, logLevel: 'trace' }, { stderr, env: {}, complain: silent });
  if (log === null) throw new Error('no log');
  const target = reached('sql', 'db.example', '10.0.0.4');
  const [attempt] = target.attempts;
  const [resolution] = target.resolutions;
  if (attempt === undefined || resolution === undefined) throw new Error('nothing was tried');
  const rude = {
    ...attempt,
    facts: { error: '\u001b[31m', smtp: { banner: '\u202e' } },
  } as unknown as typeof attempt;
  const steps = [{ name: 'connect', ms: 1.2, ok: true } as const];
  logEvent(log.logger, { kind: 'phase', name: 'probe' });
  logEvent(log.logger, { kind: 'begin', id: target.id });
  logEvent(log.logger, { kind: 'attempt', id: target.id, attempt: { ...rude, steps } });
  logEvent(log.logger, { kind: 'resolved', id: target.id, resolutions: [resolution] });
  logOutcome(log.logger, report(), ['/s/r.json']);
  const lines = text().trim().split('\n');
  t.match(
    lines.map((line) => JSON.parse(line)),
    [
      { level: 'info', kind: 'phase' },
      { level: 'debug', kind: 'begin', id: target.id },
      {
        level: 'debug',
        kind: 'step',
        id: target.id,
        address: '10.0.0.4',
        step: 'connect',
        ms: 1.2,
        ok: true,
      },
      {
        level: 'debug',
        kind: 'attempt',
        ok: true,
        peer: { error: '\\u{1b}[31m', smtp: { banner: '\\u{202e}' } },
      },
      { level: 'debug', kind: 'resolution', rcode: 'NOERROR', peer: { addresses: ['10.0.0.4'] } },
      { level: 'info', kind: 'report', verdict: 'ready', files: ['/s/r.json'] },
    ],
  );
  t.notMatch(lines.join(''), /\\u001b|\u202e/);
});
