/** The ClientHello against a device that reads only the first TCP segment of a connection. */
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import t from 'tap';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { authority, identity, server } from '../../servers/certificates.ts';
import { firstSegmentOnly, SEGMENT } from '../../servers/first-segment.ts';
import { openTlsPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const root = await authority('CN=Root');
const leaf = await server(root, ['known.test']);
const trust = new TrustStore([], [root.pem]);

t.test('the ClientHello of a probe fits into one segment, and passes', async (t) => {
  const peer = await openTlsPeer(t, identity(leaf));
  const { port, sizes } = await firstSegmentOnly(t, peer.port);
  for (const host of ['known.test', `${'a'.repeat(63)}.${'b'.repeat(63)}.known.test`]) {
    const { failure } = await tryOnce('tls', { ...peer, port }, { trust, target: { host } });
    t.equal(failure, host === 'known.test' ? null : 'tls_name_mismatch', host);
  }
  t.ok(sizes.length === 2 && sizes.every((size) => size < 600), `${sizes} bytes`);
});

t.test('the device does reset the default ClientHello of the runtime', async (t) => {
  const peer = await openTlsPeer(t, identity(leaf));
  const { port, sizes } = await firstSegmentOnly(t, peer.port);
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'known.test', ca: root.pem });
  const [error] = await once(socket, 'error');
  t.match(error, { code: 'ECONNRESET' });
  t.ok((sizes[0] ?? 0) > SEGMENT, `${sizes} bytes`);
});
