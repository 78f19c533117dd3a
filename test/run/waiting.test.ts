/** What a run waits for, and what it does meanwhile. */
import net, { type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { System } from '../../probes/wire/system.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import type { Attempt } from '../../src/model/report.ts';
import { reservedAddress, waitFor } from '../../src/run/controls/reserved-address.ts';
import { createGate } from '../../src/run/gate.ts';
import { attempt, target } from '../report/samples.ts';
import { authority, identity, server } from '../servers/certificates.ts';
import { openPeer, openTlsPeer } from '../servers/peer.ts';
import { closedWorld, nameServer, to } from './peers.ts';
import { controlOf, ran, targets } from './runs.ts';

t.test('the reserved address is given up when the run waits for nothing else', async (t) => {
  const budget = { stepMs: 60_000, signal: new AbortController().signal };
  const system: System = { ...closedWorld(), connectTcp: () => new net.Socket() };
  const parts = { system, budget, trust: new TrustStore([], []), gate: createGate(1, budget.signal) };
  const others = Promise.withResolvers<number>();
  const dialled = reservedAddress(parts, others.promise);
  t.equal(await Promise.race([dialled, sleep(50, 'waiting')]), 'waiting', 'not while the run goes on');
  others.resolve(1);
  t.match(await dialled, {
    outcome: 'expected',
    detail: { connected: false, failure: 'tcp_timeout', text: /did not connect within \d+ ms$/ },
  });
});

t.test('the end of the run is no result for it', async (t) => {
  const end = new AbortController();
  const budget = { stepMs: 60_000, signal: end.signal };
  const system: System = { ...closedWorld(), connectTcp: () => new net.Socket() };
  const parts = { system, budget, trust: new TrustStore([], []), gate: createGate(1, budget.signal) };
  const dialled = reservedAddress(parts, Promise.resolve(60_000));
  await sleep(10);
  end.abort('SIGINT');
  t.match(await dialled, { outcome: 'unknown', detail: { failure: 'deadline_exceeded' } });
});

t.test('it gets longer where connections take long', async (t) => {
  const connected = (ms: number, ok = true): Attempt => ({
    ...attempt('10.0.0.1', null),
    steps: [
      { name: 'connect', ms, ok },
      { name: 'tls', ms: 9000, ok: true },
    ],
  });
  const seen = (...attempts: Attempt[]) => [target('sql', 'a.example', 1433, { attempts })];
  t.equal(waitFor([]), 1250);
  t.equal(waitFor(seen(connected(20), connected(300))), 1250);
  t.equal(waitFor(seen(connected(20), connected(400), connected(5000, false))), 1600);
});

/** Answers HTTP requests once it is released. */
async function openHeldPeer(t: Parameters<typeof openPeer>[0]) {
  const held: Socket[] = [];
  let isReleased = false;
  const answer = (socket: Socket): void => void socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  const peer = await openPeer(t, (socket) => {
    socket.once('data', () => (isReleased ? answer(socket) : held.push(socket)));
  });
  const release = (): void => {
    isReleased = true;
    for (const socket of held.splice(0)) answer(socket);
  };
  return { peer, release };
}

t.test('another name is tried while other targets are waited for', async (t) => {
  const { peer, release } = await openHeldPeer(t);
  const cutting = await openPeer(t, (socket, number) => {
    socket.once('data', () => socket.destroy());
    if (number === 2) release();
  });
  const run = await ran({
    options: { target: targets('http://10.0.0.1:80/', 'tls://10.0.0.2:443') },
    redirections: [to(peer, '10.0.0.1', 80), to(cutting, '10.0.0.2', 443)],
  });
  t.match(run.targets, [{ status: 'reachable' }, { status: 'unreachable', failure: 'tls_closed' }]);
  t.match(controlOf(run, 'tls-other-name'), { outcome: 'expected' });
});

t.test('so is a large ClientHello, as soon as TLS has worked', async (t) => {
  const { peer, release } = await openHeldPeer(t);
  const issuer = await authority('CN=Test root');
  const certificate = identity(await server(issuer, ['tls.example']));
  let handshakes = 0;
  const tls = await openTlsPeer(t, certificate, () => {
    handshakes += 1;
    if (handshakes === 2) release();
  });
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('http://10.0.0.1:80/', 'tls://tls.example:443') },
    names: [names],
    redirections: [to(peer, '10.0.0.1', 80), to(tls, '20.60.1.4', 443)],
    roots: [issuer.pem],
  });
  t.match(run.targets, [{ status: 'reachable' }, { status: 'reachable' }]);
  t.match(controlOf(run, 'tls-large-hello'), { outcome: 'expected' });
});
