/** TCP peers on loopback, each with one behaviour. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

/** Closes open sockets when a test ends. */
export interface Owner {
  teardown(fn: () => unknown): void;
}

export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Number of accepted connections. */
  readonly accepted: () => number;
  /** Bytes written by this peer over all connections. */
  readonly sent: () => number;
  /** Settles when no connection is open. */
  readonly deserted: () => Promise<void>;
}

export type Behaviour = (socket: net.Socket) => void;

/** Opens a peer that applies the behaviour to every connection. */
export async function openPeer(t: Owner, behave: Behaviour, address = '127.0.0.1'): Promise<Peer> {
  const server = net.createServer((socket) => {
    behave(socket);
    // A socket that is not read does not report the client's close.
    socket.resume();
  });
  return serve(t, server, address);
}

/** The same after a TLS handshake; its errors are ignored. */
export async function openTlsPeer(
  t: Owner,
  options: tls.TlsOptions,
  behave: Behaviour = () => undefined,
): Promise<Peer> {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => socket.destroy());
    behave(socket);
    socket.resume();
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return serve(t, server, '127.0.0.1');
}

async function serve(t: Owner, server: net.Server, address: string): Promise<Peer> {
  const open = new Set<net.Socket>();
  let accepted = 0;
  let sent = 0;
  server.on('connection', (socket: net.Socket) => {
    accepted += 1;
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      open.delete(socket);
      sent += socket.bytesWritten - socket.writableLength;
      server.emit('left');
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    address,
    port: (server.address() as net.AddressInfo).port,
    accepted: () => accepted,
    sent: () => sent,
    deserted: async () => {
      while (open.size > 0) await once(server, 'left');
    },
  };
}

/** A closed port. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
