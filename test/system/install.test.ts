/** The installer and the service that it installs, under a systemd and shells of their own. */
import { INSTALL, install, onGuest, seen } from './installation.ts';

await onGuest('a real systemd', 'systemd', ['systemd-analyze'], async (t, guest) => {
  await install(guest);
  const analyse =
    'systemd-analyze verify /etc/systemd/system/apim-probe.service /etc/systemd/system/apim-probe.timer';
  t.strictSame(
    await guest.run(analyse),
    { code: 0, out: '', err: '' },
    'the units are as systemd wants them',
  );

  const security = await guest.must('systemd-analyze security --no-pager apim-probe.service');
  const exposure = Number(/Overall exposure level for apim-probe.service: ([\d.]+)/.exec(security)?.[1]);
  t.ok(exposure <= 2, `exposed by ${exposure} of 10`, { security });

  t.match(await guest.must('systemctl list-timers --no-pager'), /apim-probe\.timer +apim-probe\.service/);
  await guest.must('systemctl start apim-probe');
  const run = await seen(guest);
  const folder = '/var/lib/apim-probe';
  const config = ['--config', '/run/credentials/apim-probe.service/config.yaml'];
  const output = ['--output', `${folder}/report.json`];
  t.strictSame(run.args, ['run', '--quiet', ...config, '--state', folder, ...output]);
  t.ok(run.uid >= 61_184 && run.uid <= 65_519, 'its user is a dynamic one', { uid: run.uid });
  t.match(run.status, /^CapBnd:\t0+$/m, 'it has no capability to gain');
  t.match(run.status, /^Seccomp:\t2$/m);
  t.match(run, { interfaces: ['lo'], localhost: '127.0.0.1', resolvers: true }, 'it sees the network');
  t.match(
    run,
    { secret: false, writes: [], credentials: ['config.yaml'] },
    'and nothing that is not its own',
  );
  t.equal(await guest.must(`stat -c %a /var/lib/private/apim-probe ${folder}/report.json`), '700\n600\n');

  await t.test('the unit fails with the exit code, and a monitor sees which', async (t) => {
    for (const [verdict, code] of [
      ['blocked', 1],
      ['inconclusive', 3],
    ] as const) {
      await guest.must(`echo '# ends ${verdict} ${code}' >/etc/apim-probe/config.yaml`);
      t.not((await guest.run('systemctl start apim-probe')).code, 0, verdict);
      t.equal((await guest.run('systemctl is-failed apim-probe')).out, 'failed\n');
      const status = await guest.must('systemctl show --property ExecMainStatus --value apim-probe');
      t.equal(status, `${code}\n`);
    }
    for (const [code, what] of [
      [143, 'being stopped is not a failure'],
      [75, 'and neither is another run'],
    ] as const) {
      await guest.must(`echo '# ends ready ${code}' >/etc/apim-probe/config.yaml`);
      t.equal((await guest.run('systemctl start apim-probe')).code, 0, what);
    }
  });

  await t.test('one run by run-command', async (t) => {
    await guest.must(`echo '# ends blocked 1' >/etc/apim-probe/config.yaml`);
    const { code, out } = await guest.run('sh /mnt/install/run-command.sh');
    t.equal(code, 0, 'or Azure would drop the output');
    t.equal(
      out,
      'BLOCKED: printed by the stand-in.\nexit code 1; the report is /var/lib/apim-probe/report.json on guest\n',
    );
  });

  await t.test('the destination of uploads arrives as a credential', async (t) => {
    await guest.must(`echo >/etc/apim-probe/config.yaml; echo https://example.org/ >/etc/apim-probe/upload-url
      chmod 600 /etc/apim-probe/upload-url`);
    await install(guest);
    await guest.must('systemctl start apim-probe');
    const { credentials, secret } = await seen(guest);
    t.strictSame(credentials?.toSorted(), ['config.yaml', 'upload-url']);
    t.equal(secret, false, 'and the file itself stays root’s');
  });

  await t.test('an upgrade leaves a timer off that was switched off', async (t) => {
    await guest.must('systemctl disable --now apim-probe.timer');
    await install(guest);
    t.equal((await guest.run('systemctl is-active apim-probe.timer')).out, 'inactive\n');
    t.equal((await guest.run('systemctl is-enabled apim-probe.timer')).out, 'disabled\n');
    await guest.must('systemctl enable --now apim-probe.timer');
  });

  const removal = await guest.must(`sh ${INSTALL} uninstall`);
  t.match(removal, 'kept: the reports in /var/lib/apim-probe');
  t.notMatch(removal, 'Failed');
  t.equal((await guest.run('systemctl cat apim-probe.timer apim-probe.service')).code, 1, 'nothing is left');
  t.equal(await guest.must('systemctl list-timers --all --no-legend'), '');
  t.equal((await seen(guest)).verdict, 'ready', 'but the reports');
});

await onGuest('under every shell', 'none', ['busybox', 'dash'], async (t, guest) => {
  await guest.must('printf "#!/bin/sh\\necho 0.1.0\\n" >/opt/apim-probe; : >/etc/apim-probe.txt');
  // Busybox's own tools as well, as on a system that has no others; Debian's was built without these three.
  await guest.must(
    'mkdir /opt/busybox && busybox --install -s /opt/busybox && ln -sf /usr/bin/flock /usr/bin/su /usr/sbin/useradd /opt/busybox',
  );
  for (const shell of ['dash', 'bash', 'env PATH=/opt/busybox /bin/busybox sh']) {
    const snapshot = () =>
      guest.must(
        'find /etc /usr/local/bin /usr/local/lib/apim-probe /var/lib/apim-probe -newer /opt/busybox | sort; cat /etc/cron.d/*',
      );
    await t.test(shell, async (t) => {
      const call = (args: string) => guest.run(`${shell} ${INSTALL} ${args}`);
      t.match(await call('--from /opt/apim-probe --dry-run'), { code: 0, err: '' });
      const asUser = (args: string) =>
        guest.run(`setpriv --reuid 65534 --regid 65534 --clear-groups ${shell} ${INSTALL} ${args}`);
      t.match(await asUser('--from /opt/apim-probe'), { code: 2, err: /a schedule requires root/ });
      t.match(await asUser('--from /opt/apim-probe --dry-run'), {
        code: 0,
        err: '',
        out: /^note: this user cannot install, as a schedule requires root.*would install \/etc\/cron\.d\/apim-probe.*Nothing was changed\.\n$/s,
      });
      t.match(await call('--from /opt/apim-probe'), { code: 0, err: '' });
      const first = await snapshot();
      t.match(first, 'usr/local/lib/apim-probe/scheduled-run');
      t.match(await call('--from /opt/apim-probe'), { code: 0, err: '' });
      t.equal(await snapshot(), first, 'again changes nothing');
      t.match(await call('--from /gone'), { code: 2, err: /not a file that can be read/ });
      t.match(
        await guest.must('id apim-probe; stat -c "%a %U:%G" /var/lib/apim-probe /etc/apim-probe/config.yaml'),
        /700 apim-probe:apim-probe\n644 root:root/,
      );
      t.strictSame(await guest.run(`${shell} /mnt/install/run-command.sh`), {
        code: 0,
        out: '0.1.0\nexit code 0; the report is /var/lib/apim-probe/report.json on guest\n',
        err: '',
      });
      t.match(await call('uninstall --purge'), { code: 0, err: '', out: /kept: the reports/ });
      t.equal(
        (await guest.run('ls -d /etc/apim-probe /etc/cron.d/apim-probe /usr/local/lib/apim-probe')).out,
        '',
      );
    });
  }
});

await onGuest(
  'from one schedule to the other',
  'systemd',
  ['systemd-analyze', 'cron', 'flock'],
  async (t, guest) => {
    await install(guest);
    await guest.must('systemctl start apim-probe; mkdir -p /etc/cron.d');
    await install(guest, '--schedule cron');
    t.equal((await guest.run('systemctl cat apim-probe.timer')).code, 1, 'the timer is gone');
    t.equal(await guest.must('stat -c "%U %F" /var/lib/apim-probe'), 'apim-probe directory\n');
    await guest.must('su -s /bin/sh apim-probe -c /usr/local/lib/apim-probe/scheduled-run');
    await install(guest);
    await guest.must('systemctl start apim-probe; test ! -e /etc/cron.d/apim-probe');
    t.equal((await seen(guest)).verdict, 'ready');
    t.match(
      await guest.must('ls /var/lib/apim-probe/'),
      /announced\.json\n(.*\n)*report\.json/,
      'the reports came along',
    );
  },
);
