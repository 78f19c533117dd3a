/**
 * A hostile user of the scheduled runs, who owns the state folder and puts links, hard links, FIFOs and devices' names
 * there, against what root does: the run from outside, the installer called again, the line of cron.
 */
import type { Ended, Guest } from '../system/guest.ts';
import { INSTALL, install, onGuest } from '../system/installation.ts';

const STATE = '/var/lib/apim-probe';
const CALL = `${INSTALL} --from /opt/apim-probe.mjs --node /opt/node --schedule cron`;

/** As `guest.run`; ends a hanging command with exit code 124. */
const bounded = (guest: Guest, script: string, seconds = 60): Promise<Ended> =>
  guest.run(`timeout ${seconds} sh <<'SCRIPT'\n${script}\nSCRIPT`);

/** Files of root's outside of the state folder, which no attack may show or change. */
async function treasure(guest: Guest): Promise<string> {
  await guest.must(`mkdir -p /root/treasure && echo TOPSECRET >/root/treasure/secret && chmod 600 /root/treasure/secret
    echo '# public' >/root/treasure/public && chmod 644 /root/treasure/public`);
  return seenOutside(guest);
}

/** Everything that can change about them, and about what can appear beside them; hard links are the attacker's. */
const seenOutside = (guest: Guest): Promise<string> =>
  guest.must(`cd /root/treasure && stat -c '%n %A %u:%g %s %Y' . * && cat *
    stat -c '%n %A %u:%g' /etc/shadow /etc/passwd /var/lib /etc/cron.d /etc /root`);

/** What the service's user puts into its folder; hard links by root, for kernels that let every user make them. */
const PLANTS: Readonly<Record<string, string>> = {
  'a symbolic link': 'ln -s /root/treasure/secret NAME && chown -h apim-probe NAME',
  'a hard link': 'ln /root/treasure/secret NAME',
  'a FIFO': 'mkfifo -m 666 NAME && chown apim-probe NAME',
  'an endless device': 'ln -s /dev/zero NAME && chown -h apim-probe NAME',
  'a name in a folder of root': 'ln -s /root/treasure/new NAME && chown -h apim-probe NAME',
};
/** Names that the schedule uses, or did in an earlier version. */
const NAMES = ['cron.lock', 'announced.json', 'last-verdict', 'report.json.new', 'last-run.txt'];

/** Plants the same under each name. */
async function plant(guest: Guest, what: string, names: readonly string[]): Promise<void> {
  await guest.must(`rm -rf ${STATE}/* && cd ${STATE}
    ${names.map((name) => what.replaceAll('NAME', name)).join('\n')}`);
}

/** The script for the run from outside, with another limit in seconds. */
const runCommand = (
  limit: number,
) => `sed 's/^limit=5100$/limit=${limit}/' /mnt/install/run-command.sh >/tmp/run.sh
  grep -q '^limit=${limit}$' /tmp/run.sh && sh /tmp/run.sh`;

for (const [name, what] of Object.entries(PLANTS)) {
  await onGuest(`${name} in the state folder`, 'none', ['flock'], async (t, guest) => {
    await install(guest, '--schedule cron');
    const before = await treasure(guest);
    const untouched = async ({ code, out, err }: Ended) => {
      t.not(code, 124, 'root does not hang');
      t.notMatch(out + err, 'TOPSECRET');
      t.equal(await seenOutside(guest), before);
    };
    await plant(guest, what, ['announced.json']);
    const system = await bounded(guest, 'sh /mnt/install/run-command.sh');
    await untouched(system);
    t.match(system, { code: 0, out: 'exit code 0; the report is ' });
    t.ok(system.out.length < 4096, 'and what Azure would cut is not printed');

    await plant(guest, what, NAMES);
    const again = await bounded(guest, `sh ${CALL}`);
    t.match(again, { code: 0, err: '' });
    await untouched(again);

    // A run in which its user waits for a FIFO of its own is ended.
    await untouched(await bounded(guest, runCommand(5), 40));

    const table = await guest.must('cat /etc/cron.d/apim-probe');
    const [, user = '', line = ''] = /^[\d,]+ \* \* \* \* (\S+) (.*)$/m.exec(table) ?? [];
    t.equal(user, 'apim-probe', 'cron itself starts nothing as root');
    await plant(guest, what, NAMES);
    await guest.run(`timeout -k 1 5 su -s /bin/sh ${user} -c '${line}' </dev/null`);
    t.equal(await seenOutside(guest), before);
  });
}

await onGuest('the state folder of cron', 'none', ['flock'], async (t, guest) => {
  await install(guest, '--schedule cron');
  const before = await treasure(guest);

  await t.test('text with control characters', async (t) => {
    const installed = '/usr/local/lib/apim-probe/apim-probe.mjs';
    await guest.must(`rm -rf ${STATE}/*
      printf '%s\\n' 'process.stderr.write("BLOCKED\\u001b]0;title\\u0007 \\u0000ü\\n")' >${installed}`);
    t.match((await guest.run('sh /mnt/install/run-command.sh')).out, /^BLOCKED]0;title ü\nexit code 0;/);
    await guest.must(`cp /opt/apim-probe.mjs ${installed}`);
  });

  await t.test('its lock', async (t) => {
    const asNobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
    t.not((await guest.run(`${asNobody} flock -n ${STATE} true`)).code, 0, 'no other user can hold it');
    await guest.must(`
      (exec su -s /bin/sh apim-probe -c 'exec flock ${STATE} sleep 60') >/dev/null 2>&1 </dev/null &
      for i in $(seq 100); do flock -n ${STATE} true || exit 0; sleep 0.1; done; exit 1`);
    const { code, out } = await bounded(guest, runCommand(2), 30);
    t.equal(code, 0);
    t.match(out, /^There is no result after 2 seconds[^\n]*\nexit code \d+; the report is /);
  });

  await t.test('root does not run in it', async (t) => {
    await plant(guest, PLANTS['a symbolic link'] ?? '', NAMES);
    const { code, out, err } = await guest.run('/usr/local/lib/apim-probe/scheduled-run');
    t.match({ code, out }, { code: 2, out: '' });
    t.match(err, `owns ${STATE}: run this as that user, not as root`);
    t.equal(await seenOutside(guest), before);
  });
});

/** Reports as an earlier owner left them, and what a hostile one put beside them. */
const LEGACY = `mkdir -p reports spool && echo '{}' >reports/r.json && echo x >spool/s && chmod 600 reports/r.json spool/s
  mkfifo fifo && ln -s /root/treasure/secret link && ln -s /root/treasure folder && ln -s /root/treasure/new -- '-rf'`;

for (const [name, place, owner] of [
  ['reports of a systemd service', '/var/lib/private/apim-probe', 61_234],
  ['reports of a user who is gone', STATE, 4711],
] as const) {
  await onGuest(name, 'none', ['flock'], async (t, guest) => {
    await install(guest, '--schedule none');
    const fill = (
      more: string,
    ) => `mkdir -p -m 700 ${place} && cd ${place} && ${LEGACY} && chown -Rh ${owner}:${owner} .
      ${more}
      ${place === STATE ? '' : `ln -s private/apim-probe ${STATE}`}`;
    if (place !== STATE) await guest.must('mkdir -m 700 /var/lib/private');
    const before = await treasure(guest);
    await guest.must(fill(''));
    t.match(await bounded(guest, `sh ${CALL}`), { code: 0, err: '' });
    t.equal(
      await guest.must(
        `stat -c '%U:%G %a' ${STATE} ${STATE}/reports/r.json ${STATE}/spool/s; ls ${STATE}/reports`,
      ),
      'apim-probe:apim-probe 700\napim-probe:apim-probe 600\napim-probe:apim-probe 600\nr.json\n',
    );
    t.equal(await guest.must(`find ${STATE} ! -user apim-probe; ls -d ${STATE}.* 2>/dev/null || true`), '');
    t.equal(await guest.must('ls -A /var/lib/private 2>/dev/null || true'), '', 'nothing is left behind');
    t.equal(await seenOutside(guest), before);

    // Hard links by root, for kernels that let every user make them; the second one the owner may read.
    await guest.must(`rm -rf ${STATE}
      ${fill('ln /root/treasure/secret hard; ln /root/treasure/public public; chmod 0 spool')}`);
    const { code, out } = await bounded(guest, `sh ${CALL}`);
    t.equal(code, 0);
    t.match(out, /note: not all reports were copied; the rest is in \/var\/lib\/\S+\n/);
    t.equal(await guest.must(`cat ${STATE}/reports/r.json`), '{}\n');
    t.equal(await guest.must(`stat -c %U ${STATE}/public`), 'apim-probe\n', 'a copy of what it could read');
    t.equal((await guest.run(`test -s ${STATE}/hard`)).code, 1, 'and of nothing else');
    t.equal(await seenOutside(guest), before);
    const rest = /the rest is in (\S+)\n/.exec(out)?.[1] ?? '';
    t.equal(await guest.must(`stat -c %u ${rest}/hard`), '0\n');
    t.match(await guest.must(`stat -c %a $(dirname ${rest})`), '700', 'which only root may read');
  });
}

await onGuest('a state folder of root', 'none', ['flock'], async (t, guest) => {
  await install(guest, '--schedule none');
  const before = await treasure(guest);
  const fill = (more: string) =>
    guest.must(
      `rm -rf ${STATE}; mkdir -m 755 ${STATE} && cd ${STATE} && mkdir reports && echo {} >reports/r && ${more}`,
    );
  for (const planted of [
    'chown 4711 reports',
    'ln /root/treasure/secret reports/hard',
    'chmod 777 reports',
    'chmod 666 reports/r',
    'ln -s /root/treasure/secret link && chown -h 4711 link',
  ]) {
    await fill(planted);
    const { code, err } = await bounded(guest, `sh ${CALL}`);
    t.equal(code, 2, planted);
    t.match(err, `${STATE} is root's, but other users may change things in it`);
    t.equal(await seenOutside(guest), before);
    t.equal((await guest.run('ls /etc/cron.d/apim-probe')).out, '', 'nothing was changed');
  }
  await fill('ln -s /root/treasure/secret link');
  t.match(await bounded(guest, `sh ${CALL}`), { code: 0, err: '' });
  t.equal(
    await guest.must(`find ${STATE} ! -user apim-probe`),
    '',
    'of root alone they are given to the runs',
  );
  t.equal(await seenOutside(guest), before);
});

await onGuest('the options of an earlier installation', 'none', ['flock'], async (t, guest) => {
  await install(guest, '--schedule cron');
  const folder = '/etc/apim-probe';
  const before = await treasure(guest);
  const again = () => bounded(guest, `sh ${CALL}`);
  const rights = () => guest.must(`stat -c '%n %a %U:%G' ${folder} ${folder}/*`);
  /** Makes the folder anew, as root with this script in it. */
  const fill = (script: string) =>
    guest.must(
      `rm -rf ${folder}; mkdir -m 755 ${folder} && cd ${folder} && echo 'tier: premium' >config.yaml && ${script}`,
    );
  const asNobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups';

  await fill(`echo https://example.org/ >upload-url; echo x >headers; chmod 640 config.yaml
    chown root:apim-probe . config.yaml; chmod 750 .`);
  t.match((await again()).out, `every user may now enter ${folder}, and read: ${folder}/headers\n`);
  t.equal(
    await rights(),
    `${folder} 755 root:root
${folder}/config.yaml 644 root:root
${folder}/headers 644 root:root
${folder}/upload-url 640 root:apim-probe
`,
  );
  t.equal(await guest.must(`${asNobody} cat ${folder}/config.yaml`), 'tier: premium\n');
  t.not((await guest.run(`${asNobody} cat ${folder}/upload-url`)).code, 0);
  t.match((await again()).out, /^(?!.*(?:set the rights|every user))/s, 'and again changes nothing');

  await fill(
    `printf 'upload: https://a.blob.core.windows.net/c?sig=TOPSECRET\\n' >config.yaml; chmod 600 config.yaml`,
  );
  const secretive = await again();
  t.match(secretive, {
    code: 0,
    out: /config\.yaml seems to hold a secret, which belongs in \S+upload-url/,
  });
  t.notMatch(secretive.out, 'TOPSECRET');
  t.match(await rights(), 'config.yaml 640 root:apim-probe');

  await fill(`ln -sf /root/treasure/secret config.yaml; ln -s /root/treasure/secret upload-url`);
  const linked = await again();
  t.match(linked, { code: 0, out: /note: \S+config\.yaml is a link/, err: '' });
  t.match(linked.out, /note: \S+upload-url is a link/);
  t.equal(await seenOutside(guest), before, 'the rights of what they lead to are left as they are');

  const table = await guest.must('stat -c %i:%Y /etc/cron.d/apim-probe /usr/local/bin/apim-probe');
  for (const [script, message] of [
    ['chown 4711 .', 'users other than root may write to /etc/apim-probe: see'],
    ['chmod 775 .', 'users other than root may write to /etc/apim-probe: see'],
    ['chmod 1777 .', 'users other than root may write to /etc/apim-probe: see'],
    ['chown 4711 config.yaml', 'users other than root may write to /etc/apim-probe/config.yaml'],
    [
      'chgrp 4711 config.yaml; chmod 660 config.yaml',
      'users other than root may write to /etc/apim-probe/config.yaml',
    ],
    [
      'touch upload-url; chmod 602 upload-url',
      'users other than root may write to /etc/apim-probe/upload-url',
    ],
    ['ln -f /root/treasure/secret config.yaml', 'config.yaml has a second name (a hard link)'],
    ['ln /root/treasure/secret upload-url', 'upload-url has a second name (a hard link)'],
    ['mkfifo upload-url', 'upload-url is not a file'],
    ['rm config.yaml; mkdir config.yaml', 'config.yaml is not a file'],
  ] as const) {
    await fill(script);
    const { code, err } = await again();
    t.equal(code, 2, script);
    t.match(err, message);
    t.equal(await seenOutside(guest), before);
    t.equal(await guest.must('stat -c %i:%Y /etc/cron.d/apim-probe /usr/local/bin/apim-probe'), table);
  }

  await guest.must(`rm -rf ${folder}; mkdir /home/eve && mkdir -m 755 /home/eve/options && chown 4711 /home/eve
    ln -s /home/eve/options ${folder}`);
  t.match(await again(), { code: 2, err: /the user with the id 4711 owns \/home\/eve/ });
});

await onGuest('a prefix of another user', 'none', ['flock'], async (t, guest) => {
  await install(guest, '--schedule none');
  const before = await treasure(guest);
  await guest.must(`mkdir -p /opt/eve/.local/bin /opt/shared && chown -R 4711 /opt/eve && chmod 777 /opt/shared
    ln -s /usr/local /opt/eve/link && ln -s /opt/eve/.local /opt/link
    mkdir -m 1777 /opt/sticky && mkdir /opt/sticky/own && mkdir -m 2775 /opt/staff`);
  const call = (prefix: string, command = 'install') =>
    bounded(
      guest,
      `sh ${INSTALL} ${command} --from /opt/apim-probe.mjs --node /opt/node --no-schedule --prefix ${prefix}`,
    );
  for (const prefix of ['/opt/eve/.local', '/opt/eve/link', '/opt/link', '/opt/eve/new/folder']) {
    for (const command of ['install', 'uninstall']) {
      const { code, err } = await call(prefix, command);
      t.equal(code, 2, `${command} ${prefix}`);
      t.match(
        err,
        /the user with the id 4711 owns \/opt\/(?:eve|link)\S*, so root installs nothing below it/,
      );
    }
  }
  t.match(await call('/opt/shared/a'), { code: 2, err: /every user may write to \/opt\/shared/ });
  t.match(await call('/opt/sticky/own'), { code: 0, err: '' });
  t.match(await call('/opt/staff'), { code: 0, err: '' });
  t.equal(await guest.must('find /opt/eve /opt/shared -type f'), '');
  t.equal(await seenOutside(guest), before);
});
