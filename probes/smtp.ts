import type { Socket } from 'node:net';
import type { SmtpFacts } from './facts.ts';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { decodeReply, type SmtpReply } from './smtp-reply.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';
import { secure } from './wire/tls.ts';

/** Ends in a name that nobody can own (RFC 2606); the server is not asked to do anything with it. */
const OUR_NAME = 'apim-probe.invalid';

const TEXT_LIMIT = 256;
const CAPABILITY_LIMIT = 128;
const MOST_CAPABILITIES = 32;

/**
 * SMTP (RFC 5321) up to where a client would log in or send mail: greeting, EHLO, and TLS where it is offered
 * (RFC 3207), so that its certificate is judged like any other.
 */
export const smtp: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const dialogue = new Dialogue(socket);
    const facts = await session.step('handshake', 'protocol', async () =>
      greet(session, await dialogue.hear()),
    );
    const tlsIsDue = await session.step('request', 'protocol', async () => {
      await introduce(facts, dialogue);
      session.facts.proof = 'reply';
      return facts.startTls && beginTls(dialogue);
    });
    if (!tlsIsDue) return dialogue.leave();
    const secured = new Dialogue(await secure(session, socket));
    // The certificate vouches for the name; that this is SMTP was shown before it.
    session.facts.proof = 'reply';
    await session.step('request', 'protocol', () => introduce(facts, secured));
    secured.leave();
  },
};

/** Commands and replies over one connection, in turn. */
class Dialogue {
  readonly #socket: Socket;
  readonly #reader: MessageReader;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#reader = new MessageReader(socket);
  }

  async hear(): Promise<SmtpReply> {
    try {
      return await this.#reader.next(decodeReply);
    } catch (error) {
      if (!(error instanceof ProbeError) || error.failure !== 'protocol_mismatch') throw error;
      const began = printable(Buffer.from(this.#reader.rest).toString('latin1'), 80);
      throw new ProbeError('protocol_mismatch', `no SMTP reply: ${error.message}; it began with “${began}”`);
    }
  }

  /** @throws ProbeError protocol_mismatch also where the answer was there before the question */
  ask(command: string): Promise<SmtpReply> {
    this.refuseMore();
    this.#socket.write(`${command}\r\n`);
    return this.hear();
  }

  /**
   * Whoever speaks out of turn is not an SMTP server, or wants its words in the clear to be taken for those of the
   * encrypted connection (the STARTTLS command injection).
   */
  refuseMore(): void {
    const { length } = this.#reader.rest;
    if (length === 0) return;
    throw new ProbeError(
      'protocol_mismatch',
      `${length} bytes after the end of a reply, which nobody asked for`,
    );
  }

  /** Says goodbye and does not wait for the answer. */
  leave(): void {
    this.#socket.end('QUIT\r\n');
  }
}

/** @throws ProbeError after the greeting's words are in the facts */
function greet(session: Session, reply: SmtpReply): SmtpFacts {
  const facts: SmtpFacts = { banner: textOf(reply), capabilities: [], startTls: false };
  session.facts.smtp = facts;
  if (reply.code !== 220) throw saidNo('the greeting', reply);
  return facts;
}

/** EHLO, once in the clear and once under TLS, where all that was said before is void (RFC 3207 section 4.2). */
async function introduce(facts: SmtpFacts, dialogue: Dialogue): Promise<void> {
  const reply = await dialogue.ask(`EHLO ${OUR_NAME}`);
  if (reply.code !== 250) throw saidNo('EHLO', reply);
  const capabilities = reply.lines.slice(1, 1 + MOST_CAPABILITIES);
  facts.capabilities = capabilities.map((capability) => printable(capability, CAPABILITY_LIMIT));
  facts.startTls ||= capabilities.some((line) => /^STARTTLS\s*$/i.test(line));
}

async function beginTls(dialogue: Dialogue): Promise<true> {
  const answer = await dialogue.ask('STARTTLS');
  if (answer.code !== 220) throw saidNo('STARTTLS', answer);
  dialogue.refuseMore();
  return true;
}

/** 500 and 502 say that a command is not known, and every server of today knows EHLO: FTP greets with 220 too. */
const UNKNOWN_COMMAND: readonly number[] = [500, 502];

function saidNo(to: 'the greeting' | 'EHLO' | 'STARTTLS', reply: SmtpReply): ProbeError {
  const { code } = reply;
  const isRefusal = code >= 400 && !(to === 'EHLO' && UNKNOWN_COMMAND.includes(code));
  return new ProbeError(
    isRefusal ? 'protocol_refused' : 'protocol_mismatch',
    `${to === 'the greeting' ? 'greeted' : `answered ${to}`} with ${code} ${textOf(reply)}`,
  );
}

function textOf({ lines }: SmtpReply): string {
  return printable(lines.join(' / '), TEXT_LIMIT);
}
