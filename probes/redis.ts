import type { Socket } from 'node:net';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { decodeReply, PING, QUIT } from './resp.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';

const LONGEST_REPLY = 256;

/** Redis without TLS. */
export const redis: Probe = { over: 'tcp', converse: ping };

/** Redis over TLS, as Azure offers it. */
export const rediss: Probe = { over: 'tls', converse: ping };

/**
 * Sends PING. An error proves Redis like PONG: a cache with a password answers NOAUTH. Another string does not: POP3,
 * for example, greets with a line that begins in the same way.
 */
async function ping(session: Session, socket: Socket): Promise<void> {
  await session.step('request', 'protocol', async () => {
    socket.write(PING);
    const { kind, text } = await new MessageReader(socket).next(decodeReply);
    const reply = printable(`${kind === 'error' ? '-' : '+'}${text}`, LONGEST_REPLY);
    session.facts.redis = { reply };
    if (kind === 'string' && text !== 'PONG') {
      throw new ProbeError('protocol_mismatch', `answered PING with ${reply}`);
    }
    session.facts.proof = 'reply';
    socket.end(QUIT);
  });
}
