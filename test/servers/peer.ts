/** Peers on loopback over TCP, TLS and UDP, each with one behaviour, for every test that needs one. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

/** Closes open sockets when a test ends. */
export interface Owner {
  teardown(fn: () => unknown): void;
}

/** Of the peers of a program that the test kills. */
export const UNTIL_KILLED: Owner = { teardown: () => undefined };

export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Number of accepted connections. */
  readonly accepted: () => number;
  /** Maximum number of simultaneous connections. */
  readonly most: () => number;
  /** Bytes written by this peer over all connections. */
  readonly sent: () => number;
  /** Settles when no connection is open. */
  readonly deserted: () => Promise<void>;
}

export type Behaviour = (socket: net.Socket) => void;

/** Where a peer listens; by default on a free port of 127.0.0.1. */
export interface Place {
  readonly address?: string;
  readonly port?: number;
}

/** Opens a peer that applies the behaviour to every connection; their numbers start at 1. */
export async function openPeer(
  t: Owner,
  behave: (socket: net.Socket, number: number) => void,
  at: Place = {},
): Promise<Peer> {
  let number = 0;
  const server = net.createServer((socket) => {
    number += 1;
    behave(socket, number);
    // A socket that is not read does not report the client's close.
    socket.resume();
  });
  return listen(t, server, at);
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
  return listen(t, server);
}

/** Has a server listen until the test ends, which also ends its connections. */
export async function listen(
  t: Owner,
  server: net.Server,
  { address = '127.0.0.1', port = 0 }: Place = {},
): Promise<Peer> {
  const open = new Set<net.Socket>();
  let [accepted, most, sent] = [0, 0, 0];
  server.on('connection', (socket: net.Socket) => {
    accepted += 1;
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      open.delete(socket);
      sent += socket.bytesWritten - socket.writableLength;
      server.emit('left');
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    address,
    port: (server.address() as net.AddressInfo).port,
    accepted: () => accepted,
    most: () => most,
    sent: () => sent,
    deserted: async () => {
      while (open.size > 0) await once(server, 'left');
    },
  };
}

/** Opens a UDP socket until the test ends. */
export async function openUdp(
  t: Owner,
  { address = '127.0.0.1', port = 0 }: Place = {},
): Promise<dgram.Socket> {
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return socket;
}

/** Opens one port for both; tries another one when its UDP port is in use. */
export async function openPair(t: Owner, behave: Behaviour): Promise<{ tcp: Peer; udp: dgram.Socket }> {
  const tcp = await openPeer(t, behave);
  const udp = await openUdp(t, { port: tcp.port }).catch(() => null);
  return udp === null ? openPair(t, behave) : { tcp, udp };
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
