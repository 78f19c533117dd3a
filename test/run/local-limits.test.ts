/** Runs on a machine that runs out of a resource. */
import t from 'tap';
import { Capacity } from '../../src/run/capacity.ts';
import { createGate } from '../../src/run/gate.ts';
import { silent } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { brokenSocket, type ClosedWorld, closedWorld, nameServer, to } from './peers.ts';
import { controlOf, ran, serverAddress, targets } from './runs.ts';

const NEVER = new AbortController().signal;
const turn = () => new Promise(setImmediate);

/** A pool of this size: a task that finds it empty returns the error's text. */
function pool(places: number) {
  let [open, most, refused] = [0, 0, 0];
  return {
    most: () => most,
    refused: () => refused,
    task: async (): Promise<string> => {
      if (open >= places) {
        refused += 1;
        return 'connect EMFILE 10.0.0.1:443';
      }
      open += 1;
      most = Math.max(most, open);
      for (let turns = 0; turns < 20; turns += 1) await turn();
      open -= 1;
      return 'done';
    },
  };
}
const limitOf = (result: string): string | null => (result === 'done' ? null : result);

t.test('tasks without a resource are repeated, with fewer at once', async (t) => {
  const capacity = new Capacity();
  const gate = createGate(256, NEVER, capacity);
  const { task, most, refused } = pool(7);
  const results = await Promise.all(Array.from({ length: 200 }, () => gate(task, limitOf)));
  t.same(new Set(results), new Set(['done']));
  t.equal(most(), 7, 'the whole pool is used');
  t.ok(refused() > 0 && refused() < 200, `${refused()} refusals: it learns`);
  t.same(capacity.missed, ['EMFILE']);
  t.equal(capacity.least, 7);
});

t.test('two gates with one capacity share the pool and take turns', async (t) => {
  const capacity = new Capacity();
  const gates = [createGate(256, NEVER, capacity), createGate(256, NEVER, capacity)] as const;
  const { task, most } = pool(1);
  const order: number[] = [];
  const each = (index: 0 | 1) => async () => {
    await gates[index](task, limitOf);
    order.push(index);
  };
  await Promise.all(Array.from({ length: 20 }, () => [each(0)(), each(1)()]).flat());
  t.equal(most(), 1);
  const early = order.slice(0, 20).filter((index) => index === 0).length;
  t.ok(early > 5 && early < 15, order.join(''));
});

t.test('after a shortage the limit grows gradually', async (t) => {
  const capacity = new Capacity();
  for (let count = 0; count < 10; count += 1) capacity.begin();
  capacity.end('EMFILE');
  t.equal(capacity.most, 9);
  for (let count = 0; count < 9; count += 1) capacity.end(null);
  t.equal(capacity.most, 10);
  t.equal(capacity.least, 9, 'the lowest stays known');
});

t.test('a task without a resource is given up when no other task runs', async (t) => {
  const gate = createGate(4, NEVER, new Capacity(), [10, 20, 40, 80]);
  let calls = 0;
  const started = performance.now();
  const result = await gate(
    async () => {
      calls += 1;
      return 'ENFILE';
    },
    (error) => error,
  );
  t.equal(result, 'ENFILE', 'with what it saw last');
  t.equal(calls, 5, 'once, and after each pause');
  t.ok(performance.now() - started > 140);
});

t.test('the end of the run ends the wait and retains the result', async (t) => {
  const controller = new AbortController();
  const gate = createGate(4, controller.signal);
  const begun = gate(
    async () => 'ENOBUFS',
    (error) => error,
  );
  setTimeout(() => controller.abort(), 50);
  t.equal(await begun, 'ENOBUFS');
  t.equal(await gate(async () => 'never'), null);
});

/** A system on which the first `times` connections to a port lack a resource. */
function shortOf(code: string, times: number, real: ClosedWorld): ClosedWorld {
  let left = times;
  return {
    ...real,
    connectTcp: (endpoint) => {
      left -= 1;
      return left < 0 ? real.connectTcp(endpoint) : brokenSocket(code, '10.0.0.9');
    },
  };
}

t.test('a repeated attempt counts once, and the report has a note', async (t) => {
  const peer = await openPeer(t, silent);
  const run = await ran({
    options: { target: targets('tcp://10.0.0.9:80'), attempts: 1 },
    system: shortOf('ENOBUFS', 3, closedWorld([to(peer, '10.0.0.9', 80)])),
  });
  t.match(run.only, { status: 'reachable', failure: null, attempts: [{ ok: true }] });
  t.equal(run.only.attempts.length, 1);
  t.match(run.observations.environment.notes, [/ran out of network buffers \(ENOBUFS\)/]);
  t.same(run.defects, []);
});

t.test('a permanent shortage leaves the target untested, with a remedy', async (t) => {
  for (const [code, what, remedy] of [
    ['EMFILE', /open files of this process \(EMFILE\)/, /LimitNOFILE=/],
    ['EADDRNOTAVAIL', /free local ports \(EADDRNOTAVAIL\)/, /ip_local_port_range/],
    ['ENOMEM', /memory \(ENOMEM\)/, /Free memory/],
  ] as const) {
    const run = await ran({
      options: { target: targets('tcp://10.0.0.9:80'), attempts: 3 },
      system: shortOf(code, Number.POSITIVE_INFINITY, closedWorld()),
      // The full sequence of pauses is tested above.
      signal: AbortSignal.timeout(400),
    });
    t.match(run.only, { status: 'untested', failure: 'local_limit', attempts: { length: 0 } });
    t.match(run.only.reason, what);
    t.match(run.only.reason, remedy);
    const reserved = controlOf(run, 'tcp-reserved-address');
    t.match(reserved, { outcome: 'unknown', detail: { connected: false, failure: 'local_limit' } });
  }
});

t.test('a VM without IPv6 is not a shortage', async (t) => {
  const system: ClosedWorld = {
    ...closedWorld(),
    connectTcp: () => brokenSocket('EADDRNOTAVAIL', 'fd00::9'),
  };
  const { only } = await ran({ options: { target: targets('tcp://[fd00::9]:80') }, system });
  t.match(only, { status: 'unreachable', failure: 'tcp_unreachable' });
});

t.test('when IPv4 could not be tried, a failure over IPv6 does not decide', async (t) => {
  const names = await nameServer(t, () => ({ addresses: ['10.0.0.9', 'fd00::9'] }));
  const real = closedWorld([to(names, serverAddress(0), 53)]);
  const system: ClosedWorld = {
    ...real,
    route: (host, address, port) => (port === 80 ? { address, port } : real.route(host, address, port)),
    connectTcp: ({ address }) => brokenSocket('EADDRNOTAVAIL', address),
  };
  const { only } = await ran({
    options: { target: targets('tcp://a.example:80') },
    names: [names],
    survey: { hasIPv6: true },
    system,
    signal: AbortSignal.timeout(600),
  });
  t.match(only, { status: 'untested', failure: 'local_limit' });
});

t.test('a DNS server that could not be asked neither denies the name nor counts as dead', async (t) => {
  const names = await nameServer(t, () => ({ rcode: 'NXDOMAIN' }));
  const real = closedWorld([to(names, serverAddress(0), 53), to(names, serverAddress(1), 53)]);
  const servers = [names, names];
  let asked = 0;
  const run = await ran({
    options: { target: targets('tcp://a.example:80') },
    names: servers,
    system: {
      ...real,
      openUdp: (address) => {
        const socket = real.openUdp(address);
        asked += 1;
        // Both first sockets find no free file descriptor, which the runtime emits as an error of the socket.
        const error = Object.assign(new Error('bind EMFILE 0.0.0.0'), { code: 'EMFILE', syscall: 'bind' });
        if (asked % 2 === 1) process.nextTick(() => socket.emit('error', error));
        return socket;
      },
    },
    signal: AbortSignal.timeout(500),
  });
  t.match(run.only, { status: 'untested', failure: 'local_limit', reason: /EMFILE/ });
  t.ok(
    run.only.resolutions.some(({ rcode, failure }) => rcode === 'local_limit' && failure === 'local_limit'),
  );
  t.equal(controlOf(run, 'dns-random-name').detail.answers.length, 0);
});

t.test('an unreadable list of servers is not an empty list', async (t) => {
  const problem = '/etc/resolv.conf could not be read: too many files are open (EMFILE)';
  const options = { target: targets('tcp://a.example:80') };
  t.match((await ran({ options, survey: { limit: problem } })).only, {
    status: 'untested',
    failure: 'local_limit',
    reason: /\(EMFILE\)/,
  });
  t.match((await ran({ options })).only, { status: 'unreachable', failure: 'dns_unreachable' });
});

t.test('a control that could not run is inconclusive', async (t) => {
  const peer = await openPeer(t, (socket) => void socket.once('data', () => socket.destroy()));
  const real = closedWorld([to(peer, '10.0.0.9', 443)]);
  let connections = 0;
  const run = await ran({
    options: { target: targets('tls://10.0.0.9:443'), attempts: 1 },
    system: {
      ...real,
      // The reserved address and the target are dialled first.
      connectTcp: (endpoint) => {
        connections += 1;
        return connections <= 2 ? real.connectTcp(endpoint) : brokenSocket('EMFILE', endpoint.address);
      },
    },
    signal: AbortSignal.timeout(800),
  });
  t.equal(run.only.failure, 'tls_closed');
  t.match(controlOf(run, 'tls-other-name'), {
    outcome: 'unknown',
    detail: { wentFurther: false, failure: 'local_limit', text: /could not be tried/ },
  });
});
