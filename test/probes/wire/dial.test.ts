import type net from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { dial } from '../../../probes/wire/dial.ts';
import { createSystem } from '../../../probes/wire/system.ts';
import { openSilentPort } from '../../../src/lab/silent-port.ts';
import { silent } from '../../servers/behaviours.ts';
import { closedPort, openPeer } from '../../servers/peer.ts';
import { failed, sessionWith, tryOnce } from '../try.ts';

const LOOPBACK = '127.0.0.1';

t.test('a connection is a step, a fact and a socket that is closed with the session', async (t) => {
  const peer = await openPeer(t, silent);
  const session = sessionWith(peer);
  const socket = await dial(session);
  t.match(session.steps, [{ name: 'connect', ok: true }]);
  t.same(session.facts, { proof: 'connect' });
  t.equal(socket.destroyed, false);
  session.dispose();
  t.equal(socket.destroyed, true);
  await peer.deserted();
});

t.test('the time is that of the connection alone', async (t) => {
  const peer = await openPeer(t, silent);
  const times = [0, 1000, 1003];
  const system = { ...createSystem(), monotonicMs: () => times.shift() ?? 1003 };
  const session = sessionWith(peer, { system });
  await dial(session);
  session.dispose();
  t.same(session.steps, [{ name: 'connect', ms: 3, ok: true }], 'from the attempt, not from the call');
});

t.test('a redirected connection records its destination', async (t) => {
  const peer = await openPeer(t, silent);
  const system = createSystem([{ host: 'known.test', port: 443, address: LOOPBACK, toPort: peer.port }]);
  const target = { host: 'known.test', port: 443 };
  const tried = await tryOnce('tcp', { address: '192.0.2.1', port: 443 }, { system, target });
  t.match(tried, { failure: null, facts: { dialled: `127.0.0.1:${peer.port}` } });
});

t.test('so does one to IPv6, in brackets', async (t) => {
  const system = createSystem([{ host: null, port: null, address: '::1', toPort: 1 }]);
  const { facts } = await tryOnce('tcp', { address: '192.0.2.1', port: 443 }, { system });
  t.equal(facts.dialled, '[::1]:1');
});

t.test('a closed port', async (t) => {
  const tried = await tryOnce('tcp', { address: LOOPBACK, port: await closedPort() });
  t.match(tried, { failure: 'tcp_refused', error: /^connect ECONNREFUSED/, steps: ['✗connect'] });
  t.same(Object.keys(tried.facts), [], 'nothing was proved');
});

t.test('no answer', async (t) => {
  const port = await openSilentPort();
  t.teardown(() => port.close());
  const tried = await tryOnce('tcp', { address: LOOPBACK, port: port.port }, { stepMs: 100 });
  t.match(tried, { failure: 'tcp_timeout', steps: ['✗connect'], facts: {} });
  t.ok(tried.ms >= 99 && tried.ms < 5000, 'ended by the timeout');
});

t.test('no route', async (t) => {
  // No TCP goes to a broadcast address: the kernel refuses before anything is sent.
  const tried = await tryOnce('tcp', { address: '255.255.255.255', port: 9 });
  t.match(tried, { failure: 'tcp_unreachable', steps: ['✗connect'] });
});

t.test('a reset that comes with the connection', async (t) => {
  const { port, state } = await openResettingPort(t);
  const system = {
    ...createSystem(),
    connectTcp: (endpoint: { address: string; port: number }) => {
      const socket = createSystem().connectTcp(endpoint);
      // The connection is reset before this process sees it.
      socket.once('connectionAttempt', () => queueMicrotask(() => Atomics.wait(state, 0, 0, 5000)));
      return socket;
    },
  };
  const tried = await tryOnce('tcp', { address: LOOPBACK, port }, { system });
  t.match(tried, { failure: 'tcp_reset', error: /ECONNRESET/, steps: ['✗connect'] });
});

t.test('a run that ends while dialling leaves no socket behind', async (t) => {
  const port = await openSilentPort();
  t.teardown(() => port.close());
  const opened: net.Socket[] = [];
  const system = {
    ...createSystem(),
    connectTcp: (endpoint: { address: string; port: number }) => {
      const socket = createSystem().connectTcp(endpoint);
      opened.push(socket);
      return socket;
    },
  };
  const controller = new AbortController();
  const session = sessionWith({ address: LOOPBACK, port: port.port }, { system, signal: controller.signal });
  const dialling = dial(session);
  await nextTurn();
  controller.abort();
  t.match(await failed(dialling), { failure: 'deadline_exceeded' });
  session.dispose();
  t.same(
    opened.map(({ destroyed }) => destroyed),
    [true],
  );
});

t.test('after the end of the run no connection is dialled', async (t) => {
  const peer = await openPeer(t, silent);
  const tried = await tryOnce('tcp', peer, { signal: AbortSignal.abort() });
  t.match(tried, { failure: 'deadline_exceeded', steps: { length: 0 } });
  t.equal(peer.accepted(), 0);
});

/** A listener in a thread of its own, which resets each connection and then reports it. */
async function openResettingPort(t: { teardown(fn: () => unknown): void }) {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:net').createServer((socket) => {
      socket.resetAndDestroy();
      socket.once('close', () => setImmediate(() => {
        Atomics.store(workerData, 0, 1);
        Atomics.notify(workerData, 0);
      }));
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  `;
  const worker = new Worker(program, { eval: true, execArgv: [], workerData: state });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  t.teardown(() => worker.terminate());
  return { port, state };
}
