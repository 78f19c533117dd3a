import { PassThrough } from 'node:stream';
import t from 'tap';
import type { Conversation } from '../../../probes/protocols.ts';
import { forgetReceived, isText, noteReceived, receivedText } from '../../../probes/wire/received.ts';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { sends, sendsAndCloses } from '../../servers/behaviours.ts';
import { authority, identity, server } from '../../servers/certificates.ts';
import { type Behaviour, openPeer, openTlsPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const FORBIDDEN =
  'HTTP/1.1 403 Forbidden\r\nServer: gate\r\nContent-Length: 28\r\n\r\n<title>Denied</title>by rule';
const TEXT = 'HTTP/1.1 403 Forbidden Server: gate Content-Length: 28 <title>Denied</title>by rule';

/** An SMTP client waits for the greeting, so there a device speaks first. */
const first = (behave: Behaviour, closes: boolean, protocol: Conversation): Behaviour => {
  if (protocol !== 'smtp') return behave;
  return (socket) => void (closes ? socket.end(FORBIDDEN) : socket.write(FORBIDDEN));
};

const heard = (bytes: string | Uint8Array): ReturnType<typeof receivedText> => {
  const stream = new PassThrough();
  noteReceived(stream, Buffer.from(bytes));
  return receivedText([stream], true);
};

t.test('HTTP in the place of each protocol is recorded, whether the peer closes or waits', async (t) => {
  const protocols: readonly Conversation[] = [
    ...(['tls', 'https', 'tds', 'amqp', 'amqps', 'smtp', 'kms', 'smb', 'redis', 'rediss'] as const),
  ];
  for (const protocol of protocols) {
    for (const [how, behave] of [
      ['and a close', first(sendsAndCloses(FORBIDDEN), true, protocol)],
      ['and silence', first(sends(FORBIDDEN), false, protocol)],
    ] as const) {
      const tried = await tryOnce(protocol, await openPeer(t, behave), { stepMs: 1000 });
      t.not(tried.failure, null);
      t.same(
        tried.facts.received,
        { text: TEXT, title: 'Denied', blockPage: null },
        `${protocol}, ${how}: ${tried.failure}`,
      );
    }
  }
});

t.test('the product is named by head, page or redirect', async (t) => {
  for (const [reply, product] of [
    ['HTTP/1.1 403 Forbidden\r\nServer: Zscaler/6.2\r\n\r\n', 'Zscaler'],
    ['HTTP/1.1 403 Forbidden\nServer: squid/5.7\n\n', 'Squid'],
    ['HTTP/1.1 200 OK\r\n\r\n<html>Powered By\r\nFortiGuard', 'FortiGate'],
    [
      'HTTP/1.1 302 Found\r\nLocation: http://10.9.0.1:6080/php/urlblock.php?args=AAA\r\n\r\n',
      'Palo Alto Networks',
    ],
    ['HTTP/1.1 470 status code 470\r\n\r\n', 'Azure Firewall'],
    ['<html>Blocked by ContentKeeper</html>', 'ContentKeeper'],
    [`HTTP/1.1 403 Forbidden\r\nx: ${'a'.repeat(900)}\r\n\r\n<p>Cyberoam is securing you.</p>`, 'Cyberoam'],
    ['HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n', null],
    ['220 gate ESMTP\r\n', null],
  ] as const) {
    const tried = await tryOnce('tls', await openPeer(t, sendsAndCloses(reply)));
    t.equal(tried.facts.received?.blockPage, product, reply);
    t.ok((tried.facts.received?.text.length ?? 999) <= 256);
  }
});

t.test('inside TLS the decrypted text is recorded', async (t) => {
  const root = await authority('CN=Root');
  const leaf = await server(root, ['known.test']);
  const peer = await openTlsPeer(t, identity(leaf), sendsAndCloses(FORBIDDEN));
  const tried = await tryOnce('amqps', peer, {
    trust: new TrustStore([root.pem], []),
    target: { host: 'known.test' },
  });
  t.equal(tried.facts.received?.text, TEXT);
});

t.test('what succeeded or was binary leaves nothing', async (t) => {
  const root = await authority('CN=Root');
  const leaf = await server(root, ['known.test']);
  const peer = await openTlsPeer(t, identity(leaf), sendsAndCloses('HTTP/1.1 204 No\r\n\r\n'));
  const trust = new TrustStore([root.pem], []);
  const target = { host: 'known.test' };
  t.equal((await tryOnce('https', peer, { trust, target })).facts.received, undefined);
  const untrusted = await tryOnce('https', peer, { target });
  t.equal(untrusted.failure, 'tls_untrusted');
  t.equal(untrusted.facts.received, undefined, 'a handshake is not text');
  const alert = await tryOnce(
    'tls',
    await openPeer(t, sendsAndCloses(Uint8Array.from([21, 3, 3, 0, 2, 2, 40]))),
  );
  t.equal(alert.failure, 'tls_alert');
  t.equal(alert.facts.received, undefined);
});

t.test('text or not', async (t) => {
  for (const text of ['HTTP/1.1 403\r\n\r\n', 'Zugriff verweigert: äöü', '拒否されました', 'a\tb\f\v']) {
    t.ok(isText(Buffer.from(text)), text);
  }
  for (const bytes of [
    [0, 1, 2, 3],
    [65, 77, 81, 80, 0, 1, 0, 0],
    [0xff, 0xfe, 0xfd, 65, 66],
  ]) {
    t.notOk(isText(Uint8Array.from(bytes)), String(bytes));
  }
});

t.test('it is bounded, printable and without secrets', async (t) => {
  const text = heard(
    'HTTP/1.1 302 Found\r\nSet-Cookie: session=secret1\r\nLocation: https://user:secret2@login.test/a?token=secret3#secret4\r\n' +
      'X: \u001b]0;owned\u0007\u202egnp\r\n\r\n',
  )?.text;
  t.equal(text, 'HTTP/1.1 302 Found Location: https://login.test/a X: \\u{1b}]0;owned\\u{7}\\u{202e}gnp');
  const stream = new PassThrough();
  for (let count = 0; count < 100_000; count += 1) noteReceived(stream, Buffer.from('a'));
  t.equal(receivedText([stream], true)?.text.length, 256);
  forgetReceived(stream);
  t.equal(receivedText([stream], true), null);
  t.equal(receivedText([], true), null);
  for (const hostile of [
    '://'.repeat(1300),
    ':'.repeat(4096),
    `://${'a'.repeat(4000)}`,
    '<title'.repeat(600),
  ]) {
    t.equal(heard(hostile)?.blockPage, null);
  }
});
