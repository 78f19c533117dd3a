import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { droppedNote, forgetDropped, readDropped } from '../../../src/delivery/upload/dropped.ts';
import { readLastUpload, storeLastUpload } from '../../../src/delivery/upload/last-upload.ts';
import { Spool } from '../../../src/delivery/upload/spool.ts';
import { isTrusted, spoolFolder } from '../../../src/delivery/upload/spool-folder.ts';
import { AS_IT_IS, fill, openTrialSpool, sha256 } from './trial.ts';

t.test('a report waits whole, for its owner alone', async (t) => {
  const spool = openTrialSpool(t);
  t.strictSame([spool.waiting(), spool.rejected()], [[], []], 'a folder that is not there');
  const [[name, json] = ['', '']] = await fill(spool, 1);
  t.equal(statSync(spool.folder).mode & 0o777, 0o700);
  t.equal(statSync(join(spool.folder, name)).mode & 0o777, 0o600);
  t.equal(gunzipSync(readFileSync(join(spool.folder, name))).toString(), json);
  t.strictSame(readdirSync(spool.folder), [name], 'no temporary file stays');
});

t.test('the same report twice is one', async (t) => {
  const spool = openTrialSpool(t);
  const report = { id: '019b76da-a800-7000-8000-000000abcdef', startedAt: '2026-05-04T08:30:00.123Z' };
  await spool.add(report, '1');
  t.equal(
    await spool.add(report, '1'),
    'apim-probe-report-20260504T083000Z-019b76da-a800-7000-8000-000000abcdef.json.gz',
  );
  t.equal(spool.waiting().length, 1);
});

t.test('the oldest first, and nothing that is not a report’s', async (t) => {
  const spool = openTrialSpool(t);
  const names = [...(await fill(spool, 5)).keys()];
  for (const foreign of ['notes.txt', 'core', '.apim-probe-1-abcd.tmp', `${names[0]}.part`])
    writeFileSync(join(spool.folder, foreign), 'x');
  await mkdir(
    join(spool.folder, 'apim-probe-report-20260504T083000Z-019b76da-a800-7000-8000-000000abcdef.json.gz'),
  );
  symlinkSync(
    '/etc/passwd',
    join(spool.folder, 'apim-probe-report-20260504T083000Z-019b76da-a800-7000-8000-000000abcdee.json.gz'),
  );
  t.strictSame(
    spool.waiting().map(({ name }) => name),
    names,
  );
  utimesSync(join(spool.folder, '.apim-probe-1-abcd.tmp'), 0, 0);
  await fill(spool, 1);
  t.notOk(readdirSync(spool.folder).includes('.apim-probe-1-abcd.tmp'), 'left by a killed process: swept');
  t.ok(readdirSync(spool.folder).includes('notes.txt'), 'of others: left alone');
});

t.test('of many that claim one report, one has it', async (t) => {
  const spool = openTrialSpool(t);
  const [[name, json] = ['', '']] = await fill(spool, 1);
  const [waiting] = spool.waiting();
  if (waiting === undefined) throw new Error('nothing waits');
  const claims = await Promise.all(Array.from({ length: 20 }, () => spool.claim(waiting)));
  const [claimed, ...others] = claims.filter((claim) => claim !== null);
  t.strictSame(others, []);
  t.match(spool.waiting(), [{ name, held: true }], 'still counted while it is sent');
  if (claimed === undefined) throw new Error('the report was not claimed');
  t.equal((await spool.read(claimed, AS_IT_IS)).sha256, sha256(json));
  await claimed.release();
  t.match(spool.waiting(), [{ name, held: false }]);
  t.strictSame(readdirSync(spool.folder), [name]);
});

t.test('a claim whose process was killed is taken over, and one of a living process is not', async (t) => {
  const spool = openTrialSpool(t);
  const [first = '', second = ''] = [...(await fill(spool, 2)).keys()];
  const child = await claimInChild(spool.folder);
  t.match(spool.waiting(), [
    { name: first, held: true },
    { name: second, held: false },
  ]);
  const [held, free] = spool.waiting();
  if (held === undefined || free === undefined) throw new Error('nothing waits');
  t.equal(await spool.claim({ ...held, held: false }), null, 'by one that looked before it was claimed');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.match(spool.waiting(), [{ held: false }, { held: false }]);
  const [claimed] = await Promise.all(spool.waiting().map((one) => spool.claim(one)));
  t.equal(claimed?.name, first);
});

t.test('what killed processes left is removed or waits again', async (t) => {
  const spool = openTrialSpool(t);
  const [first = '', second = ''] = [...(await fill(spool, 2)).keys()];
  const child = await claimInChild(spool.folder);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await unlink(join(spool.folder, first));
  // As version 0.2 claimed it.
  const renamed = join(spool.folder, `.sending-4194303-1-${second}`);
  await rename(join(spool.folder, second), renamed);
  utimesSync(renamed, 0, 0);
  // Killed while they took a claim over: long ago, and just now.
  const [old = '', young = ''] = ['unreadable', '583b8c24ebd7aa3a'].map(
    (tokens) => `.sending-${first}.lock.${tokens}`,
  );
  for (const name of [old, young]) writeFileSync(join(spool.folder, name), '');
  utimesSync(join(spool.folder, old), 0, 0);
  const [third = ''] = [...(await fill(spool, 1)).keys()];
  t.strictSame(readdirSync(spool.folder).sort(), [second, third, young].sort());
});

t.test('a report that went meanwhile is not claimed', async (t) => {
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  const [waiting] = spool.waiting();
  if (waiting === undefined) throw new Error('nothing waits');
  await unlink(waiting.path);
  t.equal(await spool.claim(waiting), null);
  t.strictSame(readdirSync(spool.folder), []);
});

/** A process that has claimed the oldest report. */
async function claimInChild(folder: string): Promise<ChildProcess> {
  const module = new URL('../../../src/delivery/upload/spool.ts', import.meta.url);
  const script = `
    const { Spool } = await import(${JSON.stringify(module.href)});
    const spool = new Spool(${JSON.stringify(folder)}, 1e9);
    const claimed = await spool.claim(spool.waiting()[0]);
    process.stdout.write(claimed.name);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

t.test('a rejected report has its reason beside it, and waits again on request', async (t) => {
  const spool = openTrialSpool(t);
  const [[name] = ['']] = await fill(spool, 1);
  const [waiting] = spool.waiting();
  const claimed = waiting === undefined ? null : await spool.claim(waiting);
  if (claimed === null) throw new Error('not claimed');
  await spool.reject(claimed, 'the container does not exist');
  t.strictSame(spool.waiting(), []);
  const [rejected] = spool.rejected();
  t.equal(rejected?.name, name);
  t.equal(readFileSync(rejected?.reasonPath ?? '', 'utf8'), 'the container does not exist\n');
  t.equal(statSync(spool.rejectedFolder).mode & 0o777, 0o700);
  t.equal(await spool.retryRejected(), 1);
  t.match(spool.waiting(), [{ name, held: false }]);
  t.strictSame(readdirSync(spool.rejectedFolder), []);
});

t.test('a full spool drops the oldest, rejected ones first, and records it', async (t) => {
  const spool = openTrialSpool(t, 10_000);
  const names = [...(await fill(spool, 3, 3000)).keys()];
  const [oldest] = spool.waiting();
  const claimed = oldest === undefined ? null : await spool.claim(oldest);
  if (claimed === null) throw new Error('not claimed');
  await spool.reject(claimed, 'refused');
  const later = [...(await fill(spool, 12, 3000)).keys()];
  const left = [...spool.waiting(), ...spool.rejected()];
  t.ok(left.reduce((sum, { bytes }) => sum + bytes, 0) <= 10_000);
  t.strictSame(spool.rejected(), []);
  t.ok(
    left.some(({ name }) => name === later.at(-1)),
    'the newest one stays',
  );
  const dropped = readDropped(spool.folder);
  t.equal(dropped?.count, 15 - left.length);
  t.equal(dropped?.first, names[0]);
  if (dropped === null) throw new Error('nothing was remembered');
  t.match(droppedNote(dropped), /the spool was full: \d+ earlier reports from 2026-05-04T08:30:00Z to 2026-/);
  await forgetDropped(spool.folder, { ...dropped, count: dropped.count - 1 });
  const rest = readDropped(spool.folder);
  t.strictSame(
    rest,
    { count: 1, first: dropped.last, last: dropped.last },
    'the one dropped since is still to be noted',
  );
  await forgetDropped(spool.folder, { ...dropped, count: 1 });
  t.equal(readDropped(spool.folder), null);
});

t.test('one report that is larger than the limit stays', async (t) => {
  const spool = openTrialSpool(t, 1000);
  await fill(spool, 1, 5000);
  t.equal(spool.waiting().length, 1);
});

t.test('a malformed file of drops counts as missing', async (t) => {
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  for (const text of ['', '{', '[]', '{"count":-1,"first":"a","last":"b"}']) {
    await writeFile(join(spool.folder, 'dropped.json'), text);
    t.equal(readDropped(spool.folder), null);
  }
});

t.test('a folder that takes nothing is an error', async (t) => {
  const file = join(t.testdir({ file: 'x' }), 'file');
  await t.rejects(fill(new Spool(join(file, 'spool'), 1000), 1), { code: /ENOTDIR|EEXIST/ });
});

t.test('whose folder may be used', async (t) => {
  t.strictSame([isTrusted(7, 7, true), isTrusted(0, 7, false), isTrusted(7, 0, false)], [true, true, true]);
  t.strictSame(
    [isTrusted(8, 7, false), isTrusted(0, 7, true), isTrusted(7, 0, true)],
    [false, false, false],
    'among the temporary files no other user’s, not even root’s',
  );
});

t.test('where the spool is', (t) => {
  const none = { spool: null, state: null };
  t.equal(spoolFolder({ spool: '/a', state: '/b' }, {}), '/a');
  t.equal(spoolFolder({ ...none, state: '/b' }, { STATE_DIRECTORY: '/c' }), join('/b', 'spool'));
  t.equal(spoolFolder(none, { STATE_DIRECTORY: '/c:/d', HOME: '/h' }), join('/c', 'spool'));
  t.equal(spoolFolder(none, { XDG_STATE_HOME: '/x', HOME: '/h' }), '/x/apim-probe/spool');
  t.equal(spoolFolder(none, { HOME: homedir() }), join(homedir(), '.local/state/apim-probe/spool'));
  for (const HOME of ['', '/', 'relative']) t.ok(spoolFolder(none, { HOME }).startsWith(tmpdir()));
  t.end();
});

t.test('what remembers is read without waiting for anybody', async (t) => {
  const spool = openTrialSpool(t);
  await fill(spool, 1);
  for (const name of ['dropped.json', 'last-upload.json']) execFileSync('mkfifo', [join(spool.folder, name)]);
  t.equal(readDropped(spool.folder), null);
  t.strictSame(readLastUpload(spool.folder), { success: null, problem: null });
  await storeLastUpload(spool.folder, { sent: ['a'], rejected: [], problem: null, spoolProblem: null }, 0);
  t.match(readLastUpload(spool.folder), { success: { text: 'a' } }, 'and a file takes its place');
});
