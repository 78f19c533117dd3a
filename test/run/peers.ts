/** A name server on loopback, and a system that reaches only loopback. */
import net from 'node:net';
import { Packet } from 'dns2';
import { createSystem, type Redirection, type System } from '../../probes/wire/system.ts';
import { type Owner, openUdp, type Place } from '../servers/peer.ts';

/** An answer of a name server: an RCODE, addresses, or no answer. */
export type NameAnswer =
  | { readonly rcode: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' }
  | { readonly addresses: readonly string[]; readonly cname?: string }
  | 'silence';

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

export interface NameServer {
  readonly port: number;
  /** The questions in order: `A name`. */
  readonly questions: readonly string[];
}

/** A name server over UDP, with the codec of dns2. */
export async function nameServer(
  t: Owner,
  answerFor: (name: string) => NameAnswer,
  at: Place = {},
): Promise<NameServer> {
  const questions: string[] = [];
  const socket = await openUdp(t, at);
  socket.on('message', (bytes, from) => {
    const request = Packet.parse(bytes);
    const [question] = request.questions;
    if (question === undefined) return;
    questions.push(`${question.type === Packet.TYPE.A ? 'A' : 'AAAA'} ${question.name}`);
    const answer = answerFor(question.name.toLowerCase());
    if (answer === 'silence') return;
    socket.send(reply(request, question, answer).toBuffer(), from.port, from.address);
  });
  return { port: socket.address().port, questions };
}

function reply(
  request: Packet,
  question: Packet['questions'][number],
  answer: Exclude<NameAnswer, 'silence'>,
) {
  const response = Packet.createResponseFromRequest(request);
  response.header.ra = 1;
  if ('rcode' in answer) {
    response.header.rcode = RCODES[answer.rcode];
    return response;
  }
  const owner = answer.cname ?? question.name;
  const fields = { class: Packet.CLASS.IN, ttl: 60 };
  if (answer.cname !== undefined) {
    const { name } = question;
    response.answers.push(
      new Packet.Resource({ ...fields, name, type: Packet.TYPE.CNAME, domain: answer.cname }),
    );
  }
  for (const address of answer.addresses) {
    const type = net.isIPv6(address) ? Packet.TYPE.AAAA : Packet.TYPE.A;
    if (type === question.type)
      response.answers.push(new Packet.Resource({ ...fields, name: owner, type, address }));
  }
  return response;
}

/** A closed port, which the kernel refuses at once. */
const REFUSED = { address: '127.0.0.1', port: 1 } as const;

export interface ClosedWorld extends System {
  /** Requested destinations before redirection, without duplicates: `host address:port`. */
  readonly wanted: ReadonlySet<string>;
  /** Number of TCP and UDP sockets. */
  readonly opened: () => number;
}

/**
 * A system that sends nothing beyond loopback: a destination without a redirection is refused. A socket to an unrouted
 * address throws, so that the test shows a defect.
 */
export function closedWorld(redirections: readonly Redirection[] = []): ClosedWorld {
  const real = createSystem(redirections);
  const wanted = new Set<string>();
  let opened = 0;
  const inside = (address: string): void => {
    opened += 1;
    if (address !== '127.0.0.1') throw new Error(`a socket to ${address} that was not routed`);
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

/** A socket that the system refuses to open, with the error that the runtime emits. */
export function brokenSocket(code: string, address: string): net.Socket {
  const socket = new net.Socket();
  const details = { code, syscall: 'connect', address };
  process.nextTick(() => socket.destroy(Object.assign(new Error(`connect ${code} ${address}`), details)));
  return socket;
}
