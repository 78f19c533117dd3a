/** Redis against peers that answer like Redis, and peers that misbehave. */
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

const openPlain = openPeer;
const openSecure = (t: Parameters<typeof openPeer>[0], behave: Behaviour) => openTlsPeer(t, secure, behave);

t.test('any answer of Redis’s own to PING without a login is proof', async (t) => {
  for (const reply of [
    '+PONG',
    '-NOAUTH Authentication required.',
    '-WRONGPASS invalid username-password pair or user is disabled.',
    '-ERR operation not permitted',
    "-ERR unknown command 'PING'",
    '-LOADING Redis is loading the dataset in memory',
  ]) {
    const plain = await openPlain(t, sends(`${reply}\r\n`));
    const steps = ['connect', 'request'];
    t.match(await tryOnce('redis', plain), {
      failure: null,
      steps,
      facts: { proof: 'reply', redis: { reply } },
    });
    const secured = await openSecure(t, sends(`${reply}\r\n`));
    t.match(await tryOnce('rediss', secured, { trust, target }), {
      failure: null,
      steps: ['connect', 'tls', 'request'],
      facts: { proof: 'reply', redis: { reply }, tls: { nameMatches: true } },
    });
    await Promise.all([plain.deserted(), secured.deserted()]);
  }
});

t.test('an error in words that Redis does not use lowers nothing and raises nothing', async (t) => {
  for (const reply of ['-ERR upstream is gone', '-ERR', '-no upstream host']) {
    const plain = await openPlain(t, sends(`${reply}\r\n`));
    t.match(await tryOnce('redis', plain), { failure: null, facts: { proof: 'connect', redis: { reply } } });
    const secured = await openSecure(t, sends(`${reply}\r\n`));
    const tried = await tryOnce('rediss', secured, { trust, target });
    t.match(tried, { failure: null, facts: { proof: 'certificate', redis: { reply } } });
    await Promise.all([plain.deserted(), secured.deserted()]);
  }
});

t.test('a refusal of the connection, in Redis’s words', async (t) => {
  const cases = [
    ['-DENIED Redis is running in protected mode', 'DENIED', 'Redis is running in protected mode'],
    ['-ERR max number of clients reached', 'ERR', 'max number of clients reached'],
  ] as const;
  for (const [reply, code, text] of cases) {
    for (const [protocol, open] of [
      ['redis', openPlain],
      ['rediss', openSecure],
    ] as const) {
      const tried = await tryOnce(protocol, await open(t, sends(`${reply}\r\n`)), { trust, target });
      t.match(tried, { failure: 'protocol_refused', facts: { redis: { reply } } }, reply);
      t.same(tried.facts.refusal, { to: 'PING', code, text });
    }
  }
});

t.test('the probe sends only PING and QUIT', async (t) => {
  let receivedText = '';
  const peer = await openPlain(t, (socket) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      receivedText += text;
      if (receivedText === '*1\r\n$4\r\nPING\r\n') socket.write('-NOAUTH Authentication required.\r\n');
    });
  });
  t.equal((await tryOnce('redis', peer)).failure, null);
  await peer.deserted();
  t.match(receivedText, /^\*1\r\n\$4\r\nPING\r\n(\*1\r\n\$4\r\nQUIT\r\n)?$/);
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
  { title: 'a reset after PING', behave: resetsAfterData, failure: 'protocol_closed' },
  { title: 'a reset within the reply', behave: sendsAndResets('-NOA'), failure: 'protocol_closed' },
];

const CASES: readonly Case[] = [
  { title: 'silence', behave: silent, failure: 'protocol_timeout' },
  { title: 'one byte a second', behave: drips('-NOAUTH\r\n', 1000), failure: 'protocol_timeout' },
  { title: 'half a reply, and then silence', behave: sends('+PONG\r'), failure: 'protocol_timeout' },
  { title: 'closed at once', behave: closes, failure: 'protocol_closed' },
  { title: 'closed after PING', behave: closesAfterData, failure: 'protocol_closed' },
  { title: 'closed within the reply', behave: sendsAndCloses('-NOA'), failure: 'protocol_closed' },
  { title: 'HTTP', behave: sends('HTTP/1.1 400 Bad Request\r\n\r\n'), failure: 'protocol_mismatch' },
  { title: 'memcached', behave: sends('ERROR\r\n'), failure: 'protocol_mismatch' },
  { title: 'TLS', behave: sendsAndCloses(tlsAlert(10)), failure: 'protocol_mismatch' },
  {
    title: 'POP3',
    behave: sends('+OK POP3 ready\r\n'),
    failure: 'protocol_mismatch',
    facts: { redis: { reply: '+OK POP3 ready' } },
  },
  {
    title: 'POP3 whose mailbox is full',
    behave: sends('-ERR [SYS/TEMP] try again later\r\n'),
    failure: 'protocol_mismatch',
    facts: { redis: { reply: '-ERR [SYS/TEMP] try again later' } },
  },
  {
    title: 'a reply without end',
    behave: floods('-ERR', 'x', 64 * 1024 * 1024),
    failure: 'protocol_mismatch',
  },
  {
    title: 'escapes in a reply',
    behave: sends('+\u001b[2J\u202e\u0007\r\n'),
    failure: 'protocol_mismatch',
    facts: { redis: { reply: '+\\u{1b}[2J\\u{202e}\\u{7}' } },
  },
];

for (const [protocol, cases, open] of [
  ['redis', [...CASES, ...RESETS], openPlain],
  ['rediss', CASES, openSecure],
] as const) {
  t.test(`${protocol}: peers that are not Redis`, async (t) => {
    const attempts = cases.map(async ({ title, behave, failure, facts }) => {
      const peer = await open(t, behave);
      const stepMs = failure === 'protocol_timeout' ? SHORT_MS : LONG_MS;
      const tried = await tryOnce(protocol, peer, { stepMs, trust, target });
      t.match(tried, { failure, facts: { ...facts } }, title);
      t.equal(tried.steps.at(-1), '✗request', title);
      t.not(tried.facts.proof, 'reply', title);
      t.ok(tried.ms < LONG_MS, `${title} took no longer than its timeout`);
      await peer.deserted();
      t.ok(peer.sent() < 16 * 1024 * 1024, `${title} was cut off`);
    });
    await Promise.all(attempts);
  });
}

t.test('a long reply is cut, and NOAUTH is recorded in full', async (t) => {
  const peer = await openPlain(t, sends(`-ERR ${'x'.repeat(900)}\r\n`));
  t.equal((await tryOnce('redis', peer)).facts.redis?.reply.length, 256);
  await peer.deserted();
});

t.test('rediss: a plain Redis is not TLS', async (t) => {
  const peer = await openPlain(t, sends("-ERR unknown command '\u0016'\r\n"));
  t.match(await tryOnce('rediss', peer, { trust, target }), { failure: 'tls_not_tls' });
  await peer.deserted();
});
