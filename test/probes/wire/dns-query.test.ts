import dgram from 'node:dgram';
import t from 'tap';
import type { DnsReply } from '../../../probes/wire/dns-message.ts';
import { type Ignored, queryTcp, queryUdp } from '../../../probes/wire/dns-query.ts';
import { createSystem, type System } from '../../../probes/wire/system.ts';
import { closes, drips, sendsAndCloses, silent } from '../../servers/behaviours.ts';
import { a, opt, RCODES, readQuery, reply } from '../../servers/dns-bytes.ts';
import { type DnsBehaviour, framed, openDnsPeer } from '../../servers/dns-peer.ts';
import { closedPort, type Owner, openUdp } from '../../servers/peer.ts';
import { failed } from '../try.ts';

const QUESTION = { name: 'known.test', type: 'A' } as const;
const ANSWERS = { answers: [a('known.test', '192.0.2.7')] };
const KNOWN = { rcode: 'NOERROR', addresses: ['192.0.2.7'] };

interface How {
  readonly over?: 'udp' | 'tcp';
  readonly stepMs?: number;
  readonly signal?: AbortSignal;
  readonly system?: System;
  readonly ignored?: Ignored;
}

function query(server: { address: string; port: number }, how: How = {}): Promise<DnsReply> {
  const { over = 'udp', stepMs = 5000, signal = new AbortController().signal } = how;
  const { ignored, system = createSystem() } = how;
  const context = { system, server, budget: { stepMs, signal }, ...(ignored && { ignored }) };
  return over === 'udp' ? queryUdp(context, QUESTION) : queryTcp(context, QUESTION);
}

async function ask(t: Owner, behaviour: DnsBehaviour, how: How = {}): Promise<DnsReply> {
  return query(await openDnsPeer(t, behaviour), how);
}

t.test('an answer, over UDP and over TCP', async (t) => {
  const behaviour: DnsBehaviour = {
    udp: (asked) => reply(asked, ANSWERS),
    tcp: (asked) => reply(asked, ANSWERS),
  };
  const peer = await openDnsPeer(t, behaviour);
  t.match(await query(peer), KNOWN);
  t.match(await query(peer, { over: 'tcp' }), KNOWN);
  t.match(peer.asked, [
    { over: 'udp', name: 'known.test', type: 1, edns: true },
    { over: 'tcp', name: 'known.test', type: 1, edns: true },
  ]);
  await peer.tcp.deserted();
});

t.test('every question has its own id and port', async (t) => {
  const ports = new Set<number>();
  const peer = await openDnsPeer(t, { udp: (asked) => reply(asked, ANSWERS) });
  const system = {
    ...createSystem(),
    openUdp: (address: string) => {
      const socket = createSystem().openUdp(address);
      socket.once('listening', () => ports.add(socket.address().port));
      return socket;
    },
  };
  for (let count = 0; count < 8; count += 1) await query(peer, { system });
  t.ok(ports.size > 1);
  t.ok(new Set(peer.asked.map(({ id }) => id)).size > 1);
});

t.test('a lost datagram is sent again', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked, count) => (count < 2 ? null : reply(asked, ANSWERS)) });
  t.match(await query(peer, { stepMs: 900 }), KNOWN);
  t.equal(new Set(peer.asked.map(({ id }) => id)).size, 1, 'the same question');
});

t.test('the last transmission has no EDNS, for firewalls that drop it', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked) => (asked.edns ? null : reply(asked, ANSWERS)) });
  t.match(await query(peer, { stepMs: 900 }), KNOWN);
  t.same(
    peer.asked.map(({ edns }) => edns),
    [true, true, false],
  );
});

t.test('a server without EDNS support is asked again without it at once', async (t) => {
  for (const rcode of [RCODES.FORMERR, RCODES.NOTIMP]) {
    const peer = await openDnsPeer(t, {
      udp: (asked) => (asked.edns ? reply(asked, { rcode, question: null }) : reply(asked, ANSWERS)),
    });
    t.match(await query(peer), KNOWN);
    t.same(
      peer.asked.map(({ edns }) => edns),
      [true, false],
    );
  }
});

t.test('an error to the question without EDNS is final', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked) => reply(asked, { rcode: RCODES.FORMERR }) });
  t.match(await query(peer), { rcode: 'FORMERR', addresses: { length: 0 } });
  t.equal(peer.asked.length, 2);
});

t.test('late and forged replies are ignored', async (t) => {
  const forged = { answers: [a('known.test', '192.0.2.66')] };
  const answer = await ask(t, {
    udp: (asked) => [
      reply(asked, { ...forged, id: asked.id ^ 1 }),
      reply(asked, { ...forged, isResponse: false }),
      reply({ ...asked, question: Buffer.from('056f7468657200' + '00010001', 'hex') }, forged),
      Buffer.from('garbage'),
      reply(asked, ANSWERS),
    ],
  });
  t.match(answer, KNOWN);
});

t.test('an answer from another port is counted and ignored', async (t) => {
  const ignored = { wrongId: 0, wrongSource: 0 };
  const error = await failed(
    ask(t, { udp: (asked) => reply(asked, ANSWERS), fromElsewhere: true }, { stepMs: 150, ignored }),
  );
  t.match(error, { failure: 'dns_timeout', message: 'nothing within 150 ms' });
  t.equal(ignored.wrongId, 0);
  t.ok(ignored.wrongSource > 0, 'while the socket was not connected');
});

t.test('forged replies before the server’s are counted, by source and by id', async (t) => {
  const ignored = { wrongId: 0, wrongSource: 0 };
  const forged = { answers: [a('known.test', '192.0.2.66')] };
  const forger = await openUdp(t, { address: '127.0.0.2' });
  const server = await openUdp(t);
  server.on('message', (bytes, from) => {
    const asked = readQuery(bytes);
    forger.send(reply(asked, forged), from.port, from.address, () => {
      server.send(reply(asked, { ...forged, id: asked.id ^ 1 }), from.port, from.address);
      server.send(reply(asked, ANSWERS), from.port, from.address);
    });
  });
  t.match(await query({ address: '127.0.0.1', port: server.address().port }, { ignored }), KNOWN);
  t.same(ignored, { wrongId: 1, wrongSource: 1 });
});

t.test('the unspecified address means this host', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked) => reply(asked, ANSWERS) });
  t.match(await query({ address: '0.0.0.0', port: peer.port }), KNOWN);
});

t.test('a failed send is reported at once', async (t) => {
  const peer = await openDnsPeer(t, {});
  const refusing = (code: string): System => ({
    ...createSystem(),
    openUdp: (address) => {
      const socket = createSystem().openUdp(address);
      const send = (...parts: unknown[]) => {
        const done = parts.at(-1);
        if (typeof done === 'function') done(Object.assign(new Error(code), { code }));
      };
      return Object.assign(socket, { send });
    },
  });
  const error = await failed(query(peer, { stepMs: 60_000, system: refusing('ENETUNREACH') }));
  t.match(error, { failure: 'dns_unreachable', message: /ENETUNREACH/ });
  const full = await failed(query(peer, { stepMs: 120, system: refusing('ENOBUFS') }));
  t.match(full, { failure: 'local_limit' }, 'a full buffer is retried, and is a local limit');
});

t.test('an IPv6 server is recognised in any spelling of its address', async (t) => {
  const server = await openUdp(t, { address: '::1' });
  server.on('message', (bytes, from) =>
    server.send(reply(readQuery(bytes), ANSWERS), from.port, from.address),
  );
  const { port } = server.address();
  t.match(await query({ address: '0:0:0:0:0:0:0:1', port }), KNOWN);
});

t.test('no valid answer over UDP', async (t) => {
  const torn = { answers: [Buffer.from([192])] };
  const cases: Record<string, [DnsBehaviour, string]> = {
    silence: [{}, 'dns_timeout'],
    'only the wrong id': [{ udp: (asked) => reply(asked, { ...ANSWERS, id: asked.id ^ 1 }) }, 'dns_timeout'],
    'only another question': [
      { udp: (asked) => reply({ ...asked, question: Buffer.from('00' + '00010001', 'hex') }, ANSWERS) },
      'dns_timeout',
    ],
    'only garbage': [{ udp: () => Buffer.from('this is not DNS') }, 'dns_malformed'],
    'an answer that ends too soon': [{ udp: (asked) => reply(asked, torn) }, 'dns_malformed'],
  };
  await Promise.all(
    Object.entries(cases).map(async ([title, [behaviour, failure]]) => {
      const error = await failed(ask(t, behaviour, { stepMs: 150 }));
      t.equal(error.failure, failure, title);
    }),
  );
});

t.test('no server', async (t) => {
  const server = { address: '127.0.0.1', port: await closedPort() };
  t.match(await failed(query(server)), { failure: 'dns_unreachable', message: /ECONNREFUSED/ });
  t.match(await failed(query(server, { over: 'tcp' })), {
    failure: 'dns_unreachable',
    message: /ECONNREFUSED/,
  });
});

t.test('no route', async (t) => {
  // Without SO_BROADCAST the kernel refuses the address before it sends anything.
  const server = { address: '255.255.255.255', port: 53 };
  t.match(await failed(query(server)), { failure: 'dns_unreachable' });
  t.match(await failed(query(server, { over: 'tcp' })), { failure: 'dns_unreachable' });
});

t.test('TCP: the answer in chunks, or followed by another one', async (t) => {
  const behaviour = (send: (bytes: Buffer) => Buffer): DnsBehaviour => ({
    connection: (socket) => {
      socket.once('data', (bytes: Buffer) => {
        const id = bytes.readUInt16BE(2);
        const question = bytes.subarray(14, 14 + 16);
        const answer = framed(reply({ id, question, name: '', type: 1, edns: true }, ANSWERS));
        drips(send(answer), 1)(socket);
      });
    },
  });
  t.match(
    await ask(
      t,
      behaviour((answer) => answer),
      { over: 'tcp' },
    ),
    KNOWN,
  );
  t.match(
    await ask(
      t,
      behaviour((answer) => Buffer.concat([answer, Buffer.from('xyz')])),
      { over: 'tcp' },
    ),
    KNOWN,
  );
});

t.test('no valid answer over TCP', async (t) => {
  const tcp = (asked: Parameters<typeof reply>[0]) => reply(asked, { ...ANSWERS, id: asked.id ^ 1 });
  const cases: Record<string, [DnsBehaviour, string]> = {
    silence: [{ connection: silent }, 'dns_timeout'],
    'the connection is closed': [{ connection: closes }, 'dns_unreachable'],
    'the connection is reset': [
      { connection: (socket) => void socket.once('data', () => socket.resetAndDestroy()) },
      'dns_unreachable',
    ],
    'it is closed in the middle': [
      { connection: sendsAndCloses(Buffer.from([0, 100, 1, 2])) },
      'dns_unreachable',
    ],
    'the wrong id': [{ tcp }, 'dns_malformed'],
    'no DNS': [{ connection: sendsAndCloses(framed(Buffer.from('this is not DNS'))) }, 'dns_malformed'],
    'an empty message': [{ connection: sendsAndCloses(Buffer.from([0, 0])) }, 'dns_malformed'],
    'one byte after the other': [{ connection: drips(Buffer.alloc(500, 200), 5) }, 'dns_timeout'],
  };
  for (const [title, [behaviour, failure]] of Object.entries(cases)) {
    const peer = await openDnsPeer(t, behaviour);
    t.equal((await failed(query(peer, { over: 'tcp', stepMs: 150 }))).failure, failure, title);
    await peer.tcp.deserted();
  }
});

t.test('a pending query ends with the run, and none starts after it', async (t) => {
  for (const over of ['udp', 'tcp'] as const) {
    const peer = await openDnsPeer(t, {});
    const controller = new AbortController();
    const waiting = query(peer, { over, signal: controller.signal });
    controller.abort();
    t.equal((await failed(waiting)).failure, 'deadline_exceeded');
    t.equal((await failed(query(peer, { over, signal: controller.signal }))).failure, 'deadline_exceeded');
    await peer.tcp.deserted();
    t.equal(peer.tcp.accepted() <= 1, true);
  }
});

t.test('no socket and no timer is left open', async (t) => {
  const sockets: dgram.Socket[] = [];
  const system = {
    ...createSystem(),
    openUdp: () => {
      const socket = dgram.createSocket('udp4');
      sockets.push(socket);
      return socket;
    },
  };
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  await ask(t, { udp: (asked) => reply(asked, ANSWERS) }, { system });
  await failed(ask(t, {}, { system, stepMs: 20 }));
  await failed(query({ address: '127.0.0.1', port: await closedPort() }, { system }));
  t.equal(sockets.length, 3);
  for (const socket of sockets) t.throws(() => socket.address(), { code: 'ERR_SOCKET_DGRAM_NOT_RUNNING' });
  t.equal(timers(), before);
});

t.test('redirections may name the server by its address or by its name', async (t) => {
  const peer = await openDnsPeer(t, { udp: (asked) => reply(asked, { ...ANSWERS, additionals: [opt(0)] }) });
  const server = { address: '192.0.2.53', port: 53 };
  const budget = { stepMs: 5000, signal: new AbortController().signal };
  const towards = (host: string) =>
    createSystem([{ host, port: 53, address: peer.address, toPort: peer.port }]);
  t.match(await queryUdp({ system: towards('192.0.2.53'), server, budget }, QUESTION), KNOWN);
  t.match(await queryUdp({ system: towards('dns.test'), server, host: 'dns.test', budget }, QUESTION), KNOWN);
});

/** A system on which the kernel refuses this many datagrams for lack of buffers. */
function withoutBuffers(refused: number): System {
  const real = createSystem();
  let left = refused;
  return {
    ...real,
    openUdp: (address) => {
      const socket = real.openUdp(address);
      const send = socket.send.bind(socket) as (...args: unknown[]) => void;
      socket.send = ((...args: unknown[]) => {
        if (left <= 0) return send(...args);
        left -= 1;
        const error = Object.assign(new Error('send ENOBUFS 127.0.0.1'), {
          code: 'ENOBUFS',
          syscall: 'send',
        });
        return process.nextTick(args.at(-1) as (error: Error) => void, error);
      }) as typeof socket.send;
      return socket;
    },
  };
}

t.test('after a datagram without a buffer others are sent', async (t) => {
  const answering: DnsBehaviour = { udp: (asked) => reply(asked, ANSWERS) };
  t.match(await ask(t, answering, { system: withoutBuffers(1), stepMs: 900 }), KNOWN);
});

t.test('when this machine sent no datagram, the failure is local', async (t) => {
  const error = await failed(ask(t, {}, { system: withoutBuffers(9), stepMs: 300 }));
  t.match(error, { failure: 'local_limit', message: 'send ENOBUFS 127.0.0.1' });
  const silence = await failed(ask(t, {}, { system: withoutBuffers(1), stepMs: 300 }));
  t.equal(silence.failure, 'dns_timeout', 'but where one has');
});
