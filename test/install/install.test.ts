/** What the installer puts where. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { OLDEST_NODE } from '../../build/chunks.ts';
import {
  CONFIG,
  CRON,
  EXECUTABLE,
  furnish,
  INSTALL,
  installer,
  inventory,
  MANIFEST,
  PROGRAM,
  prepared,
  SHARED,
  scratch,
  TABLE,
  UNITS,
} from './installer.ts';

t.test('a fresh system with systemd', async (t) => {
  const { destdir, from } = prepared(t, { 'usr/lib/systemd/system/some.service': '' });
  const { code, out, err } = installer(['--from', from], { destdir });
  t.equal(code, 0, err);
  const files = inventory(destdir);
  t.strictSame(
    Object.keys(files),
    [CONFIG, ...UNITS, PROGRAM, ...SHARED, MANIFEST, 'usr/lib/systemd/system/some.service'].sort(),
    'the program, its options, the service and its timer',
  );
  t.match(files[PROGRAM], /^755 /);
  t.match(files[CONFIG], /^644 /, 'every user may read the options, and plan with them');
  t.equal(statSync(join(destdir, 'etc/apim-probe')).mode & 0o7777, 0o755);
  for (const unit of UNITS) t.match(files[unit], /^644 /);
  t.match(out, 'enable apim-probe.timer', 'nothing is started in a prepared root, with a note');
});

t.test('a fresh system with cron alone', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/cron.d/other': '' });
  const { code, err } = installer(['--from', from], { destdir });
  t.equal(code, 0, err);
  const files = inventory(destdir);
  t.strictSame(
    Object.keys(files),
    [CONFIG, ...CRON, PROGRAM, ...SHARED, MANIFEST, 'etc/cron.d/other'].sort(),
  );
  t.match(files[TABLE], /^644 /, 'cron reads no file that others may write');
  t.match(files['usr/local/lib/apim-probe/scheduled-run'], /^755 /);
});

t.test('a dry run prints every step and takes none', async (t) => {
  const { destdir, from } = prepared(t, { 'usr/lib/systemd/system/some.service': '' });
  const before = inventory(destdir);
  const { code, out } = installer(['--from', from, '--dry-run'], { destdir });
  t.equal(code, 0);
  for (const file of [PROGRAM, MANIFEST, CONFIG, ...UNITS]) t.match(out, `would install /${file}\n`);
  t.match(out, 'Nothing was changed.');
  t.strictSame(inventory(destdir), before);
  installer(['--from', from], { destdir });
  const installed = inventory(destdir);
  const removal = installer(['uninstall', '--dry-run'], { destdir });
  t.match(removal.out, `would remove /${PROGRAM}`);
  t.strictSame(inventory(destdir), installed, 'uninstall as well');
});

t.test('a prefix moves the program, and everything that calls it', async (t) => {
  for (const schedule of ['systemd', 'cron']) {
    const { destdir, from } = prepared(t);
    const { code } = installer(['--from', from, '--schedule', schedule, '--prefix', '/opt/a+b_c/'], {
      destdir,
    });
    t.equal(code, 0);
    const files = inventory(destdir);
    t.ok('opt/a+b_c/bin/apim-probe' in files);
    for (const [name, content] of Object.entries(files))
      t.notMatch(content, '/usr/local/bin/apim-probe', name);
    t.match(
      Object.values(files).join('\n'),
      schedule === 'systemd'
        ? 'ExecStart=/opt/a+b_c/bin/apim-probe run'
        : 'agent=/opt/a+b_c/bin/apim-probe\n',
    );
  }
});

t.test('the program alone, without root', async (t) => {
  const folder = scratch(t, { 'from/apim-probe': EXECUTABLE });
  const prefix = join(folder, 'home');
  const args = ['--from', join(folder, 'from/apim-probe'), '--prefix', prefix, '--no-schedule'];
  const { code, out, err } = installer(args, {});
  t.equal(code, 0, err);
  t.match(out, `Done: ${prefix}/bin/apim-probe`);
  t.strictSame(
    Object.keys(inventory(prefix)),
    [PROGRAM, MANIFEST, ...SHARED].map((path) => path.replace('usr/local/', '')).sort(),
  );
  t.equal(installer(['uninstall', '--prefix', prefix], {}).code, 0);
  t.strictSame(inventory(prefix), {});
});

t.test('the bundle is started by the Node.js that was found or named', async (t) => {
  const folder = scratch(t, { 'apim-probe.mjs': 'console.log(process.argv[2]);' });
  // This one may lie in a folder with spaces; a link is what the installer asks for then.
  const node = join(folder, 'linked-node');
  symlinkSync(process.execPath, node);
  const prefix = join(folder, 'home');
  const from = ['--from', join(folder, 'apim-probe.mjs'), '--prefix', prefix, '--no-schedule'];
  const { code, err } = installer([...from, '--node', node], {});
  t.equal(code, 0, err);
  t.match(readFileSync(join(prefix, 'bin/apim-probe'), 'utf8'), `exec ${node} `);
  const answer = installer(['two words'], { script: join(prefix, 'bin/apim-probe') });
  t.equal(answer.out, 'two words\n');
  for (const version of ['v22.0.0', 'v26.9.1', 'nonsense']) {
    furnish(folder, { 'bin/node': `#!/bin/sh\necho ${version}\n` });
    chmodSync(join(folder, 'bin/node'), 0o755);
    const refused = installer([...from, '--dry-run'], { path: join(folder, 'bin') });
    t.equal(refused.code, 2, version);
    t.match(refused.err, /is not Node\.js 26\.10 or newer \(it prints: (22\.0|26\.9|nothing)\)/);
  }
  t.match(OLDEST_NODE, /^26\.10\./, 'which is what the bundle asks for');
  furnish(folder, { 'bin/node': '#!/bin/sh\necho v26.10.0\n' });
  chmodSync(join(folder, 'bin/node'), 0o755);
  t.equal(installer(from, { path: join(folder, 'bin') }).code, 0);
  t.match(readFileSync(join(prefix, 'bin/apim-probe'), 'utf8'), `exec ${folder}/bin/node `);
});

t.test('it may lie in a folder with spaces, and be called from there', async (t) => {
  for (const schedule of ['systemd', 'cron']) {
    const { destdir, from } = prepared(t);
    // Beside a folder that a path cut at its spaces would lead to.
    const source = join(scratch(t, { 'my/own': '', 'my  own -x/dist/apim-probe': EXECUTABLE }), 'my  own -x');
    cpSync(INSTALL, join(source, 'install'), { recursive: true });
    const script = join(source, 'install', 'install.sh');
    const { code, err } = installer(['--schedule', schedule], { destdir, script });
    t.equal(code, 0, err);
    t.equal(err, '');
    const files = inventory(destdir);
    const own = prepared(t).destdir;
    installer(['--from', from, '--schedule', schedule], { destdir: own });
    t.strictSame(Object.keys(files), Object.keys(inventory(own)), 'the same files as from anywhere else');
    t.notMatch(Object.values(files).join('\n'), 'my  own', 'none of which leads back to that folder');
    const again = installer(['--schedule', schedule], {
      destdir,
      script: 'install.sh',
      cwd: join(source, 'install'),
    });
    t.equal(again.code, 0, again.err);
    t.match(again.out, `unchanged: /${PROGRAM}`);
    t.strictSame({ ...inventory(destdir), [TABLE]: '' }, { ...files, [TABLE]: '' });
    t.equal(installer(['uninstall', '--purge'], { destdir, script }).code, 0);
    t.strictSame(inventory(destdir), {});
  }
});

t.test('what is installed may lie in a folder with spaces, with the sums beside it', async (t) => {
  const folder = scratch(t, {
    'a b/apim-probe.mjs': 'console.log(process.argv[2]);',
    'a b/apim-probe': EXECUTABLE,
  });
  const node = join(folder, 'linked-node');
  symlinkSync(process.execPath, node);
  const sum = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, 'a b', name)))
      .digest('hex');
  const names = ['apim-probe', 'apim-probe.mjs'];
  furnish(folder, { 'a b/SHA256SUMS': names.map((name) => `${sum(name)}  ${name}\n`).join('') });
  for (const name of names) {
    const from = join(folder, 'a b', name);
    const prefix = join(folder, `home-${name}`);
    const { code, out, err } = installer(
      ['--from', from, '--node', node, '--prefix', prefix, '--no-schedule'],
      {},
    );
    t.equal(code, 0, err);
    t.match(out, `checked: ${from} matches SHA256SUMS`);
    const { out: printed } = installer(['two words'], { script: join(prefix, 'bin/apim-probe') });
    t.equal(printed, name === 'apim-probe' ? '0.1.0\n' : 'two words\n');
  }
});
