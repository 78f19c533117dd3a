import type { Socket } from 'node:net';
import type { SmtpFacts } from './facts.ts';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { createRefusal } from './refusal.ts';
import { decodeReply, type SmtpReply } from './smtp-reply.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';
import { secure } from './wire/tls.ts';

/** The EHLO name, in a reserved top-level domain (RFC 2606). */
const CLIENT_NAME = 'apim-probe.invalid';

const TEXT_LIMIT = 256;
const CAPABILITY_LIMIT = 128;
const MOST_CAPABILITIES = 32;

/** What a firewall writes over `STARTTLS`, as long as the word itself, when it inspects SMTP (Cisco ASA, inspect esmtp). */
const MASKED = /^X{7}[A-Z]$/;

/**
 * SMTP (RFC 5321) without login or mail: greeting, EHLO, and STARTTLS when the server offers it (RFC 3207), so that the
 * certificate is checked.
 *
 * Proof: 220 and an accepted EHLO; where STARTTLS is listed, a valid certificate too. A reply to EHLO without STARTTLS
 * makes the probe ask for no certificate, because no document says that the relays offer TLS. A capability that a
 * firewall overwrote is recorded. A reply that only another protocol gives to EHLO is a mismatch.
 */
export const smtp: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const dialogue = new Dialogue(socket);
    const facts = await session.step('handshake', 'protocol', async () =>
      greet(session, await dialogue.readReply()),
    );
    const tlsIsDue = await session.step('request', 'protocol', async () => {
      await introduce(session, facts, dialogue);
      session.facts.proof = 'reply';
      return facts.startTls && beginTls(session, dialogue);
    });
    if (!tlsIsDue) return dialogue.leave();
    const secured = new Dialogue(await secure(session, socket));
    // The certificate replaced the proof, but SMTP was proved before it.
    session.facts.proof = 'reply';
    await session.step('request', 'protocol', () => introduce(session, facts, secured));
    secured.leave();
  },
};

/** Commands and replies over one connection. */
class Dialogue {
  readonly #socket: Socket;
  readonly #reader: MessageReader;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new MessageReader(socket);
  }

  async readReply(): Promise<SmtpReply> {
    try {
      return await this.#reader.next(decodeReply);
    } catch (error) {
      if (!(error instanceof ProbeError) || error.failure !== 'protocol_mismatch') throw error;
      const began = printable(Buffer.from(this.#reader.rest).toString('latin1'), 80);
      throw new ProbeError(
        'protocol_mismatch',
        `not an SMTP reply: ${error.message}; it began with “${began}”`,
      );
    }
  }

  /** @throws ProbeError protocol_mismatch also when the server answered before the command */
  ask(command: string): Promise<SmtpReply> {
    this.rejectExtraBytes();
    this.#socket.write(`${command}\r\n`);
    return this.readReply();
  }

  /**
   * Rejects bytes after a reply: the peer is not an SMTP server, or tries to inject plaintext into the encrypted
   * connection (STARTTLS command injection).
   */
  rejectExtraBytes(): void {
    const { length } = this.#reader.rest;
    if (length === 0) return;
    throw new ProbeError('protocol_mismatch', `${length} unsolicited bytes after the end of a reply`);
  }

  /** Sends QUIT and does not wait for the answer. */
  leave(): void {
    this.#socket.end('QUIT\r\n');
  }
}

/** @throws ProbeError after recording the text of the greeting */
function greet(session: Session, reply: SmtpReply): SmtpFacts {
  const facts: SmtpFacts = { banner: textOf(reply), capabilities: [], startTls: false };
  session.facts.smtp = facts;
  if (reply.code !== 220) throw toError(session, 'the connection', reply);
  return facts;
}

/** Sends EHLO: once without TLS and once with it, because STARTTLS resets the session (RFC 3207 section 4.2). */
async function introduce(session: Session, facts: SmtpFacts, dialogue: Dialogue): Promise<void> {
  const reply = await dialogue.ask(`EHLO ${CLIENT_NAME}`);
  if (reply.code !== 250) throw toError(session, 'EHLO', reply);
  const capabilities = reply.lines.slice(1, 1 + MOST_CAPABILITIES);
  facts.capabilities = capabilities.map((capability) => printable(capability, CAPABILITY_LIMIT));
  facts.startTls ||= capabilities.some((line) => /^STARTTLS\s*$/i.test(line));
  const masked = facts.startTls ? undefined : capabilities.find((line) => MASKED.test(line));
  if (masked !== undefined) facts.masked = masked;
}

async function beginTls(session: Session, dialogue: Dialogue): Promise<true> {
  const answer = await dialogue.ask('STARTTLS');
  if (answer.code !== 220) throw toError(session, 'STARTTLS', answer);
  dialogue.rejectExtraBytes();
  return true;
}

/**
 * Replies to EHLO that no SMTP server gives, because all support EHLO and none may want a login before it (RFC 4954
 * section 6): 500, 502 and 530. FTP servers, which greet with 220 too, do.
 */
const OF_FTP: readonly number[] = [500, 502, 530];

/** A refusal by the server, or a reply that is not of SMTP. */
function toError(session: Session, to: 'the connection' | 'EHLO' | 'STARTTLS', reply: SmtpReply): ProbeError {
  const { code } = reply;
  const detail = `${to === 'the connection' ? 'greeted' : `answered ${to}`} with ${code} ${textOf(reply)}`;
  const isForeign = code < 400 || (to === 'EHLO' && OF_FTP.includes(code));
  if (isForeign) return new ProbeError('protocol_mismatch', detail);
  return createRefusal(session, { to, code: String(code), text: reply.lines.join(' / ') }, detail);
}

function textOf({ lines }: SmtpReply): string {
  return printable(lines.join(' / '), TEXT_LIMIT);
}
