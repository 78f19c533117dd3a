/** What the installer puts where, what it leaves alone, and what it takes away again. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXECUTABLE, furnish, installer, inventory, prepared } from './installer.ts';

const UNITS = ['etc/systemd/system/apim-probe.service', 'etc/systemd/system/apim-probe.timer'];
const CRON = ['etc/cron.d/apim-probe', 'usr/local/lib/apim-probe/scheduled-run'];
const PROGRAM = ['usr/local/bin/apim-probe', 'usr/local/lib/apim-probe/manifest'];
const CONFIG = 'etc/apim-probe/config.yaml';
const DROPIN = 'etc/systemd/system/apim-probe.service.d/upload-url.conf';

function contentOf(destdir: string, path: string): string {
  return readFileSync(join(destdir, path), 'utf8');
}

t.test('a fresh system with systemd', async (t) => {
  const { destdir, from } = prepared(t, { 'usr/lib/systemd/system/some.service': '' });
  const { code, out, err } = installer(['--from', from], { destdir });
  t.equal(code, 0, err);
  const files = inventory(destdir);
  t.strictSame(
    Object.keys(files),
    [CONFIG, ...UNITS, ...PROGRAM, 'usr/lib/systemd/system/some.service'].sort(),
    'the program, its options, the service and its timer',
  );
  t.match(files[PROGRAM[0] ?? ''], /^755 /);
  t.match(files[CONFIG], /^640 /, 'whoever reads the options has a reason to');
  for (const unit of UNITS) t.match(files[unit], /^644 /);
  t.match(out, 'enable apim-probe.timer', 'nothing is started in a prepared root; that is said');
});

t.test('a fresh system with cron alone', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/cron.d/other': '' });
  const { code, err } = installer(['--from', from], { destdir });
  t.equal(code, 0, err);
  const files = inventory(destdir);
  t.strictSame(Object.keys(files), [CONFIG, ...CRON, ...PROGRAM, 'etc/cron.d/other'].sort());
  t.match(files[CRON[0] ?? ''], /^644 /, 'cron reads no file that others may write');
  t.match(files[CRON[1] ?? ''], /^755 /);
});

t.test('a dry run says every step and takes none', async (t) => {
  const { destdir, from } = prepared(t, { 'usr/lib/systemd/system/some.service': '' });
  const before = inventory(destdir);
  const { code, out } = installer(['--from', from, '--dry-run'], { destdir });
  t.equal(code, 0);
  for (const file of [PROGRAM[0], CONFIG, ...UNITS]) t.match(out, `would install /${file}`);
  t.match(out, 'Nothing was changed.');
  t.strictSame(inventory(destdir), before);
  installer(['--from', from], { destdir });
  const installed = inventory(destdir);
  const removal = installer(['uninstall', '--dry-run'], { destdir });
  t.match(removal.out, `would remove /${PROGRAM[0]}`);
  t.strictSame(inventory(destdir), installed, 'uninstall as well');
});

t.test('again changes nothing', async (t) => {
  for (const schedule of ['systemd', 'cron']) {
    const { destdir, from } = prepared(t);
    installer(['--from', from, '--schedule', schedule], { destdir });
    const before = inventory(destdir);
    const { ino } = statSync(join(destdir, PROGRAM[0] ?? ''));
    const { code, out } = installer(['--from', from, '--schedule', schedule], { destdir });
    t.equal(code, 0);
    t.strictSame(inventory(destdir), before);
    t.equal(statSync(join(destdir, PROGRAM[0] ?? '')).ino, ino, 'the executable is not even rewritten');
    t.notMatch(out, /^install /m);
  }
});

t.test('an upgrade brings the program and keeps the options', async (t) => {
  const { destdir, from } = prepared(t);
  installer(['--from', from, '--schedule=systemd'], { destdir });
  writeFileSync(join(destdir, CONFIG), 'storage: [mine]\n');
  writeFileSync(from, `${EXECUTABLE}# newer\n`);
  const { out } = installer([`--from=${from}`, '--schedule=systemd'], { destdir });
  t.match(contentOf(destdir, PROGRAM[0] ?? ''), '# newer');
  t.equal(contentOf(destdir, CONFIG), 'storage: [mine]\n');
  t.match(out, `kept: /${CONFIG}`);
});

t.test('the upload’s destination is handed over while its file exists', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/apim-probe/upload-url': 'https://example.org/' });
  const again = () => installer(['--from', from, '--schedule', 'systemd'], { destdir });
  again();
  t.match(contentOf(destdir, DROPIN), 'LoadCredential=upload-url:/etc/apim-probe/upload-url');
  const secret = join(destdir, 'etc/apim-probe/upload-url');
  furnish(destdir, { 'etc/apim-probe/elsewhere': '' });
  t.equal(installer(['uninstall'], { destdir }).code, 0);
  t.ok(existsSync(secret), 'uninstalling leaves the secret with its owner');
  again();
  t.equal(installer(['uninstall', '--purge'], { destdir }).code, 0);
  t.notOk(existsSync(secret), 'purging takes it');
  t.ok(existsSync(join(destdir, 'etc/apim-probe/elsewhere')), 'and no file that is not the installer’s');
  again();
  t.notOk(existsSync(join(destdir, DROPIN)), 'a missing credential would fail the unit');
});

t.test('cron: a minute of its own, which upgrades keep, as they keep MAILTO', async (t) => {
  const minutes = new Set<string>();
  for (let machine = 0; machine < 5; machine += 1) {
    const { destdir, from } = prepared(t);
    const again = () => installer(['--from', from, '--schedule', 'cron'], { destdir });
    again();
    const table = contentOf(destdir, CRON[0] ?? '');
    const [, first = '', line = ''] = /^((\d+),\d+,\d+,\d+) \* \* \* \* apim-probe /m.exec(table) ?? [];
    const minute = Number(line);
    t.ok(minute >= 0 && minute < 15, line);
    t.equal(first, [0, 15, 30, 45].map((quarter) => minute + quarter).join(','));
    minutes.add(first);
    const mailed = table.replace('MAILTO=root', 'MAILTO="ops@contoso.example & more"');
    writeFileSync(join(destdir, CRON[0] ?? ''), mailed);
    t.equal(again().code, 0);
    t.equal(contentOf(destdir, CRON[0] ?? ''), mailed);
  }
  t.ok(minutes.size > 1, 'five machines do not all have the same one', { minutes });
});

t.test('another schedule takes the place of the one before', async (t) => {
  const { destdir, from } = prepared(t);
  const present = () => [...UNITS, ...CRON].filter((file) => existsSync(join(destdir, file)));
  installer(['--from', from, '--schedule', 'cron'], { destdir });
  t.strictSame(present(), CRON);
  installer(['--from', from, '--schedule', 'systemd'], { destdir });
  t.strictSame(present(), UNITS);
  installer(['--from', from, '--no-schedule'], { destdir });
  t.strictSame(present(), []);
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
      schedule === 'systemd' ? 'ExecStart=/opt/a+b_c/bin/apim-probe run' : '/opt/a+b_c/bin/apim-probe run',
    );
  }
});

t.test('uninstall takes what was installed, and says where the rest is', async (t) => {
  for (const schedule of ['systemd', 'cron']) {
    const { destdir, from } = prepared(t, { 'var/lib/apim-probe/reports/r.json': '{}' });
    const own = inventory(destdir);
    installer(['--from', from, '--schedule', schedule], { destdir });
    const { code, out } = installer(['uninstall'], { destdir });
    t.equal(code, 0);
    t.strictSame(Object.keys(inventory(destdir)), [CONFIG, ...Object.keys(own)]);
    t.match(out, 'kept: the reports in /var/lib/apim-probe');
    t.match(out, `kept: /${CONFIG} (--purge removes it)`);
    const again = installer(['uninstall', '--purge'], { destdir });
    t.equal(again.code, 0, 'a second time is no error');
    t.match(again.out, 'Nothing of apim-probe is installed under /usr/local');
    t.strictSame(inventory(destdir), own, 'purging takes the options and leaves the reports');
    t.notOk(existsSync(join(destdir, 'usr/local/lib/apim-probe')));
  }
});

t.test('a damaged manifest removes nothing that is not the installer’s', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/passwd': 'root', 'usr/local/bin/other': '' });
  installer(['--from', from, '--schedule', 'systemd'], { destdir });
  const manifest = join(destdir, PROGRAM[1] ?? '');
  const listed = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, `/etc/passwd\n/usr/local/bin/../bin/other\n*\n$(touch x)\n${listed}\0\n/usr/loc`);
  t.equal(installer(['uninstall', '--purge'], { destdir }).code, 0);
  t.strictSame(Object.keys(inventory(destdir)), ['etc/passwd', 'usr/local/bin/other']);
});

t.test('what breaks off says so, and can be continued and removed', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/systemd/system': 'no folder' });
  const { code, err } = installer(['--from', from, '--schedule', 'systemd'], { destdir });
  t.equal(code, 1);
  t.match(err, 'running the same command again continues');
  t.ok(existsSync(join(destdir, PROGRAM[0] ?? '')));
  t.equal(installer(['--from', from, '--schedule', 'cron'], { destdir }).code, 0, 'continued, another way');
  t.equal(installer(['uninstall', '--purge'], { destdir }).code, 0);
  t.strictSame(Object.keys(inventory(destdir)), ['etc/systemd/system']);
});

t.test('the program alone, without root', async (t) => {
  const folder = t.testdir({ from: { 'apim-probe': EXECUTABLE }, home: {} });
  const prefix = join(folder, 'home');
  const args = ['--from', join(folder, 'from/apim-probe'), '--prefix', prefix, '--no-schedule'];
  const { code, out, err } = installer(args, {});
  t.equal(code, 0, err);
  t.match(out, `Done: ${prefix}/bin/apim-probe`);
  t.strictSame(Object.keys(inventory(prefix)), ['bin/apim-probe', 'lib/apim-probe/manifest']);
  t.equal(installer(['uninstall', '--prefix', prefix], {}).code, 0);
  t.strictSame(inventory(prefix), {});
});

t.test('the bundle is started by the Node.js that was found or named', async (t) => {
  const folder = t.testdir({ 'apim-probe.mjs': 'console.log(process.argv[2]);', home: {} });
  const prefix = join(folder, 'home');
  const from = ['--from', join(folder, 'apim-probe.mjs'), '--prefix', prefix, '--no-schedule'];
  const { code, err } = installer([...from, '--node', process.execPath], {});
  t.equal(code, 0, err);
  t.match(readFileSync(join(prefix, 'bin/apim-probe'), 'utf8'), `exec ${process.execPath} `);
  const said = installer(['two words'], { script: join(prefix, 'bin/apim-probe') });
  t.equal(said.out, 'two words\n');
  furnish(folder, { 'bin/node': '#!/bin/sh\necho v22.0.0\n' });
  chmodSync(join(folder, 'bin/node'), 0o755);
  t.equal(installer(from, { path: join(folder, 'bin') }).code, 0);
  t.match(readFileSync(join(prefix, 'bin/apim-probe'), 'utf8'), `exec ${folder}/bin/node `);
});
