/** Runs that end early: by the deadline or a signal. */
import { setMaxListeners } from 'node:events';
import t from 'tap';
import { openSilentPort } from '../../src/lab/silent-port.ts';
import { silent } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { nameServer, to } from './peers.ts';
import { controlOf, ran, targets } from './runs.ts';

/** ms; more than any test here takes, and less than the timeouts that the end cuts short. */
const LONG = { timeout: 60_000, attempts: 3 };
const urls = (count: number) =>
  targets(...Array.from({ length: count }, (_, index) => `tls://10.0.${index >> 8}.${index & 255}:443`));

t.test('at the deadline every endpoint is reported once, the rest as untested', async (t) => {
  const mute = await openPeer(t, silent);
  const started = performance.now();
  const run = await ran({
    options: { ...LONG, concurrency: 8, target: urls(300) },
    redirections: [to(mute, null, 443)],
    signal: AbortSignal.timeout(500),
  });
  t.ok(performance.now() - started < 10_000);
  t.equal(new Set(run.targets.map(({ id }) => id)).size, 300);
  for (const target of run.targets) {
    t.match(target, { status: 'untested', failure: 'deadline_exceeded', reason: /^the run ended before/ });
  }
  t.equal(
    run.targets.filter(({ attempts }) => attempts.length > 0).length,
    8,
    'only what had begun has traces',
  );
  t.equal(controlOf(run, 'clock').outcome, 'unknown');
});

t.test('earlier results stay', async (t) => {
  const open = await openPeer(t, silent);
  const controller = new AbortController();
  const mute = await openPeer(t, (socket) => {
    socket.once('data', () => setTimeout(() => controller.abort('SIGINT'), 100));
  });
  const run = await ran({
    options: { ...LONG, target: targets('tcp://10.0.0.1:80', 'tcp://10.0.0.2:81', 'tls://10.0.0.3:443') },
    redirections: [to(open, '10.0.0.1', 80), to(mute, '10.0.0.3', 443)],
    signal: controller.signal,
  });
  t.match(run.targets, [
    { status: /^reachable$/ },
    { status: 'unreachable', failure: 'tcp_refused' },
    { status: 'untested', failure: 'deadline_exceeded' },
  ]);
  t.match(run.targets[2]?.attempts, [
    {
      failure: 'deadline_exceeded',
      facts: { proof: 'connect' },
      steps: [{ name: 'connect', ok: true }, { ok: false }],
    },
  ]);
  t.match(controlOf(run, 'tcp-reserved-address'), { outcome: 'expected' });
});

t.test('name servers that never answer do not delay the end', async (t) => {
  const silent = await nameServer(t, () => 'silence');
  const controller = new AbortController();
  setTimeout(() => controller.abort('SIGTERM'), 300);
  const target = targets(...Array.from({ length: 50 }, (_, index) => `tcp://host${index}.example:443`));
  const started = performance.now();
  const run = await ran({
    options: { ...LONG, concurrency: 4, target },
    names: [silent],
    signal: controller.signal,
  });
  t.ok(performance.now() - started < 10_000);
  for (const { status, failure, resolutions } of run.targets) {
    t.same([status, failure], ['untested', 'deadline_exceeded']);
    t.match(resolutions, [{ failure: 'deadline_exceeded' }]);
  }
  t.equal(controlOf(run, 'dns-random-name').outcome, 'unknown');
  t.match(controlOf(run, 'azure-dns'), { outcome: 'unknown', detail: { text: /did not answer/ } });
  t.ok(silent.questions.length <= 3 * 2 * 4, 'nothing was asked after the end');
});

t.test('a run that has ended before it begins opens no socket', async (t) => {
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.1'] }));
  const run = await ran({
    options: { target: targets('tcp://10.0.0.1:80', 'https://a.example:443/') },
    names: [names],
    signal: AbortSignal.abort('SIGINT'),
  });
  t.equal(run.system.opened(), 0);
  t.ok(run.targets.every(({ failure }) => failure === 'deadline_exceeded'));
  t.match(controlOf(run, 'tcp-reserved-address'), { outcome: 'unknown', detail: { connected: false } });
});

t.test('the control after a cut handshake is cut by the end as well', async (t) => {
  const controller = new AbortController();
  // The target is cut at once; the retry with another name times out.
  const peer = await openPeer(t, (socket, number) => {
    if (number === 1) socket.once('data', () => socket.destroy());
    else if (number === 3) setTimeout(() => controller.abort('SIGINT'), 50);
  });
  const started = performance.now();
  const run = await ran({
    options: { ...LONG, attempts: 1, target: targets('tls://10.0.0.1:443') },
    redirections: [to(peer, '10.0.0.1', 443)],
    signal: controller.signal,
  });
  t.ok(performance.now() - started < 10_000);
  t.equal(run.only.failure, 'tls_closed');
  const others = run.controls.filter(({ name }) => name === 'tls-other-name');
  t.equal(others.length, 2);
  for (const other of others) {
    t.match(other, { outcome: 'unknown', detail: { failure: 'deadline_exceeded', wentFurther: false } });
  }
});

t.test('when all packets are dropped, a run takes the time of its attempts only', async (t) => {
  const silent = await openSilentPort();
  t.teardown(() => silent.close());
  const started = performance.now();
  const run = await ran({
    options: { timeout: 200, attempts: 3, target: urls(100) },
    redirections: [to(silent, null, null)],
  });
  const elapsed = performance.now() - started;
  t.ok(elapsed > 3 * 200, 'three timeouts');
  t.ok(elapsed < 15_000, `${elapsed} ms`);
  for (const target of run.targets) {
    t.match(target, { status: 'unreachable', failure: 'tcp_timeout' });
    t.equal(target.attempts.length, 3);
  }
});

t.test('a thousand waiting targets cause no listener warning', async (t) => {
  const warnings: string[] = [];
  const hear = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', hear);
  t.teardown(() => process.off('warning', hear));
  const controller = new AbortController();
  setMaxListeners(10, controller.signal);
  const mute = await openPeer(t, silent);
  setTimeout(() => controller.abort('SIGINT'), 200);
  await ran({
    options: { ...LONG, target: urls(1000) },
    redirections: [to(mute, null, 443)],
    signal: controller.signal,
  });
  await new Promise(setImmediate);
  t.same(warnings, []);
});
