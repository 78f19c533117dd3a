/** A program: peers that stop answering at one step. Prints a line when they listen. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Accepts, reads, and never answers. */
const mute = (socket: Socket): void => void socket.on('error', () => {}).resume();
/** A proxy that opens every tunnel, in which no peer answers. */
const tunnel = (socket: Socket): void => {
  mute(socket);
  socket.once('data', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
};

const servers = [
  createServer(mute).listen(7001, '127.0.0.1'),
  createServer(tunnel).listen(7002, '127.0.0.1'),
];
await Promise.all(servers.map((server) => once(server, 'listening')));
process.stdout.write('ready\n');
