/** Runs that a signal ends: each gives a complete report, and SIGKILL leaves no process or file behind. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { harmlessJson } from '../../src/common/escaped-json.ts';
import { writtenReport } from '../report/samples.ts';
import { enclosed, reportIn, workplace } from './enclosed.ts';

const SIGNALS = [
  ['HUP', 129],
  ['INT', 130],
  ['QUIT', 131],
  ['TERM', 143],
] as const;

/** Waits in a script until a file has something in it. */
const until = (file: string) => `for i in $(seq 200); do [ -s ${file} ] && break; sleep 0.05; done;`;
/** A run whose only target swallows the SYN for as long as the run lasts. Background jobs of a shell ignore INT and QUIT. */
const LONG_RUN =
  'run --cloud public --region westeurope --dns-server 127.0.0.1:9 --only custom --target tcp://10.9.9.9:1433 ' +
  '--connect-to 127.0.0.1:9:127.0.0.1:9 --connect-to 10.9.9.9:1433:10.9.9.9:1433 --connect-to ::127.0.0.1:9 --timeout 30000';
const SWALLOW = 'ip addr add 10.9.9.1/32 dev lo; ip route add 10.9.9.9/32 dev lo;';
const OBEY =
  'python3 -c "import os,signal,sys; [signal.signal(s, signal.SIG_DFL) for s in (1,2,3)]; os.execvp(sys.argv[1], sys.argv[1:])"';

for (const [name, code] of SIGNALS) {
  t.test(`SIG${name} ends a run with ${code} and a complete report`, async (t) => {
    const cwd = workplace(t);
    const script =
      `${SWALLOW} ${OBEY} $PROBE ${LONG_RUN} --log-file log --log-level info --output r.json & ` +
      `${until('log')} sleep 0.3; kill -${name} $!; wait $!`;
    const run = await enclosed(script, { cwd, limit: 40_000 });
    t.equal(run.code, code, run.err);
    t.match(run.err, `SIG${name}: stopping, and reporting what is known`);
    const report = reportIn(join(cwd, 'r.json'));
    t.equal(report.interrupted, `SIG${name}`);
    t.equal(
      report.targets.find(({ host }) => host === '10.9.9.9')?.status,
      'untested',
      'what it had begun, too',
    );
    const shown = await enclosed('probe render r.json', { cwd });
    t.match(shown.out, `Stopped by SIG${name}`);
  });

  t.test(`SIG${name} ends an upload with ${code}`, async (t) => {
    const cwd = workplace(t);
    writeFileSync(join(cwd, 'r.json'), harmlessJson(writtenReport({})));
    const script =
      `${SWALLOW} ` +
      `${OBEY} $PROBE upload r.json --spool spool --upload https://up.example/in --connect-to ::10.9.9.9:443 & ` +
      `for i in $(seq 600); do ls spool/*.gz > /dev/null 2>&1 && break; sleep 0.05; done; sleep 0.5; kill -${name} $!; wait $!`;
    const run = await enclosed(script, { cwd, limit: 40_000 });
    t.equal(run.code, code, run.err);
    t.equal(readdirSync(join(cwd, 'spool')).filter((file) => file.endsWith('.gz')).length, 1, 'it waits');
  });
}

for (const name of ['KILL', 'HUP', 'TERM']) {
  t.test(`a demo that SIG${name} ends leaves nothing behind`, async (t) => {
    const cwd = workplace(t);
    const script =
      'mkfifo never; $PROBE demo --scenario forced-tunnel --quiet > /dev/null 2> err & pid=$!; ' +
      // Its lab is up as soon as something listens.
      'for i in $(seq 200); do [ $(ss -Hltn | wc -l) -gt 10 ] && break; sleep 0.05; done; ' +
      `[ $(ss -Hltn | wc -l) -gt 10 ] || exit 99; sleep 0.5; kill -${name} $pid; wait $pid; echo $?; ` +
      'ss -Hltnu; ps -eo args= | grep -v -e "^ps " -e "^bash " -e "^grep "; ls -A tmp';
    const run = await enclosed(script, { cwd, limit: 40_000 });
    const [code, ...left] = run.out.trim().split('\n');
    t.equal(code, { KILL: '137', HUP: '129', TERM: '143' }[name], run.err);
    t.strictSame(left, [], 'no port, no process, no file');
  });
}
