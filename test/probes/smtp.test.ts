import type net from 'node:net';
import { TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import t from 'tap';
import { Facts } from '../../probes/facts.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import { closes, drips, floods, sends, silent, tlsAlert } from '../servers/behaviours.ts';
import { authority, identity, server } from '../servers/certificates.ts';
import { type Behaviour, type Owner, openPeer, openTlsPeer, type Peer } from '../servers/peer.ts';
import { tryOnce } from './try.ts';

const HOST = 'relay.test';
const root = await authority('CN=SMTP test root, O=Test');
const own = identity(await server(root, [HOST]));
const trust = new TrustStore([root.pem]);
const target = { host: HOST };
const circumstances = { trust, target, stepMs: 8000 };

/** The npm package of this name, which shares no code with the probe. */
async function openRelay(
  t: Owner,
  options: SMTPServerOptions = {},
): Promise<Peer & { over: Promise<readonly string[]> }> {
  const received: string[] = [];
  const { promise: over, resolve } = Promise.withResolvers<readonly string[]>();
  const relay = new SMTPServer({
    ...own,
    banner: 'independent relay',
    disableReverseLookup: true,
    logger: false,
    onSecure: (_socket, _session, done) => {
      received.push('TLS');
      done();
    },
    onClose: () => resolve(received),
    ...options,
  });
  relay.on('error', () => undefined);
  const peer = await openPeer(t, (socket) => void relay.server.emit('connection', socket));
  t.teardown(() => relay.close());
  return { ...peer, over };
}

/** Sends its greeting at once, and then one answer per command. */
function script(greeting: string | Uint8Array, ...answers: readonly (string | Uint8Array)[]): Behaviour {
  return (socket) => {
    socket.write(greeting);
    let next = 0;
    socket.on('data', () => {
      const answer = answers[next];
      next += 1;
      if (answer !== undefined) socket.write(answer);
    });
  };
}

const GREETING = '220 relay.test ESMTP\r\n';
const WITH_TLS = '250-relay.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n';
const READY = '220 2.0.0 Ready to start TLS\r\n';

t.test('an independent server, up to its certificate', async (t) => {
  const peer = await openRelay(t);
  const tried = await tryOnce('smtp', peer, circumstances);
  t.match(tried, {
    failure: null,
    steps: ['connect', 'handshake', 'request', 'tls', 'request'],
    facts: {
      proof: 'reply',
      smtp: { banner: /independent relay/, startTls: true },
      tls: { serverName: HOST, trust: 'extra', nameMatches: true },
    },
  });
  t.notOk(tried.facts.smtp?.capabilities.includes('STARTTLS'), 'which is over by then');
  Facts.parse(tried.facts);
  t.same(await peer.over, ['TLS']);
});

t.test('an independent server without TLS', async (t) => {
  const peer = await openRelay(t, { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  const tried = await tryOnce('smtp', peer, circumstances);
  t.match(tried, {
    failure: null,
    steps: ['connect', 'handshake', 'request'],
    facts: { proof: 'reply', smtp: { startTls: false }, tls: undefined },
  });
  t.same(await peer.over, []);
});

t.test('an independent server that rejects the client', async (t) => {
  const turnsAway = Object.assign(new Error('you are not on the list'), { responseCode: 554 });
  const peer = await openRelay(t, { onConnect: (_session, done) => done(turnsAway) });
  t.match(await tryOnce('smtp', peer, circumstances), {
    failure: 'protocol_refused',
    error: /greeted with 554 you are not on the list/,
    steps: ['connect', '✗handshake'],
    facts: {
      proof: 'connect',
      smtp: { banner: 'you are not on the list', capabilities: { length: 0 } },
      refusal: { to: 'the connection', code: '554', text: 'you are not on the list' },
    },
  });
});

t.test('a certificate for other names fails, and the reply is recorded', async (t) => {
  const peer = await openRelay(t, identity(await server(root, ['mail.contoso.example'])));
  const tried = await tryOnce('smtp', peer, circumstances);
  t.match(tried, {
    failure: 'tls_name_mismatch',
    steps: ['connect', 'handshake', 'request', '✗tls'],
    facts: { proof: 'reply', smtp: { startTls: true }, tls: { nameMatches: false } },
  });
});

t.test('the probe sends QUIT and does not wait for the answer', async (t) => {
  const commands: string[] = [];
  const peer = await openPeer(t, (socket) => {
    script(GREETING, '250 relay.test\r\n')(socket);
    socket.on('data', (bytes) => commands.push(bytes.toString()));
  });
  t.match(await tryOnce('smtp', peer, circumstances), { failure: null });
  await peer.deserted();
  t.same(commands.join('').split('\r\n'), ['EHLO apim-probe.invalid', 'QUIT', '']);
});

t.test('a server that refuses', async (t) => {
  for (const [answers, failure, error] of [
    [['421 4.7.0 too many connections\r\n'], 'protocol_refused', /greeted with 421 4.7.0 too many/],
    [['450 4.2.0 Greylisted\r\n'], 'protocol_refused', /greeted with 450 4.2.0 Greylisted/],
    [['554-no\r\n554 thanks\r\n'], 'protocol_refused', /greeted with 554 no \/ thanks/],
    [[GREETING, '550 5.7.1 who are you\r\n'], 'protocol_refused', /answered EHLO with 550 5.7.1 who/],
    [[GREETING, '421 4.3.2 closing\r\n'], 'protocol_refused', /answered EHLO with 421/],
    [[GREETING, WITH_TLS, '454 4.7.0 no TLS now\r\n'], 'protocol_refused', /answered STARTTLS with 454/],
    // FTP greets with the same code.
    [[GREETING, '500 EHLO not understood\r\n'], 'protocol_mismatch', /answered EHLO with 500/],
    [[GREETING, '530 Please login with USER and PASS.\r\n'], 'protocol_mismatch', /answered EHLO with 530/],
    [[GREETING, '502 no such command\r\n'], 'protocol_mismatch', /answered EHLO with 502/],
    [['200 hello\r\n'], 'protocol_mismatch', /greeted with 200 hello/],
    [[GREETING, '354 go on\r\n'], 'protocol_mismatch', /answered EHLO with 354/],
  ] as const) {
    const [greeting, ...rest] = answers;
    const peer = await openPeer(t, script(greeting, ...rest));
    const tried = await tryOnce('smtp', peer, circumstances);
    t.match(tried, { failure, error }, error.source);
    t.equal(
      tried.facts.refusal !== undefined,
      failure === 'protocol_refused',
      'only a refusal is recorded so',
    );
    Facts.parse(tried.facts);
  }
});

t.test('the refusal of a block list, in one line and in two', async (t) => {
  const blocked = 'Service unavailable; Client host [203.0.113.9] blocked using zen.example.org';
  for (const [greeting, text] of [
    [`554 5.7.1 ${blocked}\r\n`, `5.7.1 ${blocked}`],
    [`554-5.7.1 ${blocked}\r\n554 https://example.org/q\r\n`, `5.7.1 ${blocked} / https://example.org/q`],
  ] as const) {
    const tried = await tryOnce('smtp', await openPeer(t, script(greeting)), circumstances);
    t.same(tried.facts.refusal, { to: 'the connection', code: '554', text });
  }
  const nasty = await openPeer(t, script(`554 \x1b[2J${'x'.repeat(480)}\r\n`));
  const { refusal } = (await tryOnce('smtp', nasty, circumstances)).facts;
  t.match(refusal?.text, /^\\u\{1b\}\[2Jx+…$/);
  t.equal(refusal?.text?.length, 256);
});

t.test('STARTTLS that a firewall overwrote', async (t) => {
  // As seen behind a Cisco ASA with “inspect esmtp”: its banner and one word are overwritten.
  const overwritten = '220 ************************************\r\n';
  const words = ['relay.test', 'PIPELINING', 'SIZE 10240000', 'ETRN', 'XXXXXXXA', '8BITMIME'];
  const ehlo = (all: readonly string[]) => `${all.map((word) => `250-${word}\r\n`).join('')}250 DSN\r\n`;
  for (const azureService of [true, false]) {
    const peer = await openPeer(t, script(overwritten, ehlo(words)));
    const tried = await tryOnce('smtp', peer, { ...circumstances, target: { host: HOST, azureService } });
    t.match(tried, {
      failure: null,
      facts: { proof: 'reply', smtp: { startTls: false, masked: 'XXXXXXXA' } },
    });
    Facts.parse(tried.facts);
  }
  const other = await openPeer(
    t,
    script(GREETING, ehlo(['relay.test', 'XXXXXXXA', 'STARTTLS']), '454 no\r\n'),
  );
  const tried = await tryOnce('smtp', other, circumstances);
  t.match(tried, { failure: 'protocol_refused', facts: { refusal: { to: 'STARTTLS', code: '454' } } });
  t.equal(tried.facts.smtp?.masked, undefined, 'another word was overwritten');
});

t.test('plaintext after the STARTTLS reply is not read as encrypted data', async (t) => {
  for (const [answers, name] of [
    [[GREETING, WITH_TLS, `${READY}250 injected\r\n`], 'an answer after the last one'],
    [[GREETING, WITH_TLS, Buffer.concat([Buffer.from(READY), tlsAlert(40)])], 'TLS before it was begun'],
    [[GREETING, `${WITH_TLS}${READY}`], 'an answer before its question'],
    [[`${GREETING}${WITH_TLS}`], 'capabilities with the greeting'],
  ] as const) {
    const [greeting, ...rest] = answers;
    const peer = await openPeer(t, script(greeting, ...rest));
    const tried = await tryOnce('smtp', peer, circumstances);
    t.match(tried, { failure: 'protocol_mismatch', error: /unsolicited bytes/ }, name);
    t.equal(tried.facts.tls, undefined, name);
    await peer.deserted();
  }
});

t.test('text with control characters, and very long text', async (t) => {
  const nasty = '\x1b[2J\x1b]0;owned\x07\u202egnp.exe';
  const many = Array.from({ length: 60 }, (_, index) => `250-X-${index}${nasty}${'y'.repeat(200)}\r\n`).join(
    '',
  );
  const peer = await openPeer(
    t,
    script(`220-${nasty}\r\n220 ${'z'.repeat(500)}\r\n`, `250-hi\r\n${many}250 END\r\n`),
  );
  const tried = await tryOnce('smtp', peer, circumstances);
  t.equal(tried.failure, null);
  const { smtp } = Facts.parse(tried.facts);
  t.equal(smtp?.capabilities.length, 32);
  t.ok((smtp?.banner.length ?? 0) <= 256);
  for (const text of [smtp?.banner ?? '', ...(smtp?.capabilities ?? [])]) {
    t.notMatch(text, /[\p{Cc}\p{Cf}]/u);
    t.ok(text.length <= 256);
  }
});

t.test('a peer that is not an SMTP server', async (t) => {
  for (const [greeting, name] of [
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'HTTP'],
    [tlsAlert(40), 'TLS'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'SSH'],
    [Buffer.alloc(4096, 0xff), 'garbage'],
    ['220 no end of a line '.padEnd(8192, 'x'), 'an endless line'],
    ['\x1b[2J\r\n', 'an escape'],
  ] as const) {
    const peer = await openPeer(t, (socket) => void socket.write(greeting));
    const tried = await tryOnce('smtp', peer, circumstances);
    t.match(tried, { failure: 'protocol_mismatch', steps: ['connect', '✗handshake'] }, name);
    t.match(tried.error, /^not an SMTP reply: .*; it began with “/, name);
    t.notMatch(tried.error, /[\p{Cc}\p{Cf}]/u, name);
    await peer.deserted();
  }
});

t.test('an endless greeting is cut off', async (t) => {
  const peer = await openPeer(t, (socket) => {
    floods('', '220-and so on\r\n', 64 << 20)(socket);
    socket.emit('data', Buffer.alloc(0));
  });
  const tried = await tryOnce('smtp', peer, circumstances);
  t.match(tried, { failure: 'protocol_mismatch', error: /more than 64 lines/ });
  await peer.deserted();
  t.ok(peer.sent() < 32 << 20, `${peer.sent()} bytes were taken`);
});

t.test('silence at each step', async (t) => {
  const silences = [
    [[], ['connect', '✗handshake']],
    [['220-wait\r\n'], ['connect', '✗handshake']],
    [[GREETING], ['connect', 'handshake', '✗request']],
    [
      [GREETING, WITH_TLS],
      ['connect', 'handshake', '✗request'],
    ],
    [
      [GREETING, '250-relay.test\r\n250-STARTTLS\r\n'],
      ['connect', 'handshake', '✗request'],
    ],
  ] as const;
  const attempts = silences.map(async ([answers, steps]) => {
    const [greeting = '', ...rest] = answers;
    const peer = await openPeer(t, script(greeting, ...rest));
    const tried = await tryOnce('smtp', peer, { ...circumstances, stepMs: 1000 });
    t.match(tried, { failure: 'protocol_timeout', steps }, JSON.stringify(answers));
    t.equal(tried.facts.bytesReceived, answers.join('').length, 'what had come is counted');
    await peer.deserted();
  });
  const mute = await openPeer(t, script(GREETING, WITH_TLS, READY));
  const tried = await tryOnce('smtp', mute, { ...circumstances, stepMs: 1000 });
  t.match(tried, { failure: 'tls_timeout', facts: { proof: 'reply', smtp: { startTls: true } } });
  await Promise.all(attempts);
});

t.test('one byte at a time does not extend a step', async (t) => {
  const peer = await openPeer(t, drips(GREETING.repeat(20), 50));
  const tried = await tryOnce('smtp', peer, { ...circumstances, stepMs: 400 });
  t.equal(tried.failure, 'protocol_timeout');
  t.ok(tried.ms < 5000);
  await peer.deserted();
});

t.test('an end or a reset at each step', async (t) => {
  const endings = [(socket: net.Socket) => socket.end(), (socket: net.Socket) => socket.resetAndDestroy()];
  for (const ending of endings) {
    for (const [commands, ...replies] of [
      [0],
      [0, '220-half\r\n'],
      [1, GREETING],
      [1, GREETING, '250-half\r\n'],
      [2, GREETING, WITH_TLS],
    ] as const) {
      const [greeting = '', ...rest] = replies;
      const peer = await openPeer(t, (socket) => {
        script(greeting, ...rest)(socket);
        let received = 0;
        if (commands === 0) setImmediate(() => ending(socket));
        socket.on('data', () => {
          received += 1;
          if (received === commands) ending(socket);
        });
      });
      t.match(
        await tryOnce('smtp', peer, circumstances),
        { failure: 'protocol_closed' },
        JSON.stringify(replies),
      );
    }
  }
  t.match(await tryOnce('smtp', await openPeer(t, closes), circumstances), {
    failure: 'protocol_closed',
    error: 'closed after 0 bytes of a message',
  });
});

t.test('TLS that goes wrong after STARTTLS', async (t) => {
  const endsTls = (replies: string | Uint8Array | null): Behaviour => {
    return (socket) => {
      let received = 0;
      socket.write(GREETING);
      socket.on('data', () => {
        received += 1;
        if (received === 1) socket.write(WITH_TLS);
        else if (received === 2) socket.write(READY);
        else if (replies === null) socket.end();
        else socket.write(replies);
      });
    };
  };
  for (const [replies, failure] of [
    [tlsAlert(40), 'tls_alert'],
    ['250 I would rather not\r\n', 'tls_not_tls'],
    [null, 'tls_closed'],
  ] as const) {
    const peer = await openPeer(t, endsTls(replies));
    t.match(await tryOnce('smtp', peer, circumstances), { failure, facts: { proof: 'reply' } }, failure);
  }
});

t.test('TLS where plain text is due', async (t) => {
  const peer = await openTlsPeer(t, own, sends('220 too late\r\n'));
  const tried = await tryOnce('smtp', peer, { ...circumstances, stepMs: 1000 });
  t.match(
    tried,
    { failure: 'protocol_timeout', steps: ['connect', '✗handshake'] },
    'both wait for the other',
  );
});

t.test('a server that says nothing more once TLS stands', async (t) => {
  const peer = await openPeer(t, (socket) => {
    let received = 0;
    socket.write(GREETING);
    const listen = (): void => {
      received += 1;
      if (received === 1) socket.write(WITH_TLS);
      if (received !== 2) return;
      socket.off('data', listen);
      const secured = new TLSSocket(socket, { isServer: true, ...own });
      secured.on('error', () => undefined);
      silent(secured);
      socket.write(READY);
    };
    socket.on('data', listen);
  });
  const tried = await tryOnce('smtp', peer, { ...circumstances, stepMs: 1000 });
  t.match(tried, {
    failure: 'protocol_timeout',
    steps: ['connect', 'handshake', 'request', 'tls', '✗request'],
    facts: { proof: 'reply', smtp: { capabilities: ['PIPELINING', 'STARTTLS'] } },
  });
});
