/** A stdout that is full, closed or stalled: no report is lost, and the exit code shows the failure. */
import { join } from 'node:path';
import t from 'tap';
import { enclosed, RUN, reportIn, rescued, small, workplace } from './enclosed.ts';

t.test('a full disk under stdout: exit 4, and the whole report is saved elsewhere', async (t) => {
  for (const [name, command] of [
    ['the demo', 'probe demo --output -'],
    ['a run', `${RUN} --output -`],
    ['a run without a stdout option', RUN],
  ] as const) {
    const cwd = workplace(t);
    const run = await enclosed(
      `${small('8k')} ${command} > small/r.json; code=$?; wc -c < small/r.json; exit $code`,
      {
        cwd,
      },
    );
    t.match(run.err, /could not be written to stdout: no space left on the device \(ENOSPC\)/, name);
    t.equal(run.code, 4, `${name}: exit code`);
    t.equal(run.out.trim(), '8192', 'the disk did cut it');
    t.ok(rescued(run).id);
  }
});

t.test('stdout closed: exit 4, and the report is saved elsewhere', async (t) => {
  const cwd = workplace(t);
  const run = await enclosed('probe demo --output - >&-', { cwd });
  t.equal(run.code, 4, run.err);
  t.match(run.err, /could not be written to stdout: it is closed/);
  t.ok(rescued(run).id);
  const text = await enclosed('probe demo --format text=- >&-', { cwd });
  t.equal(text.code, 4, text.err);
  t.ok(rescued(text).id, 'also when only its text was to go there');
  const plan = await enclosed('probe plan --cloud public --region westeurope >&-', { cwd });
  t.equal(plan.code, 4);
  t.match(plan.err, /cannot be written: it is closed/);
  const demo = await enclosed('probe demo >&-', { cwd });
  t.equal(demo.code, 0, 'a summary without a stdout is not a failure');
});

t.test('any other output on stdout: exit 4 and a message, never a silent cut', async (t) => {
  const cwd = workplace(t);
  const made = await enclosed('probe demo --output r.json', { cwd });
  t.equal(made.code, 0, made.err);
  const plan = '--cloud public --region westeurope';
  const long = [
    'schema',
    `plan ${plan} --format json`,
    `plan ${plan} --format csv`,
    'bundle r.json --output -',
  ];
  const renderings = ['json', 'csv', 'junit', 'network-status'].map(
    (format) => `render r.json --format ${format}`,
  );
  const short = ['explain', '--help', '--version', 'render r.json', 'demo', 'demo --format text=-'];
  const cut = [...long, ...renderings].map((command) => [command, 'small/out'] as const);
  const refused = [...long, ...renderings, ...short].map((command) => [command, '/dev/full'] as const);
  for (const [command, stdout] of [...cut, ...refused]) {
    const run = await enclosed(`${small('4k')} probe ${command} > ${stdout}`, { cwd });
    t.equal(run.code, 4, `${command} > ${stdout}`, { err: run.err });
    t.match(run.err, /written.*: no space left on the device \(ENOSPC\)/s, command);
  }
});

t.test('a failing stderr changes no exit code', async (t) => {
  const cwd = workplace(t);
  t.equal((await enclosed('probe demo --output r.json 2> /dev/full', { cwd })).code, 0);
  t.ok(reportIn(join(cwd, 'r.json')).id);
  t.equal((await enclosed('probe run --no-such-flag 2> /dev/full', { cwd })).code, 2);
  t.equal((await enclosed('probe run --no-such-flag 2>&-', { cwd })).code, 2);
});

t.test('a blocked subnet is exit 1 even when its report is lost, with a message', async (t) => {
  const cwd = workplace(t);
  const run = await enclosed('probe demo --scenario sql-blocked --output - > /dev/full', { cwd });
  t.equal(run.code, 1, run.err);
  t.match(run.err, /could not be written to stdout/);
  t.equal(rescued(run).verdict, 'blocked');
});

t.test('a stdout whose reader stalls: a signal still ends the run, with the report elsewhere', async (t) => {
  const cwd = workplace(t);
  const script =
    '{ $PROBE demo --quiet --output - & echo $! > pid; wait $!; echo $? > code; } | { sleep 100; } & ' +
    'sleep 6; kill -TERM $(cat pid); for i in $(seq 200); do [ -s code ] && break; sleep 0.1; done; exit $(cat code)';
  const run = await enclosed(script, { cwd, limit: 50_000 });
  t.equal(run.code, 143, run.err);
  t.ok(rescued(run).id);
});
