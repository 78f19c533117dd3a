/** The run by cron as it is installed: a real daemon, its clock set to just before the minute. */
import { INSTALL, install, onGuest, seen } from './installation.ts';

await onGuest('a real cron', 'none', ['cron', 'faketime', 'flock'], async (t, guest) => {
  await install(guest);
  const table = await guest.must('cat /etc/cron.d/apim-probe');
  const minute = /^(\d+),/m.exec(table)?.[1] ?? '';
  t.match(minute, /^\d+$/, table);
  // What cron sends as mail comes here.
  await guest.must(`printf '#!/bin/sh\\ncat >>/tmp/mail; echo END >>/tmp/mail\\n' >/usr/sbin/sendmail
    chmod 755 /usr/sbin/sendmail; : >/tmp/mail; chmod 666 /tmp/mail`);

  /** Has cron live through the minutes of one run, three seconds before it is due, and waits for that run's end. */
  const once = async () => {
    const due = `2026-03-04 05:${minute.padStart(2, '0')}:00`;
    // Not by the program faketime, which stays between: it is cron itself that has to be ended.
    const outcome = await guest.run(`rm -f /var/lib/apim-probe/report.json /dev/shm/*
      FAKETIME="@$(date -d '${due} 3 seconds ago' '+%F %T')"
      LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) FAKETIME=$FAKETIME cron -f >/tmp/cron.log 2>&1 & cron=$!
      # What sends the mail is another user, and has to share the false clock.
      until ls /dev/shm/faketime_shm* >/dev/null 2>&1; do sleep 0.1; done
      chmod 666 /dev/shm/*faketime*
      for i in $(seq 300); do [ -s /var/lib/apim-probe/report.json ] && break; sleep 0.1; done
      # The script goes on after the report is written: it is done when its lock is free.
      flock /var/lib/apim-probe true
      for i in $(seq 20); do pgrep -P "$cron" >/dev/null || break; sleep 0.1; done
      kill "$cron"; wait "$cron" 2>/dev/null; cat /tmp/cron.log; test -s /var/lib/apim-probe/report.json`);
    t.equal(outcome.code, 0, 'cron ran it', outcome);
    return seen(guest);
  };

  const run = await once();
  const expected = Number(await guest.must('id -u apim-probe'));
  t.equal(run.uid, expected, 'as a user of its own');
  t.not(run.uid, 0);
  t.match(run, { verdict: 'ready', secret: false, writes: [], credentials: null });
  t.match(await guest.must('cat /tmp/mail'), /To: root[\s\S]*READY: printed by/);

  await guest.must(': >/tmp/mail');
  await once();
  t.equal(await guest.must('cat /tmp/mail'), '', 'the same verdict is not mailed');

  await guest.must(`echo '# ends blocked 1' >/etc/apim-probe/config.yaml`);
  await once();
  t.match(
    await guest.must('cat /tmp/mail'),
    /BLOCKED: printed by.*\n.*on-change: apim-probe on guest: blocked \(before: ready\)\n/,
  );

  const outside = await guest.run('sh /mnt/install/run-command.sh');
  t.equal(
    outside.out,
    'BLOCKED: printed by the stand-in.\nexit code 1; the report is /var/lib/apim-probe/report.json on guest\n',
  );

  const busy = `flock /var/lib/apim-probe sh -c 'rm /var/lib/apim-probe/report.json
    su -s /bin/sh apim-probe -c "flock -n /var/lib/apim-probe /usr/local/lib/apim-probe/scheduled-run"'`;
  t.match(
    await guest.run(busy),
    { code: 1, out: '', err: '' },
    'a run beside another ends at once, in silence',
  );
  t.not((await guest.run('cat /var/lib/apim-probe/report.json')).code, 0);

  await guest.must('touch /var/lib/apim-probe/report.json');
  const again = `sh ${INSTALL} --from /opt/apim-probe.mjs --node /opt/node`;
  const stored = () => guest.must('ls /var/lib/apim-probe');
  await guest.must(again);
  t.equal(await stored(), 'announced.json\nreport.json\n', 'the same version changes nothing');
  await guest.must(`echo '// the next version' >>/opt/apim-probe.mjs; ${again}`);
  t.equal(await stored(), 'report.json\n', 'an upgrade forgets what the version before announced');

  const output = await guest.must(`sh ${INSTALL} uninstall --purge`);
  t.match(output, 'kept: the user apim-probe');
  t.equal(await guest.must('find /etc -name "*apim-probe*"'), '');
  t.match(await guest.must('ls /var/lib/apim-probe'), 'report.json', 'the state stays');
});
