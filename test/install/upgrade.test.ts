/** What the installer does to an installation that is there already. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  CONFIG,
  CRON,
  contentOf,
  DROPIN,
  EXECUTABLE,
  furnish,
  installer,
  inventory,
  PROGRAM,
  prepared,
  TABLE,
  UNITS,
} from './installer.ts';

t.test('again changes nothing', async (t) => {
  for (const schedule of ['systemd', 'cron']) {
    const { destdir, from } = prepared(t);
    installer(['--from', from, '--schedule', schedule], { destdir });
    const before = inventory(destdir);
    const { ino } = statSync(join(destdir, PROGRAM));
    const { code, out } = installer(['--from', from, '--schedule', schedule], { destdir });
    t.equal(code, 0);
    t.strictSame(inventory(destdir), before);
    t.equal(statSync(join(destdir, PROGRAM)).ino, ino, 'the executable is not even rewritten');
    t.notMatch(out, /^install /m);
  }
});

t.test('an upgrade brings the program and keeps the options', async (t) => {
  const { destdir, from } = prepared(t);
  installer(['--from', from, '--schedule=systemd'], { destdir });
  writeFileSync(join(destdir, CONFIG), 'storage: [mine]\n');
  writeFileSync(from, `${EXECUTABLE}# newer\n`);
  const { out } = installer([`--from=${from}`, '--schedule=systemd'], { destdir });
  t.match(contentOf(destdir, PROGRAM), '# newer');
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
    const table = contentOf(destdir, TABLE);
    const [, first = '', line = ''] = /^((\d+),\d+,\d+,\d+) \* \* \* \* apim-probe /m.exec(table) ?? [];
    const minute = Number(line);
    t.ok(minute >= 0 && minute < 15, line);
    t.equal(first, [0, 15, 30, 45].map((quarter) => minute + quarter).join(','));
    minutes.add(first);
    const mailed = table.replace('MAILTO=root', 'MAILTO="ops@contoso.example & more"');
    writeFileSync(join(destdir, TABLE), mailed);
    t.equal(again().code, 0);
    t.equal(contentOf(destdir, TABLE), mailed);
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
