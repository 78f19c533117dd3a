/** What the installer refuses, before anything is changed. */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXECUTABLE, furnish, INSTALL, installer, inventory, prepared, scratch } from './installer.ts';

t.test('SHA256SUMS decides, for a file of any name', async (t) => {
  // The sum of EXECUTABLE, from coreutils.
  const sum = '87147912c1d1d0c26ba0c06b914f4c224319f46699fd2b7f11ec79c1dfda0274';
  const cases: readonly [string, string, number][] = [
    ['the right one', `${sum}  apim-probe\n`, 0],
    ['of a file renamed since', `${sum} *apim-probe-linux-x64\n`, 0],
    ['a wrong one', `${'0'.repeat(64)}  apim-probe\n`, 2],
    ['a wrong one beside another name’s right one', `${'0'.repeat(64)}  apim-probe\n${sum}  other\n`, 2],
    ['of other files alone', `${'0'.repeat(64)}  other\n`, 2],
    ['none at all', 'garbage\n', 2],
  ];
  for (const [name, sums, expected] of cases) {
    const { destdir, from } = prepared(t);
    furnish(join(from, '..'), { SHA256SUMS: sums });
    const { code, err } = installer(['--from', from, '--schedule', 'none'], { destdir });
    t.equal(code, expected, name);
    if (expected === 0) continue;
    t.match(err, `${from} does not match `, name);
    t.strictSame(inventory(destdir), {}, 'and nothing was installed');
  }
});

t.test('refused, before anything is changed', async (t) => {
  const { destdir, from } = prepared(t, { occupied: 'a file' });
  const folder = join(from, '..');
  furnish(folder, {
    broken: '#!/bin/sh\necho "wrong architecture" >&2; exit 126\n',
    'old.mjs': '',
    node20: '#!/bin/sh\necho v20.1.0\n',
    'alone/install.sh': readFileSync(join(INSTALL, 'install.sh'), 'utf8'),
    'alone/apim-probe': EXECUTABLE,
  });
  for (const name of ['node20', 'broken']) chmodSync(join(folder, name), 0o755);
  const prefix = join(destdir, 'own');
  const own = ['--no-schedule', '--prefix', prefix];
  const alone = join(folder, 'alone/install.sh');
  const at = (script: string) => ({ destdir, script });
  const cases: readonly [readonly string[], object, string][] = [
    [['--frm', from], { destdir }, 'unknown argument "--frm"'],
    [['--from'], { destdir }, '--from needs a value'],
    [['--from='], { destdir }, '--from needs a value'],
    [['--prefix', 'usr'], { destdir }, '"usr" must be an absolute path'],
    [['--prefix', '/opt/a b'], { destdir }, '"/opt/a b" may hold letters'],
    [['--prefix', '/opt/../etc'], { destdir }, 'no ..'],
    [['--prefix', "/opt/'; reboot"], { destdir }, 'may hold letters'],
    [['--schedule', 'at'], { destdir }, '--schedule is systemd, cron or none, not "at"'],
    [['--purge'], { destdir }, '--purge goes with uninstall'],
    [['--from', from], { destdir }, 'has neither systemd nor /etc/cron.d'],
    [['--from', `${from}.gone`, '--schedule', 'cron'], { destdir }, 'is not a file that can be read'],
    [['--from', folder, '--schedule', 'cron'], { destdir }, 'is not a file that can be read'],
    [
      ['--from', from, '--schedule', 'cron', '--prefix', '/home/me'],
      { destdir },
      'hidden from the scheduled run',
    ],
    [['--from', from, '--schedule', 'cron', '--prefix', '/occupied'], { destdir }, 'is not a folder'],
    [['--from', `${folder}/broken`, ...own], {}, 'does not run here: wrong architecture'],
    [['--from', `${folder}/old.mjs`, '--node', `${folder}/node20`, ...own], {}, '(it prints: 20.1)'],
    [['--from', `${folder}/old.mjs`, '--node', '/gone', ...own], {}, '(it prints: nothing)'],
    [['--schedule', 'cron'], at(alone), 'is missing: keep the folder of this script together'],
  ];
  const before = inventory(destdir);
  for (const [args, call, message] of cases) {
    const { code, err } = installer(args, call);
    t.equal(code, 2, args.join(' '));
    t.match(err.replaceAll('\n', ' '), message);
    t.strictSame(inventory(destdir), before, `nothing changed by ${args.join(' ')}`);
  }
});

t.test('without anything to install, the error names the files that were looked for', async (t) => {
  const folder = scratch(t, {
    'install.sh': readFileSync(join(INSTALL, 'install.sh'), 'utf8'),
    'root/etc/hostname': 'vm',
  });
  const { code, err } = installer(['--schedule', 'none'], {
    script: join(folder, 'install.sh'),
    destdir: join(folder, 'root'),
  });
  t.equal(code, 2);
  t.match(
    err,
    /no apim-probe-linux-\w+, apim-probe or apim-probe.mjs beside this script: name it with --from FILE/,
  );
});

t.test('--help prints the usage, and changes nothing', async (t) => {
  const { code, out } = installer(['--help'], {});
  t.equal(code, 0);
  for (const option of ['--from', '--node', '--prefix', '--schedule', '--dry-run', '--purge', 'DESTDIR']) {
    t.match(out, option);
  }
});
