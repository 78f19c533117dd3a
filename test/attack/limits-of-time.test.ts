/** Peers that are silent at each step: every limit holds for all steps, and the process ends with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import t, { type Test } from 'tap';
import { KEEPS_COMPILED } from '../system/processes.ts';
import { type Enclosed, enclosed, workplace } from './enclosed.ts';

/** ms; what a start, a run with one refused target and a loaded machine take beside the limit. */
const BESIDE = 7500;
const LIMIT = 2000;

/** Most of the time the cases wait. More of them at once would take a slow machine longer than `BESIDE`. */
const together = pLimit(3);

/** `10.9.9.9` swallows every packet. On 127.0.0.1: 7001 accepts and is silent, 7002 is a proxy whose tunnels are. */
const PEERS = join(import.meta.dirname, 'silent-peers.ts');
const SCENE =
  'ip addr add 10.9.9.1/32 dev lo; ip route add 10.9.9.9/32 dev lo; ' +
  `NODE_COMPILE_CACHE='${KEEPS_COMPILED.NODE_COMPILE_CACHE}' '${process.execPath}' '${PEERS}' > ready & for i in $(seq 200); do [ -s ready ] && break; sleep 0.05; done;`;

const RUN =
  'run --cloud public --region westeurope --dns-server 127.0.0.1:9 --only custom --target tcp://10.0.0.4:1433 --attempts 1 ' +
  `--connect-to 10.0.0.4:1433:127.0.0.1:9 --spool spool --upload-timeout ${LIMIT}`;
const SENDING = '--upload https://up.example/in';
const TO_BLOB = '--upload https://contosostore.blob.core.windows.net/reports';

/** A script that runs the command when the peers are ready, and leaves its time in ms in the file `took`. */
function timed(command: string): string {
  return `${SCENE} began=$(date +%s%3N); ${command}; code=$?; echo $(($(date +%s%3N) - began)) > took; exit $code`;
}

function inTime(t: Test, cwd: string, { err }: Enclosed, name: string): void {
  const ms = Number(readFileSync(join(cwd, 'took'), 'utf8'));
  t.ok(ms < LIMIT + BESIDE, `${name}: ${ms} ms`, { err });
  t.ok(ms > LIMIT, 'it was the limit that ended it', { err });
}

t.test('--upload-timeout', async (t) => {
  const cases = [
    ['SYNs are dropped', `${SENDING} --connect-to up.example:443:10.9.9.9:443`, ''],
    ['silent in TLS', `${SENDING} --connect-to up.example:443:127.0.0.1:7001`, ''],
    ['a proxy that drops SYNs', SENDING, 'https_proxy=http://10.9.9.9:3128'],
    ['a proxy that does not answer CONNECT', SENDING, 'https_proxy=http://127.0.0.1:7001'],
    ['a proxy that is silent in TLS', SENDING, 'https_proxy=https://127.0.0.1:7001'],
    ['a tunnel that is silent in TLS', SENDING, 'https_proxy=http://127.0.0.1:7002'],
    ['a metadata service that drops SYNs', `${TO_BLOB} --connect-to 169.254.169.254:80:10.9.9.9:80`, ''],
    ['a metadata service that is silent', `${TO_BLOB} --connect-to 169.254.169.254:80:127.0.0.1:7001`, ''],
    ['a name that no DNS server answers for', SENDING, ''],
  ] as const;
  await together.map(cases, async ([name, flags, variable]) => {
    const cwd = workplace(t);
    writeFileSync(join(cwd, 'resolv.conf'), 'nameserver 10.9.9.9\n');
    const resolver = 'mount --bind resolv.conf /etc/resolv.conf;';
    const run = await enclosed(timed(`${resolver} ${variable} $PROBE ${RUN} ${flags} > r.json`), {
      cwd,
      limit: 60_000,
    });
    inTime(t, cwd, run, name);
    t.equal(run.code, 4, `${name}: the report was not delivered`);
    t.match(run.err, /the report was not uploaded to .*: /);
    t.match(run.err, /it waits in .*spool; the next run sends it/);
  });
});

t.test('the limit of the upload command', async (t) => {
  const cwd = workplace(t);
  t.equal((await enclosed('probe demo --quiet --output r.json', { cwd })).code, 0);
  for (const [name, flags] of [
    ['SYNs are dropped', '--connect-to ::10.9.9.9:443'],
    ['silent in TLS', '--connect-to ::127.0.0.1:7001'],
  ]) {
    const upload = `probe upload r.json --spool spool ${SENDING} --upload-timeout ${LIMIT}`;
    const run = await enclosed(timed(`${upload} ${flags}`), { cwd });
    inTime(t, cwd, run, `${name}`);
    t.equal(run.code, 4);
  }
});

t.test('--deadline', async (t) => {
  const known = '--cloud public --region westeurope';
  const fence = '--connect-to ::127.0.0.1:9';
  const dead = '--dns-server 127.0.0.1:9';
  const cases = [
    ['dial', `${known} ${dead} --target tcp://10.9.9.9:443 --connect-to 10.9.9.9:443:10.9.9.9:443`],
    ['TLS', `${known} ${dead} --target tls://10.0.0.4:443 --connect-to 10.0.0.4:443:127.0.0.1:7001`],
    ['a protocol', `${known} ${dead} --target tds://10.0.0.4:1433 --connect-to 10.0.0.4:1433:127.0.0.1:7001`],
    ['DNS', `${known} --dns-server 10.9.9.9 --connect-to 10.9.9.9:53:10.9.9.9:53 --target tcp://a.example:1`],
    ['ping', `${known} ${dead} --target icmp://10.9.9.9 --connect-to 10.9.9.9::10.9.9.9:1`],
    [
      'metadata, and then a dial',
      `${dead} --connect-to 169.254.169.254:80:127.0.0.1:7001 --target tcp://10.9.9.9:443 --connect-to 10.9.9.9:443:10.9.9.9:443`,
    ],
  ] as const;
  await together.map(cases, async ([name, flags]) => {
    const cwd = workplace(t);
    const only = `--only custom --timeout 30000 --deadline ${LIMIT}`;
    const run = await enclosed(timed(`probe run ${flags} ${fence} ${only}`), { cwd });
    inTime(t, cwd, run, name);
    const report = JSON.parse(run.out);
    t.equal(report.interrupted, 'deadline', name);
    t.ok(report.durationMs < LIMIT + 1000, `${name}: ${report.durationMs} ms`);
  });
});
