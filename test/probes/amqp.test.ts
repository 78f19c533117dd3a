/** AMQP against an independent broker, and against peers that misbehave. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import rhea from 'rhea';
import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import {
  closes,
  closesAfterData,
  drips,
  floods,
  resetsAfterData,
  sends,
  sendsAndCloses,
  sendsAndResets,
  silent,
  tlsAlert,
} from '../servers/behaviours.ts';
import { authority, identity, server } from '../servers/certificates.ts';
import { type Behaviour, openPeer, openTlsPeer } from '../servers/peer.ts';
import { tryOnce } from './try.ts';

/** ms; enough for a busy machine. */
const SHORT_MS = 2000;
const LONG_MS = 20_000;
const root = await authority('CN=Root');
const trust = new TrustStore([root.pem], []);
const secure = identity(await server(root, ['known.test']));
const target = { host: 'known.test' };

const SASL = 'AMQP\x03\x01\x00\x00';
const binary = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A mechanisms frame with one symbol. */
const offering = (symbol: string): Buffer =>
  binary(
    `\0\0\0${String.fromCharCode(16 + symbol.length)}\x02\x01\0\0\0\x53\x40\xc0` +
      `${String.fromCharCode(3 + symbol.length)}\x01\xa3${String.fromCharCode(symbol.length)}${symbol}`,
  );

/** A broker that offers these mechanisms, and records all bytes that it receives. */
function broker(mechanisms: readonly string[]): {
  serve: Behaviour;
  receivedText: () => string;
  errors: unknown[];
} {
  const container = rhea.create_container({ require_sasl: true });
  for (const name of mechanisms) container.sasl_server_mechanisms[name] = () => ({ start: () => undefined });
  const errors: unknown[] = [];
  for (const event of ['protocol_error', 'connection_error', 'connection_open', 'error']) {
    container.on(event, (context: unknown) => errors.push(context));
  }
  container.on('disconnected', () => undefined);
  const receivedText: Buffer[] = [];
  const serve: Behaviour = (socket) => {
    socket.on('data', (bytes: Buffer) => receivedText.push(bytes));
    container.create_connection()['accept'](socket);
  };
  return { serve, errors, receivedText: () => Buffer.concat(receivedText).toString('latin1') };
}

t.test('the mechanisms of an AMQP 1.0 broker, without TLS and inside TLS', async (t) => {
  const mechanisms = ['MSSBCBS', 'PLAIN', 'ANONYMOUS', 'EXTERNAL'];
  const { serve, receivedText, errors } = broker(mechanisms);
  const plain = await openPeer(t, serve);
  t.match(await tryOnce('amqp', plain), {
    failure: null,
    steps: ['connect', 'handshake'],
    facts: { proof: 'reply', amqp: { header: 'SASL 1.0.0', mechanisms } },
  });
  await plain.deserted();
  const secured = await openTlsPeer(t, secure, serve);
  t.match(await tryOnce('amqps', secured, { trust, target }), {
    failure: null,
    steps: ['connect', 'tls', 'handshake'],
    facts: { proof: 'reply', tls: { trust: 'extra' }, amqp: { header: 'SASL 1.0.0', mechanisms } },
  });
  await secured.deserted();
  t.equal(receivedText(), SASL.repeat(2), 'the probe sends only the header');
  t.same(errors, [], 'and opens no AMQP connection');
});

t.test('a broker that requires another layer first is reached', async (t) => {
  for (const [header, name] of [
    ['AMQP\x02\x01\x00\x00', 'TLS 1.0.0'],
    ['AMQP\x00\x01\x00\x00', 'AMQP 1.0.0'],
  ] as const) {
    const peer = await openPeer(t, sendsAndCloses(header));
    t.match(await tryOnce('amqp', peer), {
      failure: null,
      facts: { proof: 'reply', amqp: { header: name, mechanisms: { length: 0 } } },
    });
    await peer.deserted();
  }
});

const azure = { host: 'known.test', azureService: true };

t.test('Event Hubs on 5672 is proved by its own mechanism alone', async (t) => {
  for (const [mechanisms, failure, proof] of [
    [['MSSBCBS', 'PLAIN', 'ANONYMOUS', 'EXTERNAL'], null, 'reply'],
    [['PLAIN', 'ANONYMOUS'], null, 'connect'],
    [['AMQPLAIN', 'PLAIN'], 'protocol_mismatch', 'connect'],
    [['SCRAM-SHA-256', 'PLAIN'], 'protocol_mismatch', 'connect'],
  ] as const) {
    const peer = await openPeer(t, broker(mechanisms).serve);
    const tried = await tryOnce('amqp', peer, { target: azure });
    t.match(tried, { failure, facts: { proof, amqp: { mechanisms } } }, mechanisms.join());
    const own = await openPeer(t, broker(mechanisms).serve);
    t.match(
      await tryOnce('amqp', own),
      { failure: null, facts: { proof: 'reply' } },
      'the user’s own broker',
    );
  }
});

t.test('Event Hubs on 5671 is proved by its certificate, whatever it offers', async (t) => {
  for (const [mechanisms, proof] of [
    [['MSSBCBS', 'PLAIN'], 'reply'],
    [['AMQPLAIN', 'PLAIN'], 'certificate'],
  ] as const) {
    const peer = await openTlsPeer(t, secure, broker(mechanisms).serve);
    const tried = await tryOnce('amqps', peer, { trust, target: azure });
    t.match(tried, { failure: null, facts: { proof, amqp: { mechanisms } } });
  }
});

/** Demands TLS as part 2 section 2.2 has it, and starts it after the header of part 5 section 5.2. */
function demanding(
  keys: ReturnType<typeof identity>,
  inside: Behaviour,
  accepts: Behaviour | null = null,
): Behaviour {
  return (socket) => {
    socket.once('data', (header: Buffer) => {
      if (header.toString('latin1') !== TLS) return void socket.end(TLS, 'latin1');
      if (accepts !== null) return accepts(socket);
      socket.write(TLS, 'latin1');
      const secured = new TLSSocket(socket, { isServer: true, ...keys });
      secured.on('error', () => undefined);
      inside(secured);
    });
  };
}
const TLS = 'AMQP\x02\x01\x00\x00';

t.test('the demand for TLS of Event Hubs is followed as far as its certificate', async (t) => {
  const { serve } = broker(['MSSBCBS', 'PLAIN']);
  const peer = await openPeer(t, demanding(secure, serve));
  t.match(await tryOnce('amqp', peer, { trust, target: azure }), {
    failure: null,
    steps: ['connect', 'handshake', 'connect', 'handshake', 'tls', 'handshake'],
    facts: {
      proof: 'reply',
      tls: { nameMatches: true },
      amqp: { header: 'TLS 1.0.0', mechanisms: ['MSSBCBS', 'PLAIN'] },
    },
  });
  const other = identity(await server(root, ['other.test']));
  const wrong = await openPeer(t, demanding(other, serve));
  t.match(await tryOnce('amqp', wrong, { trust, target: azure }), { failure: 'tls_name_mismatch' });
  const foreign = identity(await server(await authority('CN=Foreign'), ['known.test']));
  const copied = await openPeer(t, demanding(foreign, serve));
  t.match(await tryOnce('amqp', copied, { trust, target: azure }), { failure: 'tls_untrusted' });
});

t.test('without the certificate after its demand for TLS, the connection alone is proved', async (t) => {
  const peers = [closes, silent, sends(SASL), sends('HTTP/1.1 400 Bad Request\r\n\r\n')];
  const attempts = peers.map(async (accepts) => {
    const peer = await openPeer(t, demanding(secure, silent, accepts));
    t.match(await tryOnce('amqp', peer, { trust, target: azure, stepMs: SHORT_MS }), {
      failure: null,
      steps: ['connect', 'handshake', 'connect', '✗handshake'],
      facts: { proof: 'connect', amqp: { header: 'TLS 1.0.0' } },
    });
  });
  await Promise.all(attempts);
});

t.test('a close by the server, in its own words', async (t) => {
  const described = (condition: string, description: string): Buffer => {
    const error = binary(
      `\0\x53\x1d\xc0${String.fromCharCode(5 + condition.length + description.length)}\x02` +
        `\xa3${String.fromCharCode(condition.length)}${condition}\xa1${String.fromCharCode(description.length)}${description}`,
    );
    const close = Buffer.concat([
      binary(`\0\x53\x18\xc0${String.fromCharCode(1 + error.length)}\x01`),
      error,
    ]);
    return Buffer.concat([binary(`\0\0\0${String.fromCharCode(8 + close.length)}\x02\0\0\0`), close]);
  };
  const forced = described('amqp:connection:forced', 'too many\x1b connections');
  const open = binary('\0\0\0\x11\x02\0\0\0\0\x53\x10\xc0\x04\x01\xa1\x01a');
  for (const before of [Buffer.alloc(0), open]) {
    const peer = await openPeer(t, sends(Buffer.concat([binary(SASL), before, forced])));
    const tried = await tryOnce('amqp', peer);
    t.match(tried, {
      failure: 'protocol_refused',
      error: 'closed with amqp:connection:forced: too many\\u{1b} connections',
    });
    t.same(tried.facts.refusal, {
      to: 'the connection',
      code: 'amqp:connection:forced',
      text: 'too many\\u{1b} connections',
    });
  }
  const outcome = await openPeer(
    t,
    sends(binary(`${SASL}\0\0\0\x10\x02\x01\0\0\0\x53\x44\xc0\x03\x01\x50\x04`)),
  );
  t.match(await tryOnce('amqp', outcome), {
    failure: 'protocol_refused',
    facts: { refusal: { code: 'sasl-outcome sys-temp', text: null } },
  });
});

t.test('a request for TLS inside TLS is a mismatch', async (t) => {
  const peer = await openTlsPeer(t, secure, sendsAndCloses('AMQP\x02\x01\x00\x00'));
  t.match(await tryOnce('amqps', peer, { trust, target }), {
    failure: 'protocol_mismatch',
    error: /TLS 1\.0\.0/,
    facts: { proof: 'certificate', amqp: { header: 'TLS 1.0.0', mechanisms: { length: 0 } } },
  });
  await peer.deserted();
});

interface Case {
  readonly title: string;
  readonly behave: Behaviour;
  readonly failure: Failure;
  /** Facts in spite of the failure. */
  readonly facts?: object;
}

/** TLS has no reset of its own. */
const RESETS: readonly Case[] = [
  { title: 'a reset after the header', behave: resetsAfterData, failure: 'protocol_closed' },
  {
    title: 'a reset within a frame',
    behave: sendsAndResets(binary(`${SASL}\0\0`)),
    failure: 'protocol_closed',
  },
];

const CASES: readonly Case[] = [
  { title: 'silence', behave: silent, failure: 'protocol_timeout' },
  { title: 'one byte a second', behave: drips(SASL, 1000), failure: 'protocol_timeout' },
  {
    title: 'a header, and then silence',
    behave: sends(SASL),
    failure: 'protocol_timeout',
    facts: { amqp: { header: 'SASL 1.0.0', mechanisms: [] } },
  },
  {
    title: 'half a frame, and then silence',
    behave: sends(binary(`${SASL}\0\0\0\x33`)),
    failure: 'protocol_timeout',
  },
  { title: 'closed at once', behave: closes, failure: 'protocol_closed' },
  { title: 'closed after the header', behave: closesAfterData, failure: 'protocol_closed' },
  { title: 'closed within the header', behave: sendsAndCloses('AMQP'), failure: 'protocol_closed' },
  {
    title: 'closed before the mechanisms',
    behave: sendsAndCloses(SASL),
    failure: 'protocol_closed',
    facts: { amqp: { header: 'SASL 1.0.0' } },
  },
  {
    title: 'closed within a frame',
    behave: sendsAndCloses(binary(`${SASL}\0\0\0\x33\x02`)),
    failure: 'protocol_closed',
  },
  {
    title: 'AMQP 0-9-1',
    behave: sendsAndCloses('AMQP\x00\x00\x09\x01'),
    failure: 'protocol_mismatch',
    facts: { amqp: { header: 'AMQP 0-9-1' } },
  },
  { title: 'HTTP', behave: sends('HTTP/1.1 400 Bad Request\r\n\r\n'), failure: 'protocol_mismatch' },
  { title: 'TLS', behave: sendsAndCloses(tlsAlert(10)), failure: 'protocol_mismatch' },
  { title: 'zeros', behave: sends(new Uint8Array(64)), failure: 'protocol_mismatch' },
  {
    title: 'a frame of 4 GB',
    behave: sends(binary(`${SASL}\xff\xff\xff\xff`)),
    failure: 'protocol_mismatch',
  },
  {
    title: 'a frame of 4 GB that begins to come',
    behave: floods(SASL, 'ÿ', 64 * 1024 * 1024),
    failure: 'protocol_mismatch',
    facts: { amqp: { header: 'SASL 1.0.0' } },
  },
  {
    title: 'garbage without end',
    behave: floods('x', 'garbage', 64 * 1024 * 1024),
    failure: 'protocol_mismatch',
  },
  {
    title: 'an outcome without a question',
    behave: sends(binary(`${SASL}\0\0\0\x10\x02\x01\0\0\0\x53\x44\xc0\x03\x01\x50\0`)),
    failure: 'protocol_mismatch',
  },
];

for (const [protocol, cases, open] of [
  ['amqp', [...CASES, ...RESETS], openPeer],
  ['amqps', CASES, (t: Parameters<typeof openPeer>[0], behave: Behaviour) => openTlsPeer(t, secure, behave)],
] as const) {
  t.test(`${protocol}: peers that are not Event Hubs`, async (t) => {
    const attempts = cases.map(async ({ title, behave, failure, facts }) => {
      const peer = await open(t, behave);
      const stepMs = failure === 'protocol_timeout' ? SHORT_MS : LONG_MS;
      const tried = await tryOnce(protocol, peer, { stepMs, trust, target });
      t.match(tried, { failure, facts: { ...facts } }, title);
      t.equal(tried.steps.at(-1), '✗handshake', title);
      t.not(tried.facts.proof, 'reply', title);
      t.ok(tried.ms < LONG_MS, `${title} took no longer than its timeout`);
      await peer.deserted();
      t.ok(peer.sent() < 16 * 1024 * 1024, `${title} was not receivedText out`);
    });
    await Promise.all(attempts);
  });
}

t.test('amqps: a reset beneath TLS, before the header and after it', async (t) => {
  for (const header of ['', SASL]) {
    const peer = await openPeer(t, (raw) => {
      const secured = new TLSSocket(raw, { isServer: true, ...secure });
      secured.on('error', () => undefined);
      secured.once('data', () => secured.write(header, () => raw.resetAndDestroy()));
    });
    t.match(await tryOnce('amqps', peer, { stepMs: LONG_MS, trust, target }), {
      failure: 'protocol_closed',
      steps: ['connect', 'tls', '✗handshake'],
      facts: { proof: 'certificate', tls: { nameMatches: true } },
    });
    await peer.deserted();
  }
});

t.test('amqps: a plain broker is not TLS', async (t) => {
  const peer = await openPeer(t, sends(SASL));
  t.match(await tryOnce('amqps', peer, { trust, target }), { failure: 'tls_not_tls' });
  await peer.deserted();
});

t.test('control characters in names are escaped', async (t) => {
  const peer = await openPeer(t, sends(Buffer.concat([binary(SASL), offering('A\r\n\x1b[31m\x9b')])));
  const { facts } = await tryOnce('amqp', peer);
  t.same(facts.amqp?.mechanisms, ['A\\u{d}\\u{a}\\u{1b}[31m\\u{9b}']);
  await peer.deserted();
});

t.test('names are cut, in number and in length', async (t) => {
  const many = await openPeer(t, broker(Array.from({ length: 40 }, (_, index) => `M${index}`)).serve);
  t.equal((await tryOnce('amqp', many)).facts.amqp?.mechanisms.length, 20);
  const long = await openPeer(t, sends(Buffer.concat([binary(SASL), offering('L'.repeat(200))])));
  t.equal((await tryOnce('amqp', long)).facts.amqp?.mechanisms[0]?.length, 64);
  await Promise.all([many.deserted(), long.deserted()]);
});

t.test('bytes that arrive one at a time give the same result', async (t) => {
  const bytes = Buffer.concat([binary(SASL), offering('PLAIN')]);
  const peer = await openPeer(t, (socket: Socket) => {
    socket.setNoDelay(true);
    drips(bytes, 1)(socket);
  });
  t.match(await tryOnce('amqp', peer, { stepMs: LONG_MS }), {
    failure: null,
    facts: { amqp: { mechanisms: ['PLAIN'] } },
  });
  await peer.deserted();
});
