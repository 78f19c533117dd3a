/** One question to one DNS server, over UDP or TCP. */
import type { Socket as DatagramSocket } from 'node:dgram';
import { ProbeError } from '../failures.ts';
import { type Budget, runIsOver, within } from './budget.ts';
import { type DnsReply, encodeQuestion, type Question, readReply } from './dns-message.ts';
import { toProbeError } from './failure.ts';
import type { Endpoint, Outside } from './outside.ts';

/** How often a question is sent over UDP within its step: datagrams do get lost. */
const TRANSMISSIONS = 3;

export interface QueryContext {
  readonly outside: Outside;
  readonly server: Endpoint;
  /** The server's name where it has one: redirections may be given for it. */
  readonly host?: string;
  readonly budget: Budget;
}

/**
 * Over UDP from a fresh port, with a random id; what does not answer this very question is ignored
 * (RFC 5452 section 9).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed
 */
export async function queryUdp(context: QueryContext, question: Question): Promise<DnsReply> {
  const { outside, budget } = context;
  if (budget.signal.aborted) throw runIsOver();
  const { address, port } = destination(context);
  const id = randomId(outside);
  const socket = outside.datagram(address);
  const sending = new Sending(socket, id, question, budget.stepMs / TRANSMISSIONS);
  let garbage: string | null = null;
  const answered = new Promise<DnsReply>((resolve, reject) => {
    socket.on('error', (error) => reject(toProbeError(error, 'dns')));
    socket.on('message', (bytes) => {
      const result = readReply(bytes, id, question);
      if (result.kind === 'malformed') {
        garbage = result.why;
        // Anybody can send garbage, but only who saw the question knows its id.
        if (bytes.length >= 2 && bytes.readUInt16BE(0) === id) reject(malformed(garbage));
      } else if (result.kind === 'reply' && !sending.againWithoutEdns(result.reply)) {
        resolve(result.reply);
      }
    });
    socket.once('connect', () => sending.begin());
    // A connected socket hears only this server, and hears of an unreachable port at once.
    socket.connect(port, address);
  });
  try {
    return await within(budget, 'dns', answered);
  } catch (error) {
    const silent = error instanceof ProbeError && error.failure === 'dns_timeout';
    throw silent && garbage !== null ? malformed(garbage) : error;
  } finally {
    sending.end();
    // Nothing is sent through a closed socket; its other listeners are the runtime's way to the close itself.
    socket.removeAllListeners('connect').close();
  }
}

/** The datagrams of one question. */
class Sending {
  readonly #socket: DatagramSocket;
  readonly #intervalMs: number;
  readonly #full: Uint8Array;
  readonly #plain: Uint8Array;
  #sent = 0;
  #isPlain = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: DatagramSocket, id: number, question: Question, intervalMs: number) {
    this.#socket = socket;
    this.#intervalMs = intervalMs;
    this.#full = encodeQuestion(id, question);
    this.#plain = encodeQuestion(id, question, false);
  }

  begin(): void {
    this.#send();
    this.#timer = setInterval(() => this.#send(), this.#intervalMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Takes an error that may be about EDNS alone as a reason to ask once more without it. */
  againWithoutEdns({ rcode }: DnsReply): boolean {
    if (this.#isPlain || (rcode !== 'FORMERR' && rcode !== 'NOTIMP')) return false;
    this.#isPlain = true;
    this.#socket.send(this.#plain);
    return true;
  }

  /** The last one goes without EDNS: some firewalls swallow what they do not know. */
  #send(): void {
    this.#sent += 1;
    this.#isPlain ||= this.#sent === TRANSMISSIONS;
    this.#socket.send(this.#isPlain ? this.#plain : this.#full);
  }
}

/**
 * Over TCP, with the two bytes of length in front (RFC 1035 section 4.2.2).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed
 */
export async function queryTcp(context: QueryContext, question: Question): Promise<DnsReply> {
  const { outside, budget } = context;
  if (budget.signal.aborted) throw runIsOver();
  const id = randomId(outside);
  const message = encodeQuestion(id, question);
  const socket = outside.stream(destination(context));
  const answered = new Promise<DnsReply>((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('error', (error) => reject(toProbeError(error, 'dns')));
    socket.on('close', () =>
      reject(new ProbeError('dns_unreachable', 'the connection ended without an answer')),
    );
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on('data', (bytes: Buffer) => {
      // The length field itself bounds what is kept: 64 KiB and no more.
      received = Buffer.concat([received, bytes]);
      if (received.length < 2) return;
      const end = 2 + received.readUInt16BE(0);
      if (received.length < end) return;
      const result = readReply(received.subarray(2, end), id, question);
      if (result.kind === 'reply') resolve(result.reply);
      else reject(malformed(result.why));
    });
  });
  try {
    return await within(budget, 'dns', answered);
  } finally {
    // The listener for errors stays: a socket can still break while it is being closed.
    socket.destroy();
  }
}

function destination({ outside, server, host }: QueryContext): Endpoint {
  return outside.route(host ?? server.address, server.address, server.port);
}

function malformed(why: string): ProbeError {
  return new ProbeError('dns_malformed', why);
}

function randomId(outside: Outside): number {
  return Buffer.from(outside.random(2)).readUInt16BE(0);
}
