import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createSystem } from '../../../probes/wire/system.ts';
import { failed, sessionWith } from '../try.ts';

const NOWHERE = { address: '192.0.2.1', port: 9 };

/** A system with a manual clock. */
function withClock() {
  const clock = { ms: 0 };
  return { clock, system: { ...createSystem(), monotonicMs: () => clock.ms } };
}

t.test('a step is timed with the given clock, in microseconds', async (t) => {
  const { clock, system } = withClock();
  const session = sessionWith(NOWHERE, { system });
  const value = await session.step('connect', 'tcp', async () => {
    clock.ms += 12.34567;
    return 'value';
  });
  t.equal(value, 'value');
  t.same(session.steps, [{ name: 'connect', ms: 12.346, ok: true }]);
});

t.test('a restarted timer begins at zero', async (t) => {
  const { clock, system } = withClock();
  const session = sessionWith(NOWHERE, { system });
  await session.step('connect', 'tcp', async (restart) => {
    clock.ms += 500;
    restart();
    clock.ms += 7;
  });
  t.same(session.steps, [{ name: 'connect', ms: 7, ok: true }]);
});

t.test('failed and successful steps are recorded', async (t) => {
  const { clock, system } = withClock();
  const session = sessionWith(NOWHERE, { system });
  await session.step('connect', 'tcp', async () => undefined);
  t.match(
    await failed(
      session.step('tls', 'tls', async () => {
        clock.ms += 3;
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
      }),
    ),
    { failure: 'tls_reset' },
  );
  t.same(session.steps, [
    { name: 'connect', ms: 0, ok: true },
    { name: 'tls', ms: 3, ok: false },
  ]);
});

t.test('work that throws before its first await fails normally', async (t) => {
  const session = sessionWith(NOWHERE);
  t.match(
    await failed(
      session.step('request', 'protocol', () => {
        throw new RangeError('at once');
      }),
    ),
    { name: 'ProbeError', failure: 'unexpected', message: 'RangeError: at once' },
  );
  t.match(session.steps, [{ name: 'request', ok: false }]);
});

t.test('after the end of the run no step begins', async (t) => {
  const session = sessionWith(NOWHERE, { signal: AbortSignal.abort() });
  let begun = false;
  t.match(
    await failed(
      session.step('connect', 'tcp', async () => {
        begun = true;
      }),
    ),
    { failure: 'deadline_exceeded' },
  );
  t.equal(begun, false);
  t.same(session.steps, [], 'a step that did not begin is not recorded');
});

t.test('a socket error after the step does not end the process', async (t) => {
  const session = sessionWith(NOWHERE);
  const socket = session.own(new Socket());
  t.doesNotThrow(() => socket.emit('error', new Error('read ECONNRESET')));
  session.dispose();
  t.equal(socket.destroyed, true);
});

t.test('disposing after a handshake does not crash the runtime', async (t) => {
  const script = fileURLToPath(new URL('handshakes.ts', import.meta.url));
  const child = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 20_000 });
  t.match(
    { status: child.status, signal: child.signal, stdout: child.stdout },
    {
      status: 0,
      signal: null,
      stdout: '60 handshakes\n',
    },
  );
});
