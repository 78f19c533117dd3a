import type { Socket } from 'node:dgram';
import type { NtpFacts } from './facts.ts';
import { ProbeError } from './failures.ts';
import { encodeRequest, kissInWords, type NtpReply, readAnswer, toUnixMs } from './ntp-packet.ts';
import { printable } from './printable.ts';
import type { Probe } from './types.ts';
import { recordDestination } from './wire/dial.ts';
import { toPeerError, toProbeError } from './wire/failure.ts';
import type { Session } from './wire/session.ts';
import type { Endpoint, System } from './wire/system.ts';

const NONCE_OCTETS = 8;

/** A time server: the reply of a clock that has time to give, and how far this machine's clock is from it. */
export const ntp: Probe = {
  over: 'nothing',
  converse: async (session) => {
    const facts = await ask(session);
    session.facts.ntp = facts;
    const { stratum, kiss } = facts;
    if (stratum === 0 || stratum === 16) throw new ProbeError('protocol_refused', whyNoTime(stratum, kiss));
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
  /** Wall clock, ms; and the monotonic one, by which the time on the way is measured. */
  readonly at: number;
  readonly tick: number;
}

/** The datagrams of one attempt. Each has a nonce of its own, so that it is known which of them was answered. */
class Questions {
  /** What was wrong with the last datagram that was no answer. */
  flaw: string | null = null;
  readonly #socket: Socket;
  readonly #outside: System;
  readonly #asked: Question[] = [];
  #hasLeft = false;
  #shortage: ProbeError | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, system: System) {
    this.#socket = socket;
    this.#outside = system;
  }

  /** Why no datagram has left this machine; null when one has, or when none was refused. */
  get shortage(): ProbeError | null {
    return this.#hasLeft ? null : this.#shortage;
  }

  /**
   * Asks, and once more: datagrams do get lost, and two of them are no reason yet to turn a client away.
   * @throws ProbeError udp_refused; protocol_mismatch for an answer that is not NTP
   */
  ask({ address, port }: Endpoint, againAfterMs: number): Promise<NtpFacts> {
    return new Promise((resolve, reject) => {
      this.#socket.on('error', (error) => reject(toPeerError(error, 'udp')));
      this.#socket.on('message', (bytes) => {
        try {
          const facts = this.#hear(bytes);
          if (facts !== null) resolve(facts);
        } catch (error) {
          reject(error);
        }
      });
      this.#socket.once('connect', () => {
        this.#send();
        this.#timer = setTimeout(() => this.#send(), againAfterMs);
      });
      // A connected socket hears only this server, and hears of an unreachable port at once.
      this.#socket.connect(port, address);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    // Nothing is sent through a closed socket; its other listeners are the runtime's way to the close itself.
    this.#socket.removeAllListeners('connect').close();
  }

  #send(): void {
    const nonce = this.#outside.randomBytes(NONCE_OCTETS);
    this.#asked.push({ nonce, at: this.#outside.now(), tick: this.#outside.monotonicMs() });
    this.#socket.send(encodeRequest(nonce), (error) => {
      if (error === null) this.#hasLeft = true;
      else this.#sendingFailed(toProbeError(error, 'udp'));
    });
  }

  /** A refused datagram also comes as an error of the socket; only a shortage is told here alone. */
  #sendingFailed(error: ProbeError): void {
    if (error.failure === 'local_limit') this.#shortage = error;
  }

  /** Null for a datagram that answers none of the questions: anybody can send those. */
  #hear(bytes: Uint8Array): NtpFacts | null {
    const tick = this.#outside.monotonicMs();
    for (const question of this.#asked) {
      const answer = readAnswer(bytes, question.nonce);
      if (answer.kind === 'reply') return measure(answer.reply, question, tick - question.tick);
      if (answer.kind === 'malformed') throw new ProbeError('protocol_mismatch', answer.why);
      this.flaw = answer.why;
    }
    return null;
  }
}

/** RFC 5905 section 8, with the sign that the report has for clocks: this machine's minus the other's. */
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

function whyNoTime(stratum: number, kiss: string | null): string {
  if (kiss === null) return `the server has no time to give (stratum ${stratum})`;
  const words = kissInWords(kiss);
  return `the server says ${kiss}${words === null ? '' : `: ${words}`}`;
}
