import { once } from 'node:events';
import net from 'node:net';

/** Everything in the lab listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/** A port of the lab that is open until `close` resolves. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Opens a TCP server (plain, TLS or HTTP) on a free loopback port. Closing cuts all connections,
 * so that a client that never closes its own cannot keep the lab alive.
 */
export async function listen(server: net.Server, port = 0): Promise<Listener> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the lab listens on TCP ports only');
  return address.port;
}

/** A port that accepts connections, reads, and never answers. */
export function openMutePort(): Promise<Listener> {
  return listen(net.createServer((socket) => socket.resume()));
}

/**
 * A port that refuses connections and stays refused: it is the client end of an open connection, so that
 * no other program can be given it to listen on while the lab runs.
 */
export async function openRefusingPort(): Promise<Listener> {
  const anchor = await openMutePort();
  const holder = net.connect({ host: LOOPBACK, port: anchor.port });
  await once(holder, 'connect');
  const { localPort } = holder;
  if (localPort === undefined) throw new Error('the holder of the refusing port was cut');
  return {
    port: localPort,
    async close() {
      holder.destroy();
      await anchor.close();
    },
  };
}
