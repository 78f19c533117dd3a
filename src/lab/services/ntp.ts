import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Listener, LOOPBACK } from '../listeners.ts';

const REQUEST_BYTES = 48;
/** Seconds from 1 January 1900 to 1 January 1970 (RFC 5905, figure 4). */
const FROM_1900_S = 2_208_988_800;

/** A time server with this machine's own clock, which it calls a GPS receiver. */
export function openTimeServer(): Promise<Listener> {
  return openDatagramPort((request) => (request.length < REQUEST_BYTES ? null : reply(request)));
}

/** A datagram port that receives and never answers, as behind a rule that drops. */
export function openMuteDatagramPort(): Promise<Listener> {
  return openDatagramPort(() => null);
}

async function openDatagramPort(answer: (request: Buffer) => Buffer | null): Promise<Listener> {
  const socket = createSocket('udp4');
  socket.on('message', (request, { port, address }) => {
    const reply = answer(request);
    if (reply !== null) socket.send(reply, port, address);
  });
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** Field by field as RFC 5905, figure 8, has them. */
function reply(request: Buffer): Buffer {
  const packet = Buffer.alloc(REQUEST_BYTES);
  // No leap second, the client's own version, mode 4: server.
  packet[0] = (request.readUInt8(0) & 0b00_111_000) | 4;
  packet[1] = 1; // stratum: a primary server
  packet[2] = 6; // poll: 64 s
  packet.writeInt8(-20, 3); // precision: a microsecond
  packet.write('GPS\0', 12, 'latin1');
  writeNow(packet, 16); // reference
  request.copy(packet, 24, 40, 48); // origin: the client's transmit time
  writeNow(packet, 32); // receive
  writeNow(packet, 40); // transmit
  return packet;
}

function writeNow(packet: Buffer, at: number): void {
  const now = Date.now();
  packet.writeUInt32BE((Math.floor(now / 1000) + FROM_1900_S) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32), at + 4);
}
