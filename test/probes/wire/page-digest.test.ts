import t from 'tap';
import { digestPage } from '../../../probes/wire/page-digest.ts';
import { sendsAndCloses } from '../../servers/behaviours.ts';
import { openPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const page = (host: string, path: string, incident: string, wording = 'This page is forbidden.'): Buffer =>
  Buffer.from(
    `<html><title>${host}</title>\n ${wording} http://${host}${path} (${encodeURIComponent(path)})\n` +
      `<p>10.1.0.4, 2026-05-04T08:30:00, incident ${incident}</p></html>`,
  );

const crl = { host: 'crl3.digicert.com', path: '/DigiCertGlobalRootG2.crl' };
const root = { host: 'www.microsoft.com', path: '/pkiops/certs/root.crt' };

t.test('a page that repeats the request has one digest at every host', async (t) => {
  const first = digestPage(page(crl.host, crl.path, '18.4f2e1602'), crl);
  t.match(first, /^[0-9a-f]{64}$/);
  t.equal(first, digestPage(page(root.host, root.path, '9.77aa0001'), root));
  t.equal(
    digestPage(page(crl.host, crl.path, 'zQ+kWvTtXyLmNoPqRsUwYgHj'), crl),
    digestPage(page(root.host, root.path, 'pLmKxWqVtYuZnRsTgHjKkLzX=='), root),
    'also with a token in letters',
  );
  t.not(first, digestPage(page(crl.host, crl.path, '18', 'Another page.'), crl), 'and another page another');
});

t.test('no digest', async (t) => {
  for (const body of ['', 'OK', 'Forbidden\r\n', '<p>403</p>']) {
    t.equal(digestPage(Buffer.from(body), crl), null, `a few characters: ${body}`);
  }
  t.equal(digestPage(Buffer.from([0x30, 0x82, 3, 0, ...new Array(500).fill(1)]), crl), null, 'binary data');
});

t.test('of a page with long runs only the start counts', async (t) => {
  for (const run of ['g ', 'ab1 ', '12:34 ', 'A+/='.repeat(8)]) {
    const start = 'A page. '.repeat(10) + run.repeat(16_384 / run.length);
    const digest = digestPage(Buffer.from(start), crl);
    t.type(digest, 'string');
    t.equal(digestPage(Buffer.from(start + run.repeat(1_000_000)), crl), digest, run);
  }
});

t.test('in the facts of a reply over plain HTTP', async (t) => {
  const body = page('known.test', '/a', '1');
  const reply = `HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const peer = await openPeer(t, sendsAndCloses(reply));
  const tried = await tryOnce('http', peer, { target: { path: '/a' } });
  t.match(tried.facts.http, { title: 'known.test', pageDigest: /^[0-9a-f]{64}$/ });
});
