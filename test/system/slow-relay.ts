/** Passes datagrams on to another DNS server, and its answers back, each after a while: `node slow-relay.ts FROM TO MS`. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const [, , from = '', to = '', delay = ''] = process.argv;
const listener = dgram.createSocket('udp4');
listener.on('message', (question, client) => {
  const upstream = dgram.createSocket('udp4');
  upstream.on('message', (answer) => {
    setTimeout(() => listener.send(answer, client.port, client.address), Number(delay));
    upstream.close();
  });
  upstream.send(question, 53, to);
});
listener.bind(53, from);
await once(listener, 'listening');
// The test waits for a TCP listener before it starts.
createServer((socket) => socket.destroy()).listen(53, from);
