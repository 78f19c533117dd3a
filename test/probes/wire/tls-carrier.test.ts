import t from 'tap';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { sends } from '../../servers/behaviours.ts';
import { authority, identity, server } from '../../servers/certificates.ts';
import { openPeer, openTlsPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

/** Records of a ServerHello of 60,000 bytes that is never finished (RFC 8446 section 4). */
function begunHello(bytes: number): Buffer {
  const record = Buffer.alloc(5 + 16_384);
  record.set([22, 3, 3, 0x40, 0]);
  const message = Buffer.concat(Array.from({ length: Math.ceil(bytes / 16_384) }, () => record));
  message.set([2, 0, 0xea, 0x60, 3, 3], 5);
  return message;
}

t.test(
  'large handshakes that stall hold up other large ones until they end, and small ones never',
  async (t) => {
    const root = await authority('CN=Root');
    const leaf = await server(root, ['known.test']);
    const trust = new TrustStore([root.pem], []);
    const target = { host: 'known.test' };
    const stalling = await openPeer(t, sends(begunHello(48_000)));
    const small = await openTlsPeer(t, identity(leaf));
    const large = await openTlsPeer(t, identity(leaf, ...Array.from({ length: 60 }, () => root)));

    let over = 0;
    const stalled = Array.from({ length: 4 }, async () => {
      const tried = await tryOnce('tls', stalling, { stepMs: 1500 });
      over += 1;
      return tried;
    });
    // Time for all four to begin.
    await new Promise((done) => setTimeout(done, 500));
    t.equal((await tryOnce('tls', small, { trust, target, stepMs: 20_000 })).failure, null);
    t.equal(over, 0, 'while they stalled');
    t.equal((await tryOnce('tls', large, { trust, target, stepMs: 20_000 })).failure, null);
    t.ok(over > 0, 'in the place of one of them');
    for (const tried of await Promise.all(stalled))
      t.match(tried, { failure: 'tls_timeout', steps: ['connect', '✗tls'] });
  },
);

t.test('bytes after the handshake are not limited', async (t) => {
  const root = await authority('CN=Root');
  const leaf = await server(root, ['known.test']);
  const peer = await openTlsPeer(
    t,
    identity(leaf),
    sends(`HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n${'x'.repeat(60_000)}`),
  );
  const tries = Array.from({ length: 8 }, () =>
    tryOnce('https', peer, { trust: new TrustStore([root.pem], []), target: { host: 'known.test' } }),
  );
  for (const { failure, facts } of await Promise.all(tries)) {
    t.equal(failure, null);
    t.equal(facts.http?.bodyBytes, 60_000);
  }
});
