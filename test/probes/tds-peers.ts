/** SQL servers for the tests of TDS: captured bytes, and functions to build others. */
import type { Server } from 'node:net';
import { TrustStore } from '../../probes/wire/trust.ts';
import { authority, server } from '../servers/certificates.ts';
import type { Behaviour } from '../servers/peer.ts';
import { bytes } from './codec.ts';

export const HOST = 'known.database.windows.net';
export const root = await authority('CN=Root');
export const leaf = await server(root, ['*.database.windows.net']);
const trust = new TrustStore([root.pem], []);
export const known = { trust, target: { host: HOST } };

/** The captured reply of SQL Server 2008, with this encryption byte. */
export const reply = (encryption: string): Uint8Array =>
  bytes(
    '04 01 00 2b 00 00 01 00',
    '00 00 1a 00 06 01 00 20 00 01 02 00 21 00 01 03 00 22 00 00 04 00 22 00 01 ff',
    `0a 00 09 e3 00 00 ${encryption} 00 01`,
  );

/** A packet of type PRELOGIN, which carries TLS. */
export function wrapped(payload: Uint8Array): Uint8Array {
  return Uint8Array.from([
    0x12,
    1,
    (payload.length + 8) >> 8,
    (payload.length + 8) & 255,
    0,
    0,
    1,
    0,
    ...payload,
  ]);
}

/** Answers PRELOGIN with REQ, and then handles the ClientHello. */
export function encrypting(afterwards: Behaviour): Behaviour {
  return (socket) => {
    socket.once('data', () => {
      socket.write(reply('03'));
      afterwards(socket);
    });
  };
}

/** A server behind a relay for each connection. */
export function passedTo(server: Server, onData: (chunk: Buffer) => void = () => undefined): Behaviour {
  return (socket) => {
    socket.on('data', onData);
    server.emit('connection', socket);
  };
}
