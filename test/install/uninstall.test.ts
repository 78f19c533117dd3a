/** What the installer takes away again, and what it leaves. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CONFIG, installer, inventory, MANIFEST, PROGRAM, prepared, scratch } from './installer.ts';

t.test('uninstall removes what was installed, and names the rest', async (t) => {
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
    t.equal(again.code, 0, 'a second time is not an error');
    t.match(again.out, 'Nothing of apim-probe is installed under /usr/local');
    t.strictSame(inventory(destdir), own, 'purging takes the options and leaves the reports');
    t.notOk(existsSync(join(destdir, 'usr/local/lib/apim-probe')));
  }
});

t.test('a damaged manifest removes nothing that is not the installer’s', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/passwd': 'root', 'usr/local/bin/other': '' });
  installer(['--from', from, '--schedule', 'systemd'], { destdir });
  const manifest = join(destdir, MANIFEST);
  const listed = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, `/etc/passwd\n/usr/local/bin/../bin/other\n*\n$(touch x)\n${listed}\0\n/usr/loc`);
  t.equal(installer(['uninstall', '--purge'], { destdir }).code, 0);
  t.strictSame(Object.keys(inventory(destdir)), ['etc/passwd', 'usr/local/bin/other']);
});

t.test('an installation that is ended leaves no unfinished file, and can be taken away', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/systemd/system/other.service': '' });
  const folder = scratch(t, {
    mv: '#!/bin/sh\ncase $* in *bin/apim-probe) kill -TERM $PPID ;; *) exec /usr/bin/mv "$@" ;; esac\n',
  });
  chmodSync(join(folder, 'mv'), 0o755);
  const { code, err } = installer(['--from', from, '--schedule', 'systemd'], { destdir, path: folder });
  t.equal(code, 1);
  t.match(err, 'running the same command again continues');
  t.strictSame(Object.keys(inventory(destdir)), ['etc/systemd/system/other.service', MANIFEST]);
  t.equal(installer(['uninstall'], { destdir }).code, 0);
  t.strictSame(Object.keys(inventory(destdir)), ['etc/systemd/system/other.service']);
});

t.test('an interrupted uninstallation reports it, and can be continued', async (t) => {
  const { destdir, from } = prepared(t, { 'etc/systemd/system': 'no folder' });
  const { code, err } = installer(['--from', from, '--schedule', 'systemd'], { destdir });
  t.equal(code, 1);
  t.match(err, 'running the same command again continues');
  t.ok(existsSync(join(destdir, PROGRAM)));
  t.equal(installer(['--from', from, '--schedule', 'cron'], { destdir }).code, 0, 'continued, another way');
  t.equal(installer(['uninstall', '--purge'], { destdir }).code, 0);
  t.strictSame(Object.keys(inventory(destdir)), ['etc/systemd/system']);
});

t.test('removing one prefix leaves the schedule that another one has put in its place', async (t) => {
  for (const schedule of ['systemd', 'cron']) {
    const { destdir, from } = prepared(t);
    installer(['--from', from, '--schedule', schedule], { destdir });
    installer(['--from', from, '--schedule', schedule, '--prefix', '/opt/new'], { destdir });
    const kept = Object.entries(inventory(destdir)).filter(([path]) => !path.startsWith('usr/local/'));
    t.match(installer(['uninstall'], { destdir }), { code: 0, out: 'remove /usr/local/bin/apim-probe' });
    t.strictSame(Object.entries(inventory(destdir)), kept, schedule);
    t.equal(installer(['uninstall', '--prefix', '/opt/new'], { destdir }).code, 0);
    t.strictSame(Object.keys(inventory(destdir)), [CONFIG]);
  }
});
