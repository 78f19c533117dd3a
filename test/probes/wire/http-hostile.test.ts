import t from 'tap';
import { dial } from '../../../probes/wire/dial.ts';
import { get } from '../../../probes/wire/http.ts';
import {
  closes,
  drips,
  floods,
  sends,
  sendsAndCloses,
  sendsAndResets,
  silent,
} from '../../servers/behaviours.ts';
import { openPeer } from '../../servers/peer.ts';
import { failed, sessionWith, tryOnce } from '../try.ts';

const MEGABYTE = 1024 * 1024;
const HEAD = 'HTTP/1.1 200 OK\r\n';

t.test('what is not HTTP', async (t) => {
  const replies: Record<string, string | Uint8Array> = {
    'HTTP/0.9': '<html>hello</html>',
    'another protocol': '220 smtp.test ESMTP\r\n',
    'binary garbage': Uint8Array.from([0, 1, 2, 3, 255, 254]),
    'a TLS alert': Uint8Array.from([21, 3, 3, 0, 2, 2, 80]),
    'a status of four digits': 'HTTP/1.1 9999 What\r\n\r\n',
    'HTTP/2': Uint8Array.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    'a status of 000': 'HTTP/1.1 000 X\r\n\r\n',
    'a status of 099, and its body': 'HTTP/1.1 099 X\r\ncontent-length: 2\r\n\r\nhi',
    'a length beyond all numbers': `${HEAD}content-length: ${'9'.repeat(40)}\r\n\r\nhi`,
    'informational replies': 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17),
    'an unwanted upgrade': 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'a negative length': `${HEAD}content-length: -2\r\n\r\nhi`,
    'two lengths': `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nhi!`,
    'a version 2 in text': 'HTTP/2 200 OK\r\n\r\n',
    'a header without a name': `${HEAD}: a\r\n\r\n`,
    'a bare line feed in a header': `${HEAD}server: a\nb\r\n\r\n`,
  };
  for (const [name, reply] of Object.entries(replies)) {
    const peer = await openPeer(t, sends(reply));
    const tried = await tryOnce('http', peer);
    t.match(
      tried,
      { failure: 'protocol_mismatch', steps: ['connect', '✗request'], facts: { proof: 'connect' } },
      name,
    );
    t.equal(tried.facts.bytesReceived, Buffer.byteLength(reply), `${name}, counted`);
    t.equal(tried.facts.http, undefined);
    await peer.deserted();
    t.equal(peer.accepted(), 1, 'not dialled again');
  }
});

t.test('what a strict parser refuses and the agent can still read', async (t) => {
  const page = (head: string): string => head.replaceAll('|', '\n');
  const replies: Record<string, [reply: string, status: number, body: string]> = {
    // RFC 9112, 2.2: a recipient may recognise a single LF as a line end.
    'LF only': [page('HTTP/1.1 403 Forbidden|server: x|content-length: 2||hi'), 403, 'hi'],
    'LF only, without a length': [page('HTTP/1.0 403 Forbidden|server: x||hi'), 403, 'hi'],
    'LF only, after an empty line': [
      page('|HTTP/1.1 403 Forbidden|server: x|content-length: 2||hi'),
      403,
      'hi',
    ],
    'LF in some lines': [`HTTP/1.1 403 Forbidden\r\nserver: x\ncontent-length: 2\r\n\nhi`, 403, 'hi'],
    'LF only, after an unsolicited 100': [
      page('HTTP/1.1 100 Continue||HTTP/1.1 200 OK|server: x|content-length: 2||hi'),
      200,
      'hi',
    ],
    'no reason phrase': [page('HTTP/1.1 403|server: x|content-length: 2||hi'), 403, 'hi'],
    // RFC 9112, 6.3: the transfer coding overrides the length.
    'a length beside chunks': [
      `${HEAD}server: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
      200,
      'hi',
    ],
  };
  for (const [name, [reply, status, bodyStart]] of Object.entries(replies)) {
    const tried = await tryOnce('http', await openPeer(t, sendsAndCloses(reply)));
    t.match(tried, { failure: null, facts: { http: { status, bodyStart, headers: { server: 'x' } } } }, name);
    t.equal(tried.facts.received, undefined, `${name}: not a text in the place of HTTP`);
  }
  const escaping = await openPeer(
    t,
    sendsAndCloses(`${HEAD}server: a\u001b[31m\r\ncontent-length: 0\r\n\r\n`),
  );
  t.equal(
    (await tryOnce('http', escaping)).facts.http?.headers['server'],
    'a\\u{1b}[31m',
    'and is printable',
  );
});

t.test('what came in the place of HTTP is recorded', async (t) => {
  for (const [reply, text] of [
    ['HTTP/1.1 9999 What\r\n\r\n', 'HTTP/1.1 9999 What'],
    ['220 smtp.test ESMTP\r\n', '220 smtp.test ESMTP'],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 'SSH-2.0-OpenSSH_9.2p1'],
    [Uint8Array.from([0, 1, 2, 3, 255, 254]), undefined],
  ] as const) {
    const tried = await tryOnce('http', await openPeer(t, sends(reply)));
    t.equal(tried.failure, 'protocol_mismatch');
    t.equal(tried.facts.received?.text, text);
  }
});

t.test('incomplete replies are recorded', async (t) => {
  const chunked = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
  const cases = [
    ['in the head', sendsAndCloses('HTTP/1.1 200 OK\r\nserv'), 'protocol_closed', undefined],
    ['before it', sendsAndCloses(''), 'protocol_closed', undefined],
    [
      'in a body of known length',
      sendsAndCloses(`${HEAD}content-length: 9\r\n\r\nhi`),
      'protocol_closed',
      'hi',
    ],
    [
      'in the last reply of a connection',
      sendsAndCloses(`${HEAD}connection: close\r\ncontent-length: 9\r\n\r\nhi`),
      'protocol_closed',
      'hi',
    ],
    ['in a chunk', sendsAndCloses(`${chunked}5\r\nhi`), 'protocol_closed', 'hi'],
    ['by a reset', sendsAndResets(`${HEAD}content-length: 9\r\n\r\nhi`), 'protocol_closed', undefined],
    ['into nonsense', sends(`${chunked}2\r\nhi\r\nzzz\r\n`), 'protocol_mismatch', 'hi'],
    ['into silence', sends(`${HEAD}content-length: 9\r\n\r\nhi`), 'protocol_timeout', 'hi'],
  ] as const;
  for (const [name, behave, failure, body] of cases) {
    const peer = await openPeer(t, behave);
    const stepMs = failure === 'protocol_timeout' ? 1000 : 20_000;
    const tried = await tryOnce('http', peer, { stepMs });
    t.match(tried, { failure, steps: ['connect', '✗request'], facts: { proof: 'connect' } }, name);
    // After a reset the system may drop bytes that were not read yet.
    if (body !== undefined) t.match(tried.facts.http, { status: 200, bodyStart: body }, name);
    await peer.deserted();
  }
});

t.test('a connection that has ended before the request is not dialled again', async (t) => {
  const peer = await openPeer(t, closes);
  t.match(await tryOnce('http', peer), { failure: 'protocol_closed', steps: ['connect', '✗request'] });
  const session = sessionWith(peer);
  const socket = await dial(session);
  socket.destroy();
  const error = await failed(get(session, socket, { origin: 'http://known.test', path: '/' }));
  t.match(error, { failure: 'protocol_closed', message: 'socket hang up' });
  await peer.deserted();
  t.equal(peer.accepted(), 2);
});

t.test('bytes beyond the announced length are ignored', async (t) => {
  const peer = await openPeer(t, sends(`${HEAD}content-length: 2\r\n\r\nhi, and HTTP/1.1 500 too`));
  t.match(await tryOnce('http', peer), { failure: null, facts: { http: { status: 200, bodyStart: 'hi' } } });
  await peer.deserted();
});

t.test('a hundred megabytes cost 64 KiB', async (t) => {
  const chunked = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
  const chunk = `20\r\n${'wiki'.repeat(8)}\r\n`;
  for (const [name, bodyBytes, behave] of [
    [
      'of known length',
      65_536,
      floods(`${HEAD}content-length: ${100 * MEGABYTE}\r\n\r\n`, 'x', 100 * MEGABYTE),
    ],
    ['until the end of the connection', 65_536, floods(`${HEAD}\r\n`, 'x', 100 * MEGABYTE)],
    ['in chunks', 65_536, floods(chunked, chunk, 100 * MEGABYTE)],
    // At most 4,096 tiny chunks are read.
    ['in tiny chunks', 16_384, floods(chunked, '4\r\nwiki\r\n', 100 * MEGABYTE)],
  ] as const) {
    const peer = await openPeer(t, behave);
    const tried = await tryOnce('http', peer);
    t.match(tried, { failure: null, facts: { http: { status: 200, bodyBytes } } }, name);
    t.equal(tried.facts.http?.bodyStart.length, 256);
    await peer.deserted();
    t.ok(peer.sent() < 20 * MEGABYTE, `${name}: ${peer.sent()} bytes left the server, most into buffers`);
  }
});

t.test('headers without end, in one piece or in many', async (t) => {
  const heads = {
    'one header': floods(`${HEAD}x: `, 'a', 100 * MEGABYTE),
    'many headers': floods(HEAD, 'x: a\r\n', 100 * MEGABYTE),
    'a status line': floods('HTTP/1.1 200 ', 'a', 100 * MEGABYTE),
    'informational replies': floods('', 'HTTP/1.1 103 Early Hints\r\n\r\n', 100 * MEGABYTE),
  };
  for (const [name, behave] of Object.entries(heads)) {
    const peer = await openPeer(t, behave);
    const tried = await tryOnce('http', peer, { stepMs: 300 });
    t.match(tried.failure, /^protocol_(mismatch|timeout)$/, name);
    t.ok(tried.ms < 10_000, 'ended by the limit or the timeout');
    await peer.deserted();
  }
});

t.test('an unsolicited 100 Continue is skipped', async (t) => {
  const peer = await openPeer(t, sends(`HTTP/1.1 100 Continue\r\n\r\n${HEAD}content-length: 0\r\n\r\n`));
  t.match(await tryOnce('http', peer), { failure: null, facts: { http: { status: 200 } } });
});

t.test('an unsolicited 103 and 102 are skipped as well', async (t) => {
  const before = 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
  const peer = await openPeer(t, sends(`${before}${HEAD}content-length: 0\r\n\r\n`));
  t.match(await tryOnce('http', peer), { failure: null, facts: { http: { status: 200 } } });
});

t.test('of many headers the first 256 count', async (t) => {
  const names = Array.from({ length: 300 }, (_, index) => `x${index}: y\r\n`).join('');
  const peer = await openPeer(
    t,
    sends(`${HEAD}server: first\r\n${names}via: last\r\ncontent-length: 2\r\n\r\nhi`),
  );
  const { failure, facts } = await tryOnce('http', peer);
  t.equal(failure, null);
  t.same(facts.http?.headers, { server: 'first' });
  t.equal(facts.http?.bodyStart, 'hi', 'the length applies at any position');
});

t.test('a page that arrives byte by byte is read completely', async (t) => {
  const page = 'a page of its own';
  const peer = await openPeer(
    t,
    drips(
      `${HEAD}transfer-encoding: chunked\r\n\r\n${[...page].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`,
      1,
    ),
  );
  const { failure, facts } = await tryOnce('http', peer, { stepMs: 20_000 });
  t.equal(failure, null);
  t.equal(facts.http?.bodyStart, page);
});

t.test('evidence of any bytes is printable', async (t) => {
  const body = Buffer.concat([
    Buffer.from('\u001b]0;owned\u0007\r\n\u202egnp.exe\u2066\u0085\ufeff', 'utf8'),
    Buffer.from([0xff, 0xfe, 0xed, 0xa0, 0x80]),
    Buffer.from('\u0000x'.repeat(500)),
  ]);
  const head = Buffer.concat([
    Buffer.from(`${HEAD}content-length: ${body.length}\r\nserver: `),
    Buffer.from('a\u202eb', 'utf8'),
    Buffer.from([0xff, 0x9b]),
    Buffer.from(`\r\nvia: ${'v'.repeat(2000)}\r\n\r\n`),
  ]);
  const peer = await openPeer(t, sends(Buffer.concat([head, body])));
  const { failure, facts } = await tryOnce('http', peer);
  t.equal(failure, null);
  t.equal(facts.http?.bodyBytes, body.length, 'the bytes are counted, not the characters');
  const texts = [facts.http?.bodyStart ?? '', ...Object.values(facts.http?.headers ?? {})];
  for (const text of texts) {
    t.notMatch(text, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    t.ok(text.length <= 512);
  }
  t.match(texts[0], /^\\u\{1b\}\]0;owned\\u\{7\} \\u\{202e\}gnp/);
});

t.test('a reply that is incomplete when the run ends', async (t) => {
  const controller = new AbortController();
  const peer = await openPeer(t, (socket) => {
    socket.once('data', () => setImmediate(() => controller.abort()));
    silent(socket);
  });
  const tried = await tryOnce('http', peer, { signal: controller.signal });
  t.match(tried, {
    failure: 'deadline_exceeded',
    steps: ['connect', '✗request'],
    facts: { proof: 'connect' },
  });
  await peer.deserted();
});
