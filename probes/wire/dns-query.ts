/** One question to one DNS server, over UDP or TCP. */
import type { Socket as DatagramSocket } from 'node:dgram';
import { isIPv6, SocketAddress } from 'node:net';
import { ProbeError } from '../failures.ts';
import { type Budget, runIsOver, within } from './budget.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { type DnsReply, encodeQuestion, type Question, readReply } from './dns-message.ts';
import { toPeerError, toProbeError } from './failure.ts';
import type { Endpoint, System } from './system.ts';

/** How often a question is sent over UDP within its step: datagrams do get lost. */
const TRANSMISSIONS = 3;
/** ms after which an unanswered question is sent again, at the latest. */
const PATIENCE = 200;

/** Replies that were counted and not believed (RFC 5452 section 9). */
export interface Ignored {
  /** Another id, another question, or no response at all. */
  wrongId: number;
  /** Another address or port than the one that was asked. */
  wrongSource: number;
}

export interface QueryContext {
  readonly system: System;
  readonly server: Endpoint;
  /** The server's name where it has one: redirections may be given for it. */
  readonly host?: string;
  readonly budget: Budget;
  /** Counts what was ignored, for whoever wants to know. */
  readonly ignored?: Ignored;
}

/**
 * Over UDP from a fresh port, with a random id; what does not come from this server or does not answer this very
 * question is ignored (RFC 5452 section 9).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed, local_limit
 */
export async function queryUdp(context: QueryContext, question: Question): Promise<DnsReply> {
  const { system, budget, ignored } = context;
  if (budget.signal.aborted) throw runIsOver();
  const server = destination(context);
  const id = randomId(system);
  const socket = system.openUdp(server.address);
  const { promise, resolve, reject } = Promise.withResolvers<DnsReply>();
  const sending = new Sending(socket, server, { id, question, stepMs: budget.stepMs, fail: reject });
  let garbage: string | null = null;
  socket.on('error', (error) => reject(toPeerError(error, 'dns')));
  socket.on('message', (bytes, from) => {
    if (!isFrom(server, from)) {
      if (ignored !== undefined) ignored.wrongSource += 1;
      return;
    }
    const result = readReply(bytes, id, question);
    if (result.kind === 'malformed') {
      garbage = result.why;
      // Anybody can send garbage, but only who saw the question knows its id.
      if (bytes.length >= 2 && bytes.readUInt16BE(0) === id) reject(malformed(garbage));
    } else if (result.kind === 'foreign') {
      if (ignored !== undefined) ignored.wrongId += 1;
    } else if (!sending.againWithoutEdns(result.reply)) {
      resolve(result.reply);
    }
  });
  sending.begin();
  try {
    return await within(budget, 'dns', promise);
  } catch (error) {
    const silent = error instanceof ProbeError && error.failure === 'dns_timeout';
    if (!silent) throw error;
    throw garbage === null ? (sending.shortage ?? error) : malformed(garbage);
  } finally {
    sending.end();
    // Nothing is sent through a closed socket; its other listeners are the runtime's way to the close itself.
    socket.removeAllListeners('connect').close();
  }
}

/** An IPv6 address can be written in several ways, with its zone or without. */
function isFrom(server: Endpoint, from: Endpoint): boolean {
  if (server.port !== from.port) return false;
  return server.address === from.address || canonical(server.address) === canonical(from.address);
}

function canonical(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return isIPv6(bare) ? new SocketAddress({ address: bare, family: 'ipv6' }).address : bare;
}

/**
 * The datagrams of one question. The first goes from a socket that hears everybody, so that strangers are counted;
 * then it is connected, since only a connected socket hears of an unreachable port, and for that asks once more.
 */
class Sending {
  readonly #socket: DatagramSocket;
  readonly #server: Endpoint;
  readonly #stepMs: number;
  readonly #fail: (error: ProbeError) => void;
  readonly #full: Uint8Array;
  readonly #plain: Uint8Array;
  #sent = 0;
  #isConnected = false;
  #isPlain = false;
  #isOver = false;
  #hasLeft = false;
  #shortage: ProbeError | null = null;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    socket: DatagramSocket,
    server: Endpoint,
    parts: { id: number; question: Question; stepMs: number; fail: (error: ProbeError) => void },
  ) {
    const { id, question, stepMs, fail } = parts;
    this.#socket = socket;
    this.#server = server;
    this.#stepMs = stepMs;
    this.#fail = fail;
    this.#full = encodeQuestion(id, question);
    this.#plain = encodeQuestion(id, question, false);
  }

  /** Why no datagram has left this machine; null when one has, or when none was refused. */
  get shortage(): ProbeError | null {
    return this.#hasLeft ? null : this.#shortage;
  }

  begin(): void {
    this.#send();
    const share = this.#stepMs / TRANSMISSIONS;
    this.#later(Math.min(PATIENCE, share), () => {
      this.#socket.once('connect', () => {
        this.#isConnected = true;
        this.#send();
      });
      this.#socket.connect(this.#server.port, this.#server.address);
    });
    this.#later(2 * share, () => this.#send());
  }

  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Takes an error that may be about EDNS alone as a reason to ask once more without it. */
  againWithoutEdns({ rcode }: DnsReply): boolean {
    if (this.#isPlain || (rcode !== 'FORMERR' && rcode !== 'NOTIMP')) return false;
    this.#isPlain = true;
    this.#put();
    return true;
  }

  /** Where this machine was held up, the answer may be waiting: it is read first. */
  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      setImmediate(() => {
        if (!this.#isOver) work();
      });
    }, ms);
    this.#timers.push(timer);
  }

  /** The last one goes without EDNS: some firewalls swallow what they do not know. */
  #send(): void {
    this.#sent += 1;
    this.#isPlain ||= this.#sent === TRANSMISSIONS;
    this.#put();
  }

  #put(): void {
    const message = this.#isPlain ? this.#plain : this.#full;
    // Without a callback the runtime keeps a failure to send to itself.
    const sent = (error: Error | null): void => {
      if (error === null) this.#hasLeft = true;
      if (error === null || this.#isOver) return;
      const failed = toProbeError(error, 'dns');
      // A full buffer is no reason to give up: there are more datagrams to come.
      if (failed.failure === 'local_limit') this.#shortage = failed;
      else if (failed.failure !== 'unexpected') this.#fail(failed);
    };
    if (this.#isConnected) this.#socket.send(message, sent);
    else this.#socket.send(message, this.#server.port, this.#server.address, sent);
  }
}

/**
 * Over TCP, with the two bytes of length in front (RFC 1035 section 4.2.2).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed, local_limit
 */
export async function queryTcp(context: QueryContext, question: Question): Promise<DnsReply> {
  const { system, budget } = context;
  if (budget.signal.aborted) throw runIsOver();
  const id = randomId(system);
  const message = encodeQuestion(id, question);
  const socket = system.connectTcp(destination(context));
  const answered = new Promise<DnsReply>((resolve, reject) => {
    const received = new ByteBuffer();
    socket.on('error', (error) => reject(toPeerError(error, 'dns')));
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
      received.append(bytes);
      if (received.length < 2) return;
      const end = 2 + received.bytes.readUInt16BE(0);
      if (received.length < end) return;
      socket.removeAllListeners('data');
      const result = readReply(received.bytes.subarray(2, end), id, question);
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

/** An unspecified address stands for this very host, as resolvers have it; its replies bear another one. */
const THIS_HOST: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

function destination({ system, server, host }: QueryContext): Endpoint {
  const { address, port } = system.route(host ?? server.address, server.address, server.port);
  return { address: THIS_HOST.get(address) ?? address, port };
}

function malformed(why: string): ProbeError {
  return new ProbeError('dns_malformed', why);
}

function randomId(system: System): number {
  return Buffer.from(system.randomBytes(2)).readUInt16BE(0);
}
