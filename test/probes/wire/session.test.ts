import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createSystem } from '../../../probes/wire/system.ts';
import { failed, sessionWith } from '../try.ts';

const NOWHERE = { address: '192.0.2.1', port: 9 };

/** An outside whose clock is moved by hand. */
function withClock() {
  const clock = { ms: 0 };
  return { clock, system: { ...createSystem(), monotonicMs: () => clock.ms } };
}

t.test('a step is timed by the clock that it is given, in thousandths of a millisecond', async (t) => {
  const { clock, system } = withClock();
  const session = sessionWith(NOWHERE, { system });
  const value = await session.step('connect', 'tcp', async () => {
    clock.ms += 12.34567;
    return 'value';
  });
  t.equal(value, 'value');
  t.same(session.steps, [{ name: 'connect', ms: 12.346, ok: true }]);
});

t.test('a restarted stopwatch forgets what came before', async (t) => {
  const { clock, system } = withClock();
  const session = sessionWith(NOWHERE, { system });
  await session.step('connect', 'tcp', async (restart) => {
    clock.ms += 500;
    restart();
    clock.ms += 7;
  });
  t.same(session.steps, [{ name: 'connect', ms: 7, ok: true }]);
});

t.test('a step that fails is kept beside those that went well', async (t) => {
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

t.test('work that throws before its first await fails as any other', async (t) => {
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

t.test('once the run is over no step is begun', async (t) => {
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
  t.same(session.steps, [], 'what was not done has no time');
});

t.test('a socket that breaks when nobody waits for it any more breaks nothing else', async (t) => {
  const session = sessionWith(NOWHERE);
  const socket = session.own(new Socket());
  t.doesNotThrow(() => socket.emit('error', new Error('read ECONNRESET')));
  session.dispose();
  t.equal(socket.destroyed, true);
});

t.test('disposing of a finished handshake leaves the runtime alive', async (t) => {
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
