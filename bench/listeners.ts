/** Listens on a range of loopback ports until it is stopped: `node listeners.ts FIRST COUNT`. */
import { createServer } from 'node:net';

const [first = 10_000, count = 1_000] = process.argv.slice(2).map(Number);
const server = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    createServer((socket) => socket.on('error', () => socket.destroy()).resume())
      .once('error', reject)
      .listen({ port, host: '127.0.0.1', backlog: 16 }, resolve);
  });
for (let port = first; port < first + count; port += 1) await server(port);
process.stdout.write('ready\n');
