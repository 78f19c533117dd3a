/** What root does in a folder of a service leaves nothing there that the service could not read, send or replace. */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { takeLock } from '../../src/delivery/files/lock.ts';
import { makeFolder } from '../../src/delivery/files/make-folder.ts';
import { withOwnedFolder } from '../../src/delivery/files/owned-folder.ts';
import { History } from '../../src/delivery/history/history.ts';
import { noteDropped, readDropped } from '../../src/delivery/upload/dropped.ts';
import { readLastUpload, storeLastUpload } from '../../src/delivery/upload/last-upload.ts';
import { Spool } from '../../src/delivery/upload/spool.ts';
import { NOW, run } from './history/samples.ts';
import { AS_IT_IS, fill, sha256 } from './upload/trial.ts';

/** Of no account that anything else here runs as. */
const SERVICE = 54_321;
const ROOMY = { keepDays: 30, keepCount: 3000, keepBytes: 1e9 };

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
/** Left out where something is in the way, and never in CI, which runs this file as root and has everything. */
const unless = (why: string | false) => process.env['CI'] === undefined && why;
const skip = isRoot
  ? unless(!canGive() && 'root of a user namespace without this user cannot give files to it')
  : 'files of two users need root, on Linux: npm run test:root';

/** @returns whether files can be given to the service; root of a user namespace knows only the users that are mapped */
function canGive(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-foreign-'));
  try {
    chownSync(folder, SERVICE, SERVICE);
    return true;
  } catch (error) {
    if (['EINVAL', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder of the service's, as systemd's StateDirectory is, and beside it one of root's. */
function folders(t: Test): { readonly own: string; readonly roots: string } {
  const base = mkdtempSync(join(tmpdir(), 'apim-probe-foreign-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  chownSync(base, SERVICE, SERVICE);
  for (const name of ['own', 'roots']) mkdirSync(join(base, name), { mode: 0o700 });
  chownSync(join(base, 'own'), SERVICE, SERVICE);
  return { own: join(base, 'own'), roots: join(base, 'roots') };
}

/** Does the work with the rights of the service, and no others. */
async function asService<Result>(work: () => Promise<Result>): Promise<Result> {
  process.setegid?.(SERVICE);
  process.seteuid?.(SERVICE);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Everything in a folder, with its owner, its group and its mode. */
function owners(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const { uid, gid, mode } = lstatSync(join(folder, name));
      return [name, `${uid}:${gid} ${(mode & 0o777).toString(8)}`];
    }),
  );
}

const FILE = `${SERVICE}:${SERVICE} 600`;
const FOLDER = `${SERVICE}:${SERVICE} 700`;

async function claimFirst(spool: Spool) {
  const [waiting] = spool.waiting();
  const claimed = waiting === undefined ? null : await spool.claim(waiting);
  if (claimed === null) throw new Error('nothing could be claimed');
  return claimed;
}

t.test('a report that root puts into a spool is sent by the service', { skip }, async (t) => {
  const spool = new Spool(join(folders(t).own, 'deep', 'spool'), 1e6);
  const [[name, json] = ['', '']] = await fill(spool, 1);
  t.strictSame(owners(join(spool.folder, '../..')), {
    deep: FOLDER,
    'deep/spool': FOLDER,
    [`deep/spool/${name}`]: FILE,
  });
  await asService(async () => {
    const claimed = await claimFirst(spool);
    t.equal((await spool.read(claimed, AS_IT_IS)).sha256, sha256(json));
    await spool.remove(claimed);
  });
  t.strictSame(readdirSync(spool.folder), []);
});

t.test('what root rejects, drops and remembers there is the service’s', { skip }, async (t) => {
  const spool = new Spool(join(folders(t).own, 'spool'), 1e6);
  const [[name] = ['']] = await fill(spool, 1);
  await spool.reject(await claimFirst(spool), 'refused');
  await noteDropped(spool.folder, name);
  await storeLastUpload(spool.folder, { sent: [name], rejected: [], problem: null, spoolProblem: null }, NOW);
  t.strictSame(owners(spool.folder), {
    'dropped.json': FILE,
    'last-upload.json': FILE,
    rejected: FOLDER,
    [`rejected/${name}`]: FILE,
    [`rejected/${name}.reason.txt`]: FILE,
  });
  await asService(async () => {
    t.equal(readDropped(spool.folder)?.count, 1);
    t.equal(readLastUpload(spool.folder).success?.text, name);
    t.equal(await spool.retryRejected(), 1);
    await spool.reject(await claimFirst(spool), 'not even now');
  });
  t.equal(readFileSync(join(spool.rejectedFolder, `${name}.reason.txt`), 'utf8'), 'not even now\n');
});

t.test('the history that root writes to is the service’s', { skip }, async (t) => {
  const { own: state } = folders(t);
  const history = new History(state);
  await history.prepare();
  await history.keep(run(NOW));
  await history.tidy(new Set(), ROOMY, NOW);
  const [stored] = await history.list();
  t.strictSame(owners(state), {
    'index.json': FILE,
    reports: FOLDER,
    [`reports/${stored?.name}`]: FILE,
  });
  await asService(async () => {
    const theirs = new History(state);
    await theirs.prepare();
    const [first] = await theirs.list();
    t.ok(first !== undefined && theirs.read(first).ok);
    t.equal(theirs.opened, 0, 'the index was read');
    await theirs.keep(run(NOW + 1000));
    t.strictSame(await theirs.tidy(new Set(), { ...ROOMY, keepCount: 2 }, NOW + 1000), []);
  });
  t.equal(Object.values(owners(state)).filter((owner) => owner === FILE).length, 3);
});

t.test(
  'the lock of root’s run keeps the service out, and is taken over once that run is dead',
  { skip },
  async (t) => {
    const { own: state } = folders(t);
    const living = await takeLock(join(state, 'lock'));
    t.strictSame(owners(state), { lock: FILE });
    t.match(await asService(() => takeLock(join(state, 'lock'))), {
      kind: 'busy',
      holder: { pid: process.pid },
    });
    if (living.kind === 'held') await living.lock.release();
    const { pid: dead } = spawnSync('true');
    const here = { boot: null, namespace: null, isAlive: () => false, startOf: () => null };
    await takeLock(join(state, 'lock'), { ...here, pid: dead });
    const taken = await asService(() => takeLock(join(state, 'lock'), { ...here, pid: process.pid }));
    t.match(taken, { kind: 'held', lock: { takenFrom: { pid: dead } } });
  },
);

t.test('root does not follow a link of the service', { skip }, async (t) => {
  const { own, roots } = folders(t);
  const victim = join(roots, 'shadow');
  writeFileSync(victim, 'secret', { mode: 0o600 });
  const history = new History(own);
  await history.prepare();
  const links = ['dropped.json', 'last-upload.json', 'index.json'];
  for (const name of links) symlinkSync(victim, join(own, name));
  await noteDropped(own, 'a');
  await storeLastUpload(own, { sent: ['a'], rejected: [], problem: null, spoolProblem: null }, NOW);
  await history.keep(run(NOW));
  await history.save();
  t.strictSame(owners(roots), { shadow: '0:0 600' });
  t.equal(readFileSync(victim, 'utf8'), 'secret');
  for (const name of links) t.equal(owners(own)[name], FILE);
});

t.test('where a folder’s link leads to root’s own, root’s files stay root’s', { skip }, async (t) => {
  const { own, roots } = folders(t);
  const spool = new Spool(join(own, 'spool'), 1e6);
  const [[name] = ['']] = await fill(spool, 1);
  symlinkSync(roots, spool.rejectedFolder);
  lchownSync(spool.rejectedFolder, SERVICE, SERVICE);
  await spool.reject(await claimFirst(spool), 'refused');
  t.equal(owners(roots)[`${name}.reason.txt`], '0:0 600');
});

t.test('a folder that is replaced meanwhile changes nothing', { skip }, async (t) => {
  const { own, roots } = folders(t);
  await withOwnedFolder(own, async ({ path, give }) => {
    renameSync(own, `${own}-moved`);
    symlinkSync(roots, own);
    const handle = await promises.open(join(path, 'made'), 'wx', 0o600);
    await give(handle).finally(() => handle.close());
  });
  t.strictSame(owners(roots), {});
  t.strictSame(owners(`${own}-moved`), { made: FILE });
});

t.test(
  'what root has there already stays root’s, and so does what is in root’s own folder',
  { skip },
  async (t) => {
    const { own, roots } = folders(t);
    mkdirSync(join(own, 'private'), { mode: 0o700 });
    await makeFolder(join(own, 'private'));
    t.strictSame(owners(own), { private: '0:0 700' });
    const [[name] = ['']] = await fill(new Spool(join(roots, 'spool'), 1e6), 1);
    t.strictSame(owners(roots), { spool: '0:0 700', [`spool/${name}`]: '0:0 600' });
  },
);

t.test('a folder of root’s that replaces a new one stays root’s', { skip }, async (t) => {
  const { own } = folders(t);
  mkdirSync(join(own, 'private'), { mode: 0o700 });
  writeFileSync(join(own, 'private', 'key'), 'secret', { mode: 0o600 });
  const replaced = await t.mockImport<typeof import('../../src/delivery/files/make-folder.ts')>(
    '../../src/delivery/files/make-folder.ts',
    {
      'node:fs/promises': {
        ...promises,
        mkdir: async (path: string, options: object) => {
          await promises.mkdir(path, options);
          renameSync(path, join(own, 'made'));
          renameSync(join(own, 'private'), path);
        },
      },
    },
  );
  await replaced.makeFolder(join(own, 'spool'));
  t.strictSame(owners(own), { made: '0:0 700', spool: '0:0 700', 'spool/key': '0:0 600' });
});

/** util-linux brings it, and not every system has that. */
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

t.test(
  'a report that root may not give away is stored anyway',
  { skip: skip || unless(setpriv === undefined && 'not installed: setpriv of util-linux') },
  async (t) => {
    const { own } = folders(t);
    const program = `
      const { Spool } = await import(${JSON.stringify(import.meta.resolve('../../src/delivery/upload/spool.ts'))});
      const { fill } = await import(${JSON.stringify(import.meta.resolve('./upload/trial.ts'))});
      for (const name of (await fill(new Spool(process.argv[1], 1e6), 1)).keys()) console.log(name);
    `;
    const { stdout, stderr } = spawnSync(
      setpriv ?? '',
      [
        ...['--inh-caps=-chown', '--bounding-set=-chown', process.execPath],
        ...['--input-type=module', '--eval', program, join(own, 'spool')],
      ],
      { encoding: 'utf8' },
    );
    const name = stdout.trim();
    t.strictSame(owners(own), { spool: '0:0 700', [`spool/${name}`]: '0:0 600' }, stderr);
  },
);
