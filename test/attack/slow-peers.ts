/**
 * A name server for `*.peers.example`, all at 10.9.0.1, and the web server there, which answers each connection
 * after so many ms (0: never): `node slow-peers.ts MS`.
 */
import { nameServer } from '../run/peers.ts';
import { openPeer, UNTIL_KILLED } from '../servers/peer.ts';

const delay = Number(process.argv[2]);
const REPLY = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

await nameServer(
  UNTIL_KILLED,
  (name) => (name.endsWith('.peers.example') ? { addresses: ['10.9.0.1'] } : { rcode: 'NXDOMAIN' }),
  { port: 53 },
);
await openPeer(
  UNTIL_KILLED,
  (socket) => {
    if (delay > 0) socket.once('data', () => setTimeout(() => socket.end(REPLY), delay));
  },
  { address: '10.9.0.1', port: 80 },
);
process.stdout.write('listening\n');
