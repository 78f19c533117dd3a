import t from 'tap';
import { Facts } from '../../probes/facts.ts';
import { createSystem } from '../../probes/wire/system.ts';
import { type NtpFields, ntpReply, openNtpPeer } from '../servers/ntp-peer.ts';
import { closedPort } from '../servers/peer.ts';
import { tryOnce } from './try.ts';

t.test('a server with a valid time', async (t) => {
  const peer = await openNtpPeer(t, (request) => [ntpReply(request)]);
  const tried = await tryOnce('ntp', peer);
  t.match(tried, {
    failure: null,
    steps: ['request'],
    facts: { proof: 'reply', ntp: { stratum: 1, synchronised: true, referenceId: 'GPS', kiss: null } },
  });
  const { ntp } = Facts.parse(tried.facts);
  t.ok(Math.abs(ntp?.offsetMs ?? Number.NaN) < 1000, `${ntp?.offsetMs} ms apart`);
  t.ok((ntp?.delayMs ?? Number.NaN) < 1000);
  t.equal(peer.asked.length, 1);
});

t.test('the clock offset, local minus remote', async (t) => {
  for (const apart of [-3_600_000, 90_000_000_000]) {
    const peer = await openNtpPeer(t, (request) => {
      const now = Date.now() - apart;
      return [ntpReply(request, { received: now, sent: now })];
    });
    const { facts } = await tryOnce('ntp', peer);
    t.ok(Math.abs((facts.ntp?.offsetMs ?? 0) - apart) < 1000, `${facts.ntp?.offsetMs}`);
  }
});

t.test('offset and delay, from four time stamps', async (t) => {
  const [sentAt, backAt] = [1_700_000_000_000, 1_700_000_000_100];
  const real = createSystem();
  let ticks = 0;
  const system = {
    ...real,
    now: () => sentAt,
    // The step and the request each read the clock before the answer arrives.
    monotonicMs: () => {
      ticks += 1;
      return ticks <= 2 ? 0 : backAt - sentAt;
    },
  };
  const peer = await openNtpPeer(t, (request) => [
    ntpReply(request, { received: sentAt + 1030, sent: sentAt + 1050 }),
  ]);
  const { facts } = await tryOnce('ntp', peer, { system });
  // ((1030 - 0) + (1050 - 100)) / 2 = 990 behind the server; 100 - 20 = 80 on the way.
  t.match(facts.ntp, { offsetMs: -990 });
  t.equal(Math.round(facts.ntp?.delayMs ?? 0), 80);
});

t.test('an unsynchronised server is reached and recorded as such', async (t) => {
  const peer = await openNtpPeer(t, (request) => [ntpReply(request, { first: 0xe4, stratum: 3 })]);
  t.match(await tryOnce('ntp', peer), {
    failure: null,
    facts: { proof: 'reply', ntp: { stratum: 3, synchronised: false } },
  });
});

t.test('a server that refuses', async (t) => {
  const none = { received: null, sent: null };
  for (const [fields, error, kiss] of [
    [
      { stratum: 0, referenceId: 'RATE', ...none },
      'the server answered RATE: too many requests from',
      'RATE',
    ],
    [{ stratum: 0, referenceId: 'DENY' }, 'the server answered DENY: access is denied', 'DENY'],
    [{ stratum: 0, referenceId: 'RSTR' }, 'the server answered RSTR: access is denied by local', 'RSTR'],
    [{ stratum: 0, referenceId: 'XABC' }, 'the server answered XABC', 'XABC'],
    [{ stratum: 0, referenceId: '\x1b[2J' }, 'the server has no valid time (stratum 0)', null],
    [{ stratum: 16, ...none }, 'the server has no valid time (stratum 16)', null],
  ] as const satisfies readonly (readonly [NtpFields, string, string | null])[]) {
    const peer = await openNtpPeer(t, (request) => [ntpReply(request, { first: 0xe4, ...fields })]);
    const tried = await tryOnce('ntp', peer);
    const code = kiss ?? `stratum ${fields.stratum}`;
    t.match(tried, {
      failure: 'protocol_refused',
      error,
      facts: { ntp: { kiss }, refusal: { code, text: null } },
    });
    Facts.parse(tried.facts);
    t.equal(tried.facts.proof, undefined);
    t.notMatch(tried.facts.ntp?.referenceId, /\p{Cc}/u);
  }
});

t.test('a lost datagram is sent again, as a new question', async (t) => {
  const peer = await openNtpPeer(t, (request, count) => (count === 1 ? [] : [ntpReply(request)]));
  t.match(await tryOnce('ntp', peer, { stepMs: 2000 }), { failure: null });
  const [first, second] = peer.asked;
  t.equal(peer.asked.length, 2);
  t.not(first?.toString('hex'), second?.toString('hex'));
  t.equal(
    first?.subarray(1, 40).toString('hex'),
    '00'.repeat(39),
    'the request has no data about this machine',
  );
});

t.test('a late answer to the first question is an answer too', async (t) => {
  const early: Buffer[] = [];
  const peer = await openNtpPeer(t, (request, count) => {
    early.push(ntpReply(request));
    return count === 2 ? early.slice(0, 1) : [];
  });
  t.match(await tryOnce('ntp', peer, { stepMs: 2000 }), { failure: null });
});

t.test('forged datagrams are ignored', async (t) => {
  const origin = Buffer.alloc(8, 7);
  const peer = await openNtpPeer(t, (request) => [
    ntpReply(request, { origin, stratum: 0, referenceId: 'DENY' }),
    Buffer.from('no NTP at all'),
    request,
    ntpReply(request),
  ]);
  t.match(await tryOnce('ntp', peer), { failure: null, facts: { ntp: { stratum: 1 } } });
  const alien = await openNtpPeer(t, (request) => [ntpReply(request)], true);
  t.match(await tryOnce('ntp', alien, { stepMs: 400 }), { failure: 'udp_timeout', steps: ['✗request'] });
});

t.test('a peer that is not a time server', async (t) => {
  for (const [answer, error] of [
    [(request: Buffer) => request, /without the timestamp/],
    [() => Buffer.from('HTTP/1.1 400 Bad Request'), /24 octets/],
    [() => Buffer.alloc(60_000, 0xff), /without the timestamp/],
    [(request: Buffer) => ntpReply(request).subarray(0, 40), /40 octets/],
    [(request: Buffer) => ntpReply(request, { first: 0x26 }), /mode 6/],
    [(request: Buffer) => ntpReply(request, { stratum: 200 }), /stratum 200/],
    [(request: Buffer) => ntpReply(request, { sent: null }), /without a time/],
  ] as const) {
    const peer = await openNtpPeer(t, (request) => [answer(request)]);
    const tried = await tryOnce('ntp', peer, { stepMs: 400 });
    t.match(tried, { failure: 'protocol_mismatch', error, steps: ['✗request'] }, error.source);
  }
});

t.test('no answer', async (t) => {
  const silent = await openNtpPeer(t, () => []);
  const tried = await tryOnce('ntp', silent, { stepMs: 400 });
  t.match(tried, { failure: 'udp_timeout', steps: ['✗request'], facts: { ntp: undefined } });
  t.ok(tried.ms < 5000);
  t.equal(silent.asked.length, 2);
  const closed = { address: '127.0.0.1', port: await closedPort() };
  t.match(await tryOnce('ntp', closed), { failure: 'udp_refused', steps: ['✗request'] });
});

t.test('a redirected request records its destination', async (t) => {
  const peer = await openNtpPeer(t, (request) => [ntpReply(request)]);
  const system = createSystem([{ host: 'time.test', port: 123, address: peer.address, toPort: peer.port }]);
  const target = { host: 'time.test', port: 123 };
  const tried = await tryOnce('ntp', { address: '192.0.2.123', port: 123 }, { system, target });
  t.match(tried, { failure: null, facts: { dialled: `${peer.address}:${peer.port}` } });
});

t.test('the end of the run', async (t) => {
  const peer = await openNtpPeer(t, () => []);
  const controller = new AbortController();
  const trying = tryOnce('ntp', peer, { signal: controller.signal });
  setImmediate(() => controller.abort());
  t.match(await trying, { failure: 'deadline_exceeded', steps: ['✗request'] });
  t.match(await tryOnce('ntp', peer, { signal: controller.signal }), {
    failure: 'deadline_exceeded',
    steps: { length: 0 },
  });
});

t.test('when this machine sent no datagram, the failure is local', async (t) => {
  const peer = await openNtpPeer(t, () => []);
  const real = createSystem();
  const without = (refused: number) => {
    let left = refused;
    return {
      ...real,
      openUdp: (address: string) => {
        const socket = real.openUdp(address);
        const send = socket.send.bind(socket) as (...args: unknown[]) => void;
        socket.send = ((...args: unknown[]) => {
          left -= 1;
          if (left < 0) return send(...args);
          const error = Object.assign(new Error('send ENOBUFS'), { code: 'ENOBUFS', syscall: 'send' });
          return process.nextTick(args.at(-1) as (error: Error) => void, error);
        }) as typeof socket.send;
        return socket;
      },
    };
  };
  t.match(await tryOnce('ntp', peer, { system: without(9), stepMs: 300 }), {
    failure: 'local_limit',
    error: 'send ENOBUFS',
  });
  t.equal((await tryOnce('ntp', peer, { system: without(1), stepMs: 300 })).failure, 'udp_timeout');
});
