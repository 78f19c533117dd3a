/**
 * A program: passes connections on, each chunk after a while, with a text of the server's replaced by one of the same
 * length. Its argument is JSON: the delay in ms, the two texts, and its routes.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

interface Rule {
  readonly delayMs?: number;
  readonly replace?: readonly [string, string];
  readonly routes: readonly { listen: number; address: string; port: number }[];
}

const { delayMs = 0, replace, routes }: Rule = JSON.parse(process.argv[2] ?? '');

function pass(from: Socket, to: Socket, change: (chunk: Buffer) => Buffer): void {
  from.on('data', (chunk: Buffer) => setTimeout(() => to.writable && to.write(change(chunk)), delayMs));
  from.on('end', () => setTimeout(() => to.end(), delayMs));
  from.on('error', () => to.destroy());
}

function replaced(chunk: Buffer): Buffer {
  if (replace === undefined) return chunk;
  return Buffer.from(chunk.toString('latin1').replaceAll(replace[0], replace[1]), 'latin1');
}

for (const { listen, address, port } of routes) {
  const server = createServer((socket) => {
    const onward = connect(port, address);
    pass(socket, onward, (chunk) => chunk);
    pass(onward, socket, replaced);
  });
  await once(server.listen(listen), 'listening');
}
process.stdout.write('ready\n');
