/** A program: an NTP server that answers every request with a kiss code (RFC 5905, section 7.4): `node ntp-kiss.ts ADDRESS CODE`. */
import dgram from 'node:dgram';
import { once } from 'node:events';

const [, , address = '', code = ''] = process.argv;
const socket = dgram.createSocket('udp4');
socket.on('message', (request, client) => {
  const reply = Buffer.alloc(48);
  // Leap indicator 3, the version of the request, mode 4; stratum 0.
  reply[0] = 0xc0 | ((request[0] ?? 0) & 0x38) | 4;
  reply.write(code, 12, 'latin1');
  request.copy(reply, 24, 40, 48);
  socket.send(reply, client.port, client.address);
});
socket.bind(123, address);
await once(socket, 'listening');
process.stdout.write('ready\n');
