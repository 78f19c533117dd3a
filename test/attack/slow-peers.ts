/**
 * A name server for `*.peers.example`, all at 10.9.0.1, and the web server there, which answers each connection
 * after so many ms (0: never): `node slow-peers.ts MS`.
 */
import dgram from 'node:dgram';
import { createServer } from 'node:net';
import { Packet } from 'dns2';

const delay = Number(process.argv[2]);
const REPLY = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
const NXDOMAIN = 3;

const names = dgram.createSocket('udp4');
names.on('message', (bytes, client) => {
  const request = Packet.parse(bytes);
  const [question] = request.questions;
  if (question === undefined) return;
  const { name, type } = question;
  const response = Packet.createResponseFromRequest(request);
  response.header.ra = 1;
  if (!name.endsWith('.peers.example')) response.header.rcode = NXDOMAIN;
  else if (type === Packet.TYPE.A) {
    const fields = { name, type, class: Packet.CLASS.IN, ttl: 60, address: '10.9.0.1' };
    response.answers.push(new Packet.Resource(fields));
  }
  names.send(response.toBuffer(), client.port, client.address);
});
names.bind(53, '127.0.0.1');

const web = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  if (delay > 0) socket.once('data', () => setTimeout(() => socket.end(REPLY), delay));
});
web.listen({ port: 80, host: '10.9.0.1', backlog: 512 }, () => process.stdout.write('listening\n'));
