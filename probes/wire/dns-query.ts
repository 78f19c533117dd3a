/** One question to one DNS server, over UDP or TCP. */
import type { Socket as DatagramSocket } from 'node:dgram';
import { isIPv6, SocketAddress } from 'node:net';
import { ProbeError } from '../failures.ts';
import { type Budget, createDeadlineError, within } from './budget.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { type DnsReply, encodeQuestion, type Question, readReply } from './dns-message.ts';
import { toPeerError, toProbeError } from './failure.ts';
import type { Endpoint, System } from './system.ts';

/** How often a question is sent over UDP within its step, because datagrams get lost. */
const TRANSMISSIONS = 3;
/** ms after which an unanswered question is sent again, at the latest. */
const RETRANSMIT_AFTER = 200;

/** Counts of replies that were ignored (RFC 5452 section 9). */
export interface Ignored {
  /** A wrong id, a wrong question, or not a response. */
  wrongId: number;
  /** Not from the address and port of the server. */
  wrongSource: number;
}

export interface QueryContext {
  readonly system: System;
  readonly server: Endpoint;
  /** The server's name, if it has one: a redirection may name it. */
  readonly host?: string;
  readonly budget: Budget;
  /** Counts ignored replies, if the caller wants the counts. */
  readonly ignored?: Ignored;
}

/**
 * Asks over UDP from a new port, with a random id. Ignores datagrams from other sources and to other questions
 * (RFC 5452 section 9).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed, local_limit
 */
export async function queryUdp(context: QueryContext, question: Question): Promise<DnsReply> {
  const { system, budget, ignored } = context;
  if (budget.signal.aborted) throw createDeadlineError();
  const server = destination(context);
  const id = randomId(system);
  const socket = system.openUdp(server.address);
  const { promise, resolve, reject } = Promise.withResolvers<DnsReply>();
  const transmissions = new Transmissions(socket, server, {
    id,
    question,
    stepMs: budget.stepMs,
    fail: reject,
  });
  let malformation: string | null = null;
  socket.on('error', (error) => reject(toPeerError(error, 'dns')));
  socket.on('message', (bytes, from) => {
    if (!isFrom(server, from)) {
      if (ignored !== undefined) ignored.wrongSource += 1;
      return;
    }
    const result = readReply(bytes, id, question);
    if (result.kind === 'malformed') {
      malformation = result.why;
      // Any host can send malformed data, but only a host that saw the question knows its id.
      if (bytes.length >= 2 && bytes.readUInt16BE(0) === id) reject(malformed(malformation));
    } else if (result.kind === 'foreign') {
      if (ignored !== undefined) ignored.wrongId += 1;
    } else if (!transmissions.retryWithoutEdns(result.reply)) {
      resolve(result.reply);
    }
  });
  transmissions.begin();
  try {
    return await within(budget, 'dns', promise);
  } catch (error) {
    const silent = error instanceof ProbeError && error.failure === 'dns_timeout';
    if (!silent) throw error;
    throw malformation === null ? (transmissions.shortage ?? error) : malformed(malformation);
  } finally {
    transmissions.end();
    // Nothing may be sent on a closed socket. The other listeners stay, because the runtime needs them to close it.
    socket.removeAllListeners('connect').close();
  }
}

/** Compares canonical forms: an IPv6 address has several spellings, with or without a zone. */
function isFrom(server: Endpoint, from: Endpoint): boolean {
  if (server.port !== from.port) return false;
  return server.address === from.address || canonical(server.address) === canonical(from.address);
}

function canonical(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return isIPv6(bare) ? new SocketAddress({ address: bare, family: 'ipv6' }).address : bare;
}

/**
 * The transmissions of one question. The first uses an unconnected socket, so that replies from other sources are
 * counted. Later ones use a connected socket, because only that reports an unreachable port.
 */
class Transmissions {
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
  #hasSent = false;
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

  /** Why this machine could send no datagram; null when it sent one, or when no send failed. */
  get shortage(): ProbeError | null {
    return this.#hasSent ? null : this.#shortage;
  }

  begin(): void {
    this.#send();
    const share = this.#stepMs / TRANSMISSIONS;
    this.#schedule(Math.min(RETRANSMIT_AFTER, share), () => {
      this.#socket.once('connect', () => {
        this.#isConnected = true;
        this.#send();
      });
      this.#socket.connect(this.#server.port, this.#server.address);
    });
    this.#schedule(2 * share, () => this.#send());
  }

  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Asks once more without EDNS after an error that EDNS may have caused. */
  retryWithoutEdns({ rcode }: DnsReply): boolean {
    if (this.#isPlain || (rcode !== 'FORMERR' && rcode !== 'NOTIMP')) return false;
    this.#isPlain = true;
    this.#transmit();
    return true;
  }

  /** On a busy machine the answer may already have arrived when the timer fires, so it is read first. */
  #schedule(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      setImmediate(() => {
        if (!this.#isOver) work();
      });
    }, ms);
    this.#timers.push(timer);
  }

  /** The last transmission omits EDNS, because some firewalls drop it. */
  #send(): void {
    this.#sent += 1;
    this.#isPlain ||= this.#sent === TRANSMISSIONS;
    this.#transmit();
  }

  #transmit(): void {
    const message = this.#isPlain ? this.#plain : this.#full;
    // The runtime reports a failed send only to a callback.
    const sent = (error: Error | null): void => {
      if (error === null) this.#hasSent = true;
      if (error === null || this.#isOver) return;
      const failed = toProbeError(error, 'dns');
      // A full buffer is not final: more datagrams follow.
      if (failed.failure === 'local_limit') this.#shortage = failed;
      else if (failed.failure !== 'unexpected') this.#fail(failed);
    };
    if (this.#isConnected) this.#socket.send(message, sent);
    else this.#socket.send(message, this.#server.port, this.#server.address, sent);
  }
}

/**
 * Asks over TCP, with a two-byte length prefix (RFC 1035 section 4.2.2).
 * @throws ProbeError dns_timeout, dns_unreachable, dns_malformed, local_limit
 */
export async function queryTcp(context: QueryContext, question: Question): Promise<DnsReply> {
  const { system, budget } = context;
  if (budget.signal.aborted) throw createDeadlineError();
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
      // The two-byte length field bounds the buffer to 64 KiB.
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
    // The error listener stays: a socket can still fail while it closes.
    socket.destroy();
  }
}

/** Resolvers take an unspecified address for this host; replies come from the loopback address. */
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
