import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Locking, type Processes, takeLock } from '../../src/delivery/files/lock.ts';

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
  const lock = await held(await takeLock(join(state, 'lock')));
  t.equal(lock.takenFrom, null);
  t.match(await takeLock(join(state, 'lock')), { kind: 'busy', holder: { pid: process.pid } });
  t.strictSame(readdirSync(state), ['lock'], 'nothing else is left behind');
  await lock.release();
  t.strictSame(readdirSync(state), []);
  await (await held(await takeLock(join(state, 'lock')))).release();
});

t.test('the lock of a dead process is taken over, however its death shows', async (t) => {
  for (const [why, holder, processes] of [
    ['no such process', {}, system({ 100: '99' })],
    ['its id has been given to another', {}, system({ 7: '51', 100: '99' })],
    ['another boot', { boot: 'the last boot' }, system({ 7: '50', 100: '99' })],
  ] as const) {
    const state = t.testdir({});
    lockOf(state, holder);
    const lock = await held(await takeLock(join(state, 'lock'), processes));
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
    t.match(await takeLock(join(state, 'lock'), processes), { kind: 'busy', holder: { pid: 7 } }, why);
    t.equal(JSON.parse(readFileSync(path, 'utf8')).pid, 7);
  }
});

t.test('where only the age shows it: taken over when no run takes as long', async (t) => {
  for (const hours of [-3, 3]) {
    const state = t.testdir({});
    const path = lockOf(state, { namespace: 'pid:[2]' });
    const then = (Date.now() - hours * HOUR) / 1000;
    utimesSync(path, then, then);
    await held(await takeLock(join(state, 'lock'), system({ 100: '99' })));
    t.pass(`${hours} hours`);
  }
});

t.test('an unreadable lock: it may be incomplete while fresh, and does not count when old', async (t) => {
  for (const content of ['', '{"pid":', 'x'.repeat(100_000), '[]', '{"pid":-1}']) {
    const state = t.testdir({ lock: content });
    t.match(await takeLock(join(state, 'lock')), { kind: 'busy' }, content.slice(0, 10));
    const then = Date.now() / 1000 - 60;
    utimesSync(join(state, 'lock'), then, then);
    await held(await takeLock(join(state, 'lock')));
  }
});

t.test('something else of that name, or no folder: an error without waiting', async (t) => {
  await t.rejects(takeLock(join(t.testdir({ lock: {} }), 'lock')), { code: 'EISDIR' });
  await t.rejects(takeLock(join(t.testdir({}), 'gone/lock')), { code: 'ENOENT' });
});

t.test('a lock that another run has taken is not released', async (t) => {
  const state = t.testdir({});
  const lock = await held(await takeLock(join(state, 'lock')));
  const path = lockOf(state);
  await lock.release();
  t.ok(existsSync(path));
});

/** A process that holds the lock; `prefix` starts it. */
async function holdInChild(state: string, prefix: readonly string[] = []): Promise<ChildProcess> {
  const module = new URL('../../src/delivery/files/lock.ts', import.meta.url);
  const script = `
    const { takeLock } = await import(${JSON.stringify(module.href)});
    process.stdout.write((await takeLock(${JSON.stringify(join(state, 'lock'))})).kind);
    setInterval(() => {}, 1000);
  `;
  const [file = '', ...args] = [...prefix, process.execPath, '--input-type=module', '-e', script];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [kind] = await once(child.stdout, 'data');
  if (String(kind) !== 'held') throw new Error(String(kind));
  return child;
}

const changeLock = (state: string, changes: object) => {
  const path = join(state, 'lock');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...changes }));
};

const onLinux = process.platform !== 'linux' && 'needs /proc';

t.test('a killed process: its lock is taken over', async (t) => {
  const state = t.testdir({});
  const child = await holdInChild(state);
  t.match(await takeLock(join(state, 'lock')), { kind: 'busy', holder: { pid: child.pid } });
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.match((await held(await takeLock(join(state, 'lock')))).takenFrom, { pid: child.pid });
  t.strictSame(readdirSync(state), ['lock'], 'nothing else is left behind');
});

t.test('a living process with the id of the dead holder is another one', { skip: onLinux }, async (t) => {
  for (const [changes, kind] of [
    [{}, 'busy'],
    [{ started: '1' }, 'held'],
    [{ boot: '00000000-0000-4000-8000-000000000000' }, 'held'],
  ] as const) {
    const state = t.testdir({});
    const child = await holdInChild(state);
    changeLock(state, changes);
    t.equal((await takeLock(join(state, 'lock'))).kind, kind, JSON.stringify(changes));
    child.kill('SIGKILL');
  }
});

const noNamespace =
  (process.platform !== 'linux' || process.geteuid?.() !== 0) && 'needs root for a process namespace';
t.test('a process of another namespace is not taken for dead', { skip: noNamespace }, async (t) => {
  const state = t.testdir({});
  const child = await holdInChild(state, ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']);
  const { pid } = JSON.parse(readFileSync(join(state, 'lock'), 'utf8'));
  t.equal(pid, 1, 'an id that means another process here');
  t.match(await takeLock(join(state, 'lock')), { kind: 'busy', holder: { pid: 1 } });
  changeLock(state, { pid: 4_194_303 });
  t.equal((await takeLock(join(state, 'lock'))).kind, 'busy', 'nor when no process has its id here');
  child.kill('SIGKILL');
  await once(child, 'exit');
});

t.test('one process at a time removes a dead lock, and its own death blocks no other', async (t) => {
  const state = t.testdir({});
  const path = lockOf(state);
  const second = `${path}.a`;
  const living = system({ 100: '99', 200: '1' });
  await held(await takeLock(second, { ...living, pid: 200 }));
  t.match(await takeLock(path, living), { kind: 'busy' });
  t.ok(existsSync(path), 'the process that holds the second lock removes the first');
  const lock = await held(await takeLock(path, system({ 100: '99' })));
  t.equal(lock.takenFrom?.pid, 7);
  t.strictSame(readdirSync(state), ['lock']);
});

t.test('a process that saw the dead lock long ago does not remove the living one', async (t) => {
  const state = t.testdir({});
  const path = lockOf(state);
  const living = system({ 100: '99', 300: '5' });
  // Between the look at the dead lock and its removal, another process takes it over and works.
  let other: Locking | undefined;
  const slow = { ...system({ 100: '99', 300: '5' }), isAlive: (pid: number) => pid !== 7 };
  const looking = takeLock(path, {
    ...slow,
    startOf: (pid) => {
      if (pid === 100 && other === undefined) {
        lockOf(state, { pid: 300, started: '5', token: 'b' });
        other = { kind: 'busy', holder: { pid: 300, since: '' } };
      }
      return living.startOf(pid);
    },
  });
  t.match(await looking, { kind: 'busy', holder: { pid: 300 } });
  t.equal(JSON.parse(readFileSync(path, 'utf8')).pid, 300);
});

t.test('a chain of dead locks of removal is followed to its end', async (t) => {
  const state = t.testdir({});
  for (let path = lockOf(state), depth = 0; depth < 5; depth += 1) {
    path = `${path}.a`;
    writeFileSync(path, readFileSync(join(state, 'lock')));
  }
  await held(await takeLock(join(state, 'lock'), system({ 100: '99' })));
  t.strictSame(readdirSync(state), ['lock']);
});

t.test('of eight processes that take over a dead lock at once, one gets it', async (t) => {
  const state = t.testdir({});
  lockOf(state, { pid: 2 ** 22 + 1, boot: null, namespace: null });
  const module = new URL('../../src/delivery/files/lock.ts', import.meta.url);
  const script = `
    const { takeLock } = await import(${JSON.stringify(module.href)});
    await new Promise((go) => process.stdin.once('data', go));
    process.stdout.write((await takeLock(${JSON.stringify(join(state, 'lock'))})).kind);
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
