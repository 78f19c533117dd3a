import type { Socket } from 'node:dgram';
import type { NtpFacts } from './facts.ts';
import { ProbeError } from './failures.ts';
import { describeKiss, encodeRequest, type NtpReply, readAnswer, toUnixMs } from './ntp-packet.ts';
import { printable } from './printable.ts';
import { createRefusal } from './refusal.ts';
import type { Probe } from './types.ts';
import { recordDestination } from './wire/dial.ts';
import { toPeerError, toProbeError } from './wire/failure.ts';
import type { Session } from './wire/session.ts';
import type { Endpoint, System } from './wire/system.ts';

const NONCE_OCTETS = 8;

/**
 * A time server: requires a reply with a valid time, and measures the offset of this machine's clock.
 *
 * Proof: a packet of a server that returns the random nonce and holds a time. NTP without keys has no stronger one, and
 * no reply makes the probe ask for less. A kiss code, or stratum 16, is the server's refusal.
 */
export const ntp: Probe = {
  over: 'nothing',
  converse: async (session) => {
    const facts = await ask(session);
    session.facts.ntp = facts;
    const { stratum, kiss } = facts;
    if (stratum === 0 || stratum === 16) {
      const refusal = { to: 'the request for the time', code: kiss ?? `stratum ${stratum}`, text: null };
      throw createRefusal(session, refusal, describeRefusal(stratum, kiss));
    }
    session.facts.proof = 'reply';
  },
};

async function ask(session: Session): Promise<NtpFacts> {
  const { system, budget } = session;
  const endpoint = recordDestination(session);
  const questions = new Questions(system.openUdp(endpoint.address), system);
  try {
    return await session.step('request', 'udp', () => questions.ask(endpoint, budget.stepMs / 2));
  } catch (error) {
    const silent = error instanceof ProbeError && error.failure === 'udp_timeout';
    if (!silent) throw error;
    if (questions.flaw !== null) throw new ProbeError('protocol_mismatch', questions.flaw);
    throw questions.shortage ?? error;
  } finally {
    questions.end();
  }
}

interface Question {
  readonly nonce: Uint8Array;
  /** System clock, ms. The monotonic `tick` measures the round trip. */
  readonly at: number;
  readonly tick: number;
}

/** The requests of one attempt. Each has its own nonce, which shows which request a reply answers. */
class Questions {
  /** What was wrong with the last datagram that was not an answer. */
  flaw: string | null = null;
  readonly #socket: Socket;
  readonly #system: System;
  readonly #asked: Question[] = [];
  #hasSent = false;
  #shortage: ProbeError | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, system: System) {
    this.#socket = socket;
    this.#system = system;
  }

  /** Why this machine could send no datagram; null when it sent one, or when no send failed. */
  get shortage(): ProbeError | null {
    return this.#hasSent ? null : this.#shortage;
  }

  /**
   * Asks, and repeats the request once, because datagrams get lost. A server does not reject a client for two requests.
   * @throws ProbeError udp_refused; protocol_mismatch for an answer that is not NTP
   */
  ask({ address, port }: Endpoint, againAfterMs: number): Promise<NtpFacts> {
    return new Promise((resolve, reject) => {
      this.#socket.on('error', (error) => reject(toPeerError(error, 'udp')));
      this.#socket.on('message', (bytes) => {
        try {
          const facts = this.#receive(bytes);
          if (facts !== null) resolve(facts);
        } catch (error) {
          reject(error);
        }
      });
      this.#socket.once('connect', () => {
        this.#send();
        this.#timer = setTimeout(() => this.#send(), againAfterMs);
      });
      // A connected socket receives only from this server, and reports an unreachable port at once.
      this.#socket.connect(port, address);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    // Nothing may be sent on a closed socket. The other listeners stay, because the runtime needs them to close it.
    this.#socket.removeAllListeners('connect').close();
  }

  #send(): void {
    const nonce = this.#system.randomBytes(NONCE_OCTETS);
    this.#asked.push({ nonce, at: this.#system.now(), tick: this.#system.monotonicMs() });
    this.#socket.send(encodeRequest(nonce), (error) => {
      if (error === null) this.#hasSent = true;
      else this.#sendingFailed(toProbeError(error, 'udp'));
    });
  }

  /** Records a shortage. Other failures also arrive as an error of the socket. */
  #sendingFailed(error: ProbeError): void {
    if (error.failure === 'local_limit') this.#shortage = error;
  }

  /** Null for a datagram that answers none of the requests: any host can send those. */
  #receive(bytes: Uint8Array): NtpFacts | null {
    const tick = this.#system.monotonicMs();
    for (const question of this.#asked) {
      const answer = readAnswer(bytes, question.nonce);
      if (answer.kind === 'reply') return measure(answer.reply, question, tick - question.tick);
      if (answer.kind === 'malformed') throw new ProbeError('protocol_mismatch', answer.why);
      this.flaw = answer.why;
    }
    return null;
  }
}

/** RFC 5905 section 8, with the report's sign for clocks: local minus remote. */
function measure(reply: NtpReply, { at }: Question, onTheWayMs: number): NtpFacts {
  const { stratum, synchronised, kiss } = reply;
  const referenceId = printable(reply.referenceId, 64);
  const facts = { stratum, synchronised, referenceId, kiss };
  if (reply.received === 0 || reply.sent === 0) return { ...facts, offsetMs: null, delayMs: null };
  const [received, sent] = [toUnixMs(reply.received, at), toUnixMs(reply.sent, at)];
  const offset = (received - at + (sent - (at + onTheWayMs))) / 2;
  return {
    ...facts,
    offsetMs: Math.round(-offset),
    delayMs: Math.max(0, Math.round((onTheWayMs - (sent - received)) * 1000) / 1000),
  };
}

function describeRefusal(stratum: number, kiss: string | null): string {
  if (kiss === null) return `the server has no valid time (stratum ${stratum})`;
  const meaning = describeKiss(kiss);
  return `the server answered ${kiss}${meaning === null ? '' : `: ${meaning}`}`;
}
