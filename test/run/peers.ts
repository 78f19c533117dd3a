/** Servers on loopback, and a world that ends there. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { Packet } from 'dns2';
import { createSystem, type Redirection, type System } from '../../probes/wire/system.ts';

/** Whatever a test leaves open is closed when it ends. */
interface Test {
  teardown(fn: () => unknown): void;
}

export interface Peer {
  readonly port: number;
  /** Connections or questions so far. */
  readonly count: () => number;
  /** The most connections that were open at once. */
  readonly most: () => number;
}

/** A TCP server that does with each connection what it is told; the number counts them from 1. */
export async function tcpPeer(t: Test, serve: (socket: net.Socket, number: number) => void): Promise<Peer> {
  const open = new Set<net.Socket>();
  let [count, most] = [0, 0];
  const server = net.createServer((socket) => {
    count += 1;
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    serve(socket, count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (server.address() as net.AddressInfo).port, count: () => count, most: () => most };
}

/** What a name server says of a name: an RCODE, its addresses, or nothing at all. */
export type Said =
  | { readonly rcode: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' }
  | { readonly addresses: readonly string[]; readonly cname?: string }
  | 'silence';

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

export interface NameServer extends Peer {
  /** The names that were asked for, with their types, in order: `A name`. */
  readonly questions: readonly string[];
}

/** A name server over UDP, with the codec of dns2. */
export async function nameServer(t: Test, say: (name: string) => Said): Promise<NameServer> {
  const questions: string[] = [];
  const socket = dgram.createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const request = Packet.parse(bytes);
    const [question] = request.questions;
    if (question === undefined) return;
    questions.push(`${question.type === Packet.TYPE.A ? 'A' : 'AAAA'} ${question.name}`);
    const said = say(question.name.toLowerCase());
    if (said === 'silence') return;
    socket.send(reply(request, question, said).toBuffer(), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return { port: socket.address().port, count: () => questions.length, most: () => 0, questions };
}

function reply(request: Packet, question: Packet['questions'][number], said: Exclude<Said, 'silence'>) {
  const response = Packet.createResponseFromRequest(request);
  response.header.ra = 1;
  if ('rcode' in said) {
    response.header.rcode = RCODES[said.rcode];
    return response;
  }
  const owner = said.cname ?? question.name;
  const fields = { class: Packet.CLASS.IN, ttl: 60 };
  if (said.cname !== undefined) {
    const { name } = question;
    response.answers.push(
      new Packet.Resource({ ...fields, name, type: Packet.TYPE.CNAME, domain: said.cname }),
    );
  }
  for (const address of said.addresses) {
    const type = net.isIPv6(address) ? Packet.TYPE.AAAA : Packet.TYPE.A;
    if (type === question.type)
      response.answers.push(new Packet.Resource({ ...fields, name: owner, type, address }));
  }
  return response;
}

/** Nobody listens there, and the kernel says so at once. */
const REFUSED = { address: '127.0.0.1', port: 1 } as const;

export interface ClosedWorld extends System {
  /** Where the program wanted to go, before any redirection: `host address:port`, each once. */
  readonly wanted: ReadonlySet<string>;
  /** How many sockets of both kinds were opened. */
  readonly opened: () => number;
}

/**
 * An outside from which nothing escapes: what no redirection takes to a peer is refused by loopback. A socket
 * that was not asked a way for throws, and so shows up as a defect.
 */
export function closedWorld(redirections: readonly Redirection[] = []): ClosedWorld {
  const real = createSystem(redirections);
  const wanted = new Set<string>();
  let opened = 0;
  const inside = (address: string): void => {
    opened += 1;
    if (address !== '127.0.0.1') throw new Error(`a socket to ${address} that no way was asked for`);
  };
  return {
    ...real,
    wanted,
    opened: () => opened,
    route: (host, address, port) => {
      wanted.add(`${host} ${address}:${port}`);
      const to = real.route(host, address, port);
      return to.address.startsWith('127.') ? to : REFUSED;
    },
    connectTcp: (endpoint) => {
      inside(endpoint.address);
      return real.connectTcp(endpoint);
    },
    openUdp: (address) => {
      inside(address);
      return real.openUdp(address);
    },
    runProgram: (argv, signal) => {
      inside(argv.at(-1) ?? '');
      return real.runProgram(argv, signal);
    },
  };
}

/** Sends everything for an address and port to a peer, as `--connect-to` does. */
export function to(peer: { readonly port: number }, host: string | null, port: number | null): Redirection {
  return { host, port, address: '127.0.0.1', toPort: peer.port };
}

/** A socket that the system refuses to open, as the runtime tells it. */
export function brokenSocket(code: string, address: string): net.Socket {
  const socket = new net.Socket();
  const details = { code, syscall: 'connect', address };
  process.nextTick(() => socket.destroy(Object.assign(new Error(`connect ${code} ${address}`), details)));
  return socket;
}
