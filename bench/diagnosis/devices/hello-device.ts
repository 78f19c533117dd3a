/**
 * A program: reads the ClientHello of each connection and then cuts the connection or passes it on. Its argument is JSON:
 * the action, the names that it looks for (all handshakes without them), the chance that it acts, and its routes.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

interface Rule {
  readonly action: 'reset' | 'close' | 'silence' | { alert: number } | { page: string };
  readonly names?: readonly string[];
  readonly chance?: number;
  readonly routes: readonly { listen: number; address: string; port: number }[];
}

const rule: Rule = JSON.parse(process.argv[2] ?? '');

/** The whole first record of TLS, or what came before the end. */
async function readHello(socket: Socket): Promise<Buffer> {
  let read = Buffer.alloc(0);
  while (!socket.destroyed && (read.length < 5 || read.length < 5 + read.readUInt16BE(3))) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
    else read = Buffer.concat([read, chunk]);
  }
  return read;
}

function matches(hello: Buffer): boolean {
  const { names, chance = 1 } = rule;
  return (names === undefined || names.some((name) => hello.includes(name))) && Math.random() < chance;
}

function cut(socket: Socket): void {
  const { action } = rule;
  if (action === 'reset') socket.resetAndDestroy();
  else if (action === 'close') socket.end();
  else if (action === 'silence') socket.resume();
  // A fatal alert (RFC 8446, section 6).
  else if ('alert' in action) socket.end(Buffer.from([21, 3, 3, 0, 2, 2, action.alert]));
  else socket.end(action.page);
}

for (const { listen, address, port } of rule.routes) {
  const server = createServer(async (socket) => {
    socket.on('error', () => socket.destroy());
    const hello = await readHello(socket).catch(() => Buffer.alloc(0));
    if (matches(hello)) return cut(socket);
    const onward = connect(port, address, () => onward.write(hello));
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await once(server.listen(listen), 'listening');
}
process.stdout.write('ready\n');
