import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { decodeContent } from '../../../probes/wire/content-encoding.ts';
import { sends, sendsAndCloses } from '../../servers/behaviours.ts';
import { openPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const LIMIT = 65_536;
const PAGE =
  '<html><head><title>Denied</title></head><body>Stylesheet for Squid Error pages</body></html>'.repeat(20);

t.test('compressed bodies are decoded, others are not touched', async (t) => {
  const plain = Buffer.from(PAGE);
  for (const [encoding, body] of [
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    [' GZIP ', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['identity', plain],
    [undefined, plain],
    ['gzip', plain],
  ] as const) {
    t.equal(decodeContent(body, encoding).toString(), PAGE, String(encoding));
  }
  const brotli = brotliCompressSync(plain);
  t.equal(decodeContent(brotli, 'br'), brotli);
  t.same(decodeContent(Buffer.alloc(0), 'gzip'), Buffer.alloc(0));
});

t.test('incomplete and damaged bodies give their beginning', async (t) => {
  const noise = Array.from({ length: 4000 }, (_, index) => `${(index * 7919) % 10_007} `).join('');
  const whole = gzipSync(noise);
  const cut = decodeContent(whole.subarray(0, whole.length - 400), 'gzip').toString();
  t.ok(cut.length > 1000 && noise.startsWith(cut), `${cut.length} characters of a cut body`);
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, damaged.length - 200);
  const rest = decodeContent(damaged, 'gzip').toString();
  t.ok(rest.length > 1000 && noise.startsWith(rest.slice(0, 1000)), `${rest.length} of a damaged one`);
});

t.test('a bomb is cut off at 64 KiB', async (t) => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const decoded = decodeContent(bomb.subarray(0, 16_384), 'gzip');
  t.ok(decoded.length > 0 && decoded.length <= LIMIT, `${decoded.length} bytes`);
  const large = gzipSync(Buffer.from(PAGE.repeat(100)));
  const page = decodeContent(large, 'gzip');
  t.ok(page.length > 1000 && page.length <= LIMIT);
});

t.test('a block page is recognised in a compressed reply, also in an incomplete one', async (t) => {
  const body = gzipSync(PAGE);
  const head = `HTTP/1.1 403 Forbidden\ncontent-encoding: gzip\ncontent-length: ${body.length}\n\n`;
  for (const behave of [
    sendsAndCloses(Buffer.concat([Buffer.from(head), body])),
    sends(Buffer.concat([Buffer.from(head), body.subarray(0, body.length - 9)])),
  ]) {
    const tried = await tryOnce('http', await openPeer(t, behave), { stepMs: 1000 });
    t.match(tried, {
      failure: 'http_blocked',
      facts: { http: { status: 403, blockPage: 'Squid', title: 'Denied' } },
    });
    t.match(tried.facts.http?.bodyStart, /^<html><head><title>Denied/);
  }
});
