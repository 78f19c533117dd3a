/** Attempts, addresses and statuses, against real loopback peers. */
import type { Socket } from 'node:net';
import t from 'tap';
import { observe } from '../../src/run/run.ts';
import { silent } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { optionsWith } from './options.ts';
import { closedWorld, nameServer, to } from './peers.ts';
import { customPlan, ran, surveyWith, targets } from './runs.ts';

/** Refuses the TLS hello by closing: a failure that comes at once. */
const hangUp = (socket: Socket): void => void socket.once('data', () => socket.destroy());

t.test('a port that is open is reached, with one attempt', async (t) => {
  const peer = await openPeer(t, silent);
  const { only } = await ran({
    options: { target: targets('tcp://10.0.0.9:1433'), attempts: 3 },
    redirections: [to(peer, '10.0.0.9', 1433)],
  });
  t.equal(only.status, 'reachable');
  t.equal(only.failure, null);
  t.equal(only.attempts.length, 1);
  t.match(only.attempts[0], { address: '10.0.0.9', ok: true, facts: { proof: 'connect' } });
  t.ok(only.latency.connectMs !== null && only.latency.connectMs.min <= only.latency.connectMs.max);
  t.same(only.addresses, [{ address: '10.0.0.9', family: 4, scope: 'private', via: [] }]);
});

t.test('a failure is retried, and a success then is intermittent', async (t) => {
  const reply = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
  const peer = await openPeer(t, (socket, number) => {
    socket.once('data', () => (number < 3 ? socket.destroy() : socket.end(reply)));
  });
  const { only } = await ran({
    options: { target: targets('http://10.0.0.9:80/'), attempts: 3 },
    redirections: [to(peer, '10.0.0.9', 80)],
  });
  t.equal(only.status, 'intermittent');
  t.equal(only.failure, 'protocol_closed');
  t.same(
    only.attempts.map(({ ok }) => ok),
    [false, false, true],
  );
  t.equal(peer.accepted(), 3);
  const starts = only.attempts.map(({ startedAt }) => Date.parse(startedAt));
  t.ok((starts[1] ?? 0) - (starts[0] ?? 0) >= 240, 'after a pause');
  t.ok(only.latency.totalMs !== null, 'of the attempt that succeeded');
});

const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';

t.test('an attempt that stays silent is a failure, although the next one passed meanwhile', async (t) => {
  const peer = await openPeer(t, (socket, number) => {
    socket.once('data', () => void (number > 1 && socket.end(NO_CONTENT)));
  });
  const { only } = await ran({
    options: { target: targets('http://10.0.0.9:80/'), attempts: 3, timeout: 2000 },
    redirections: [to(peer, '10.0.0.9', 80)],
  });
  t.match(only, { status: 'intermittent', failure: 'protocol_timeout' });
  t.same(
    only.attempts.map(({ failure }) => failure),
    ['protocol_timeout', null],
    'in the order in which they began',
  );
  t.equal(peer.accepted(), 2);
});

t.test('an attempt begun beside one that then passes is no failure', async (t) => {
  const waiting: Socket[] = [];
  // The first connection is answered when the second one has arrived, which never is.
  const peer = await openPeer(t, (socket, number) => {
    socket.once('data', () => {
      waiting.push(socket);
      if (number === 2) waiting[0]?.end(NO_CONTENT);
    });
  });
  const { only } = await ran({
    options: { target: targets('http://10.0.0.9:80/'), attempts: 3 },
    redirections: [to(peer, '10.0.0.9', 80)],
  });
  t.match(only, { status: 'reachable', failure: null, attempts: { length: 1 } });
  t.equal(peer.accepted(), 2, 'the third never began');
});

t.test('further attempts do not wait behind first ones, and their number is bounded', async (t) => {
  const peer = await openPeer(t, silent);
  const { targets: seen } = await ran({
    options: {
      target: targets('http://10.0.0.1:80/', 'http://10.0.0.2:80/'),
      ...{ attempts: 3, concurrency: 1, timeout: 2500 },
    },
    system: closedWorld([to(peer, null, 80)]),
  });
  t.same(
    seen.map(({ attempts }) => attempts.map(({ failure }) => failure)),
    new Array(2).fill(new Array(3).fill('protocol_timeout')),
  );
  t.equal(peer.accepted(), 6);
  t.equal(peer.most(), 3, 'one first attempt and two others');
});

t.test('attempts end at their number', async (t) => {
  const peer = await openPeer(t, hangUp);
  const { only } = await ran({
    options: { target: targets('tls://10.0.0.9:443'), attempts: 2 },
    redirections: [to(peer, '10.0.0.9', 443)],
  });
  t.match(only, { status: 'unreachable', failure: 'tls_closed', latency: { connectMs: null } });
  t.equal(only.attempts.length, 2);
  t.ok(
    only.attempts.every(({ facts }) => facts.proof === 'connect'),
    'what was seen before stays',
  );
});

t.test('every address is tried, at the same time', async (t) => {
  const waiting: Socket[] = [];
  // The peer answers no connection before all have arrived.
  const peer = await openPeer(t, (socket) => {
    waiting.push(socket);
    if (waiting.length === 3) for (const each of waiting) each.end('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
  const names = await nameServer(t, () => ({ addresses, cname: 'real.example' }));
  const { only } = await ran({
    options: { target: targets('http://a.example:80/') },
    names: [names],
    redirections: [to(peer, 'a.example', 80)],
  });
  t.equal(only.status, 'reachable');
  t.same(
    only.attempts.map(({ address }) => address),
    addresses,
  );
  t.same(only.addresses[0]?.via, ['real.example']);
});

t.test('one address that fails makes it intermittent', async (t) => {
  const peer = await openPeer(t, silent);
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.1', '10.0.0.2'] }));
  const { only } = await ran({
    options: { target: targets('tcp://a.example:80') },
    names: [names],
    redirections: [to(peer, '10.0.0.2', 80)],
  });
  t.match(only, { status: 'intermittent', failure: 'tcp_refused' });
});

t.test('an address that a server gives twice is tried once', async (t) => {
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.1', '10.0.0.1'] }));
  const { only } = await ran({ options: { target: targets('tcp://a.example:80') }, names: [names] });
  t.equal(only.addresses.length, 1);
  t.equal(only.attempts.length, 1);
});

t.test('IPv6 addresses are not tried on a VM without IPv6', async (t) => {
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.1', 'fd00::1'] }));
  const peer = await openPeer(t, silent);
  const options = { target: targets('tcp://a.example:80') };
  const redirections = [to(peer, '10.0.0.1', 80)];
  const without = await ran({ options, names: [names], redirections });
  t.equal(without.only.status, 'reachable');
  t.same(
    without.only.addresses.map(({ address }) => address),
    ['10.0.0.1', 'fd00::1'],
    'but it is evidence',
  );
  t.notOk([...without.system.wanted].some((way) => way.includes('fd00::1')));
  const having = await ran({ options, names: [names], redirections, survey: { hasIPv6: true } });
  t.equal(having.only.status, 'intermittent');
  t.equal(having.only.attempts.length, 2);
});

t.test('an endpoint with only IPv6 addresses is tried nevertheless', async (t) => {
  const names = await nameServer(t, () => ({ addresses: ['fd00::1'] }));
  const { only } = await ran({ options: { target: targets('tcp://a.example:80') }, names: [names] });
  t.same(
    only.attempts.map(({ address }) => address),
    ['fd00::1'],
  );
});

t.test('the IPv4 failure counts when both families were tried', async (t) => {
  const peer = await openPeer(t, hangUp);
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.1', 'fd00::1'] }));
  const { only } = await ran({
    options: { target: targets('tls://a.example:443') },
    names: [names],
    redirections: [to(peer, '10.0.0.1', 443)],
    survey: { hasIPv6: true },
  });
  t.same(
    only.attempts.map(({ failure }) => failure),
    ['tls_closed', 'tcp_refused'],
  );
  t.match(only, { status: 'unreachable', failure: 'tls_closed' });
});

t.test('a target that this machine cannot probe is untested, without a retry', async (t) => {
  let calls = 0;
  const system = {
    ...closedWorld(),
    runProgram: async () => {
      calls += 1;
      return { kind: 'not-started', code: 'ENOENT' } as const;
    },
  };
  const { only } = await ran({ options: { target: targets('icmp://10.0.0.9:0'), attempts: 3 }, system });
  t.match(only, { status: 'untested', failure: null, reason: /no ping program/, attempts: { length: 0 } });
  t.equal(calls, 1);
});

t.test('no more attempts run at once than allowed', async (t) => {
  const peer = await openPeer(t, (socket) => {
    socket.once('data', () => setImmediate(() => socket.end('HTTP/1.1 204 No Content\r\n\r\n')));
  });
  const urls = Array.from({ length: 60 }, (_, index) => `http://10.0.0.${index + 1}:80/`);
  const { targets: seen } = await ran({
    options: { target: targets(...urls), concurrency: 5 },
    system: closedWorld([to(peer, null, 80)]),
  });
  t.ok(seen.every(({ status }) => status === 'reachable'));
  t.equal(peer.accepted(), 60);
  t.ok(peer.most() > 1 && peer.most() <= 5, `${peer.most()} at once`);
});

t.test('1,000 targets are each reported once, in the plan’s order', async (t) => {
  const peer = await openPeer(t, (socket) => socket.end());
  const urls = Array.from({ length: 1000 }, (_, index) => `tcp://10.1.${index >> 8}.${index & 255}:80`);
  const { targets: seen } = await ran({
    options: { target: targets(...urls) },
    redirections: [to(peer, null, 80)],
  });
  t.equal(new Set(seen.map(({ id }) => id)).size, 1000);
  t.same(
    seen.map(({ id }) => id),
    seen.map(({ id }) => id).toSorted(),
  );
  t.ok(seen.every(({ status }) => status === 'reachable'));
});

t.test('progress events cover every tested target', async (t) => {
  const options = optionsWith({
    attempts: 1,
    target: targets('tcp://10.0.0.9:80', 'tcp://10.0.0.9:81'),
  });
  const plan = customPlan(options);
  const leftOut = plan.targets.map((each) =>
    each.port === 81 ? { ...each, testable: false, reason: 'left out' } : each,
  );
  const events: unknown[] = [];
  await observe(
    { ...plan, targets: leftOut },
    {
      options,
      survey: surveyWith(),
      system: closedWorld(),
      roots: [],
      publicRoots: [],
      signal: new AbortController().signal,
      endsAt: Number.POSITIVE_INFINITY,
      progress: (event) => void (event.kind !== 'control' && events.push(event)),
    },
  );
  t.equal(events.length, 7);
  t.match(events, [
    { kind: 'start', total: 1 },
    { kind: 'begin', id: 'custom/10.0.0.9:80' },
    { kind: 'try', id: 'custom/10.0.0.9:80', number: 1, of: 1 },
    { kind: 'attempt', id: 'custom/10.0.0.9:80', attempt: { address: '10.0.0.9', ok: false } },
    { kind: 'resolved', id: 'custom/10.0.0.9:80', resolutions: [] },
    { kind: 'end', id: 'custom/10.0.0.9:80', target: { attempts: [{ failure: 'tcp_refused' }] } },
    { kind: 'phase', name: 'controls' },
  ]);
});
