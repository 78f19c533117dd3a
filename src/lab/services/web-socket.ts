import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What a server adds to the client's key before it hashes it (RFC 6455, 1.3). */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const AMQP_PATH = '/$servicebus/websocket';

/** Agrees to AMQP over WebSockets as a namespace of Event Hubs does, and to no other upgrade. */
export function upgradeToWebSocket({ url, headers }: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  const host = headers.host?.split(':')[0] ?? '';
  const key = headers['sec-websocket-key'];
  const isOffered = headers['sec-websocket-protocol'] === 'AMQPWSB10';
  if (!host.includes('.servicebus.') || url !== AMQP_PATH || key === undefined || !isOffered) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const accept = createHash('sha1').update(`${key}${MAGIC}`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: AMQPWSB10\r\n\r\n`,
  );
  socket.resume();
}
