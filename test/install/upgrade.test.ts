/** What the installer does to an installation that is there already. */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

t.test(
  'the options of an earlier version become readable, and the upload’s destination does not',
  async (t) => {
    for (const schedule of ['systemd', 'cron']) {
      const { destdir, from } = prepared(t, {
        [CONFIG]: 'tier: premium\n',
        'etc/apim-probe/upload-url': 'https://example.org/',
        'etc/apim-probe/headers': '',
      });
      const mode = (path: string) => statSync(join(destdir, path)).mode & 0o7777;
      chmodSync(join(destdir, CONFIG), 0o640);
      chmodSync(join(destdir, 'etc/apim-probe'), 0o750);
      const again = () => installer(['--from', from, '--schedule', schedule], { destdir });
      const { code, out } = again();
      t.equal(code, 0);
      t.equal(mode('etc/apim-probe'), 0o755);
      t.equal(mode(CONFIG), 0o644);
      t.equal(mode('etc/apim-probe/upload-url'), 0o600);
      t.match(out, 'every user may now enter /etc/apim-probe, and read: /etc/apim-probe/headers\n');
      t.notMatch(again().out, /set the rights|every user/, 'once');

      chmodSync(join(destdir, CONFIG), 0o640);
      writeFileSync(
        join(destdir, CONFIG),
        '# sig=\nupload: https://a.blob.core.windows.net/c?sig=TOPSECRET\n',
      );
      const upgrade = again();
      t.match(upgrade.out, 'config.yaml seems to hold a secret');
      t.notMatch(upgrade.out, 'TOPSECRET');
      t.equal(mode(CONFIG), 0o600);
    }
  },
);

t.test('options that others may change, or that are not files, are refused', async (t) => {
  const { destdir, from } = prepared(t, { other: '' });
  const config = join(destdir, CONFIG);
  const other = join(destdir, 'other');
  const again = () => installer(['--from', from, '--schedule', 'systemd'], { destdir });
  again();
  chmodSync(other, 0o600);
  const options = join(config, '..');
  for (const [make, change, message] of [
    [() => writeFileSync(config, ''), () => chmodSync(config, 0o666), 'users other than root may write to'],
    [() => linkSync(other, config), null, 'has a second name'],
    [() => mkdirSync(config), null, 'config.yaml is not a file'],
    [() => writeFileSync(config, ''), () => chmodSync(options, 0o777), 'users other than root may write to'],
  ] as const) {
    rmSync(config, { recursive: true });
    make();
    change?.();
    const { code, err } = again();
    t.equal(code, 2);
    t.match(err, message);
  }
  chmodSync(options, 0o755);
  rmSync(config, { recursive: true });
  symlinkSync(other, config);
  t.match(again(), {
    code: 0,
    out: /note: \S+config\.yaml is a link, so the rights of its target are left/,
  });
  t.equal(statSync(other).mode & 0o777, 0o600, 'through no link');
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

t.test('cron: a random minute, which upgrades preserve, like MAILTO', async (t) => {
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
