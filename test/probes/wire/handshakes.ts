/** Repeats handshakes and closes at once. A separate program, because a defect here crashes the process. */
import { TrustStore } from '../../../probes/wire/trust.ts';
import { authority, identity, server } from '../../servers/certificates.ts';
import { openTlsPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const closing: (() => unknown)[] = [];
const root = await authority('CN=Root');
const leaf = await server(root, ['known.test']);
const peer = await openTlsPeer({ teardown: (fn) => closing.push(fn) }, identity(leaf));
const trust = new TrustStore([root.pem]);
for (let count = 0; count < 60; count += 1) {
  const { failure } = await tryOnce('tls', peer, { trust, target: { host: 'known.test' } });
  if (failure !== null) throw new Error(failure);
}
for (const close of closing) close();
process.stdout.write(`${peer.accepted()} handshakes\n`);
