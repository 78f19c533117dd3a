import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Change, type OnChangeParts, runOnChange } from '../../../src/delivery/history/on-change.ts';

const CHANGE: Change = {
  oldReport: '/s/old.json',
  newReport: '/s/new.json',
  oldVerdict: 'ready',
  newVerdict: 'blocked',
  newFindings: ['outbound-dropped', 'clock-skew'],
  goneFindings: [],
};

async function attempt(t: Test, command: string, changes: Partial<OnChangeParts> = {}, change = CHANGE) {
  const lines: string[] = [];
  const cwd = t.testdir({});
  const problem = await runOnChange(command, change, {
    env: { PATH: '/usr/bin:/bin', OWN: 'kept' },
    cwd,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    ...changes,
  });
  return { problem, lines, cwd };
}

t.test(
  'the command learns what changed from its environment, and its output goes through the run',
  async (t) => {
    const { problem, lines } = await attempt(
      t,
      'echo "$PROBE_OLD_VERDICT $PROBE_NEW_VERDICT"; echo "$PROBE_OLD_REPORT $PROBE_NEW_REPORT" >&2; echo $OWN; ' +
        'echo "new: $PROBE_NEW_FINDINGS, gone: $PROBE_GONE_FINDINGS"',
    );
    t.equal(problem, null);
    t.strictSame(lines.toSorted(), [
      '/s/old.json /s/new.json',
      'kept',
      'new: outbound-dropped clock-skew, gone: ',
      'ready blocked',
    ]);
  },
);

t.test('no value becomes part of the command', async (t) => {
  const path = `/s/$(touch pwned)\`touch pwned\`; touch pwned #'"\n.json`;
  const { problem, lines, cwd } = await attempt(
    t,
    'printf "%s" "$PROBE_NEW_REPORT" >seen',
    {},
    { ...CHANGE, newReport: path },
  );
  t.equal(problem, null);
  t.strictSame(lines, []);
  t.equal(readFileSync(join(cwd, 'seen'), 'utf8'), path);
  t.notOk(existsSync(join(cwd, 'pwned')));
});

t.test('a failed command has a clear message', async (t) => {
  for (const [command, expected] of [
    ['exit 3', 'ended with exit code 3'],
    ['no-such-command-here', /ended with 127: the shell did not find/],
    ['kill -KILL $$', 'was ended by the signal SIGKILL'],
  ] as const) {
    t.match((await attempt(t, command)).problem, expected);
  }
  const gone = await attempt(t, 'true', { cwd: '/nonexistent' });
  t.match(gone.problem, /could not be started: it does not exist/);
  const large = await attempt(t, 'true', { env: { LARGE: 'x'.repeat(4_000_000) } });
  t.match(large.problem, /could not be started: .*E2BIG/, 'spawn throws, without an event');
});

t.test('the time limit ends the command with all that it started', async (t) => {
  const { problem, cwd } = await attempt(t, '(sleep 1; touch late) & sleep 30', { limit: 200 });
  t.match(problem, /took longer than 0\.2 s and was stopped/);
  await new Promise((resolve) => void setTimeout(resolve, 1300));
  t.notOk(existsSync(join(cwd, 'late')));
});

t.test('a command that does not listen to SIGTERM is killed', async (t) => {
  const { problem } = await attempt(t, "trap '' TERM; sleep 30 & wait; sleep 30", { limit: 200 });
  t.match(problem, /took longer/);
});

t.test('what it leaves in the background does not block the run', async (t) => {
  const { problem, lines } = await attempt(t, 'echo started; sleep 3 &', { limit: 2000 });
  t.equal(problem, null);
  t.strictSame(lines, ['started']);
});

t.test('a run that is stopped stops the command', async (t) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort('SIGTERM'), 100);
  t.match((await attempt(t, 'sleep 30', { signal: controller.signal })).problem, /stopped with the run/);
  t.match((await attempt(t, 'sleep 30', { signal: AbortSignal.abort() })).problem, /stopped with the run/);
});

t.test('its output is bounded and made printable', async (t) => {
  const { lines } = await attempt(t, "printf '\\033[31mred\\n'; yes | head -c 1000000");
  t.match(lines[0], '\\u{1b}[31mred');
  t.match(lines.at(-1), /left out/);
  t.ok(lines.join('').length < 20_000);
});
