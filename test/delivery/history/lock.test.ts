import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Locking, type Processes, takeLock } from '../../../src/delivery/history/lock.ts';

const HOUR = 60 * 60 * 1000;

/** A system where the processes named are alive, each since the tick given. */
function system(alive: Readonly<Record<number, string | null>>, changes: Partial<Processes> = {}): Processes {
  return {
    pid: 100,
    boot: 'this boot',
    namespace: 'pid:[1]',
    isAlive: (pid) => pid in alive,
    startOf: (pid) => alive[pid] ?? null,
    ...changes,
  };
}

function lockOf(state: string, changes: object = {}): string {
  const path = join(state, 'lock');
  const holder = {
    ...{ pid: 7, since: '2026-05-04T08:30:00.000Z', token: 'a' },
    ...{ boot: 'this boot', started: '50', namespace: 'pid:[1]' },
    ...changes,
  };
  writeFileSync(path, JSON.stringify(holder));
  return path;
}

async function held(locking: Locking) {
  if (locking.kind !== 'held') throw new Error(`busy: ${JSON.stringify(locking.holder)}`);
  return locking.lock;
}

t.test('one at a time, and the next one after', async (t) => {
  const state = t.testdir({});
  const lock = await held(await takeLock(state));
  t.equal(lock.takenFrom, null);
  t.match(await takeLock(state), { kind: 'busy', holder: { pid: process.pid } });
  t.strictSame(readdirSync(state), ['lock'], 'nothing else is left behind');
  await lock.release();
  t.strictSame(readdirSync(state), []);
  await (await held(await takeLock(state))).release();
});

t.test('the lock of a dead process is taken over, however its death shows', async (t) => {
  for (const [why, holder, processes] of [
    ['no such process', {}, system({ 100: '99' })],
    ['its id has been given to another', {}, system({ 7: '51', 100: '99' })],
    ['another boot', { boot: 'the last boot' }, system({ 7: '50', 100: '99' })],
  ] as const) {
    const state = t.testdir({});
    lockOf(state, holder);
    const lock = await held(await takeLock(state, processes));
    t.match(lock.takenFrom, { pid: 7, since: '2026-05-04T08:30:00.000Z' }, why);
    t.equal(JSON.parse(readFileSync(join(state, 'lock'), 'utf8')).pid, 100);
    await lock.release();
  }
});

t.test('the lock of a living process is left alone', async (t) => {
  for (const [why, holder, processes] of [
    ['alive since then', {}, system({ 7: '50', 100: '99' })],
    ['alive, with an unknown start time', { started: null }, system({ 7: null, 100: null })],
    ['of another namespace, where its id may live', { namespace: 'pid:[2]' }, system({ 100: '99' })],
  ] as const) {
    const state = t.testdir({});
    const path = lockOf(state, holder);
    t.match(await takeLock(state, processes), { kind: 'busy', holder: { pid: 7 } }, why);
    t.equal(JSON.parse(readFileSync(path, 'utf8')).pid, 7);
  }
});

t.test('where only the age shows it: taken over when no run takes as long', async (t) => {
  for (const hours of [-3, 3]) {
    const state = t.testdir({});
    const path = lockOf(state, { namespace: 'pid:[2]' });
    const then = (Date.now() - hours * HOUR) / 1000;
    utimesSync(path, then, then);
    await held(await takeLock(state, system({ 100: '99' })));
    t.pass(`${hours} hours`);
  }
});

t.test('an unreadable lock: it may be incomplete while fresh, and does not count when old', async (t) => {
  for (const content of ['', '{"pid":', 'x'.repeat(100_000), '[]', '{"pid":-1}']) {
    const state = t.testdir({ lock: content });
    t.match(await takeLock(state), { kind: 'busy' }, content.slice(0, 10));
    const then = Date.now() / 1000 - 60;
    utimesSync(join(state, 'lock'), then, then);
    await held(await takeLock(state));
  }
});

t.test('something else of that name, or no folder: an error without waiting', async (t) => {
  await t.rejects(takeLock(t.testdir({ lock: {} })), { code: 'EISDIR' });
  await t.rejects(takeLock(join(t.testdir({}), 'gone')), { code: 'ENOENT' });
});

t.test('a lock that another run has taken is not released', async (t) => {
  const state = t.testdir({});
  const lock = await held(await takeLock(state));
  const path = lockOf(state);
  await lock.release();
  t.ok(existsSync(path));
});

t.test('of eight processes that take over a dead lock at once, one gets it', async (t) => {
  const state = t.testdir({});
  lockOf(state, { pid: 2 ** 22 + 1, boot: null, namespace: null });
  const module = new URL('../../../src/delivery/history/lock.ts', import.meta.url);
  const script = `
    const { takeLock } = await import(${JSON.stringify(module.href)});
    await new Promise((go) => process.stdin.once('data', go));
    process.stdout.write((await takeLock(${JSON.stringify(state)})).kind);
    setTimeout(() => process.exit(), 5000).unref();
    await new Promise((end) => process.stdin.once('data', end).once('end', end));
    process.exit();
  `;
  const old = Date.now() / 1000 - 3 * 3600;
  utimesSync(join(state, 'lock'), old, old);
  const children = Array.from({ length: 8 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  for (const child of children) child.stdin.write('go\n');
  const kinds = await Promise.all(
    children.map(async (child) => String((await once(child.stdout, 'data'))[0])),
  );
  for (const child of children) child.stdin.end('end\n');
  t.equal(kinds.filter((kind) => kind === 'held').length, 1, kinds.join(' '));
});
