import type { Socket } from 'node:net';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { decodeReply, PING, QUIT } from './resp.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';

const LONGEST_REPLY = 256;

/** Redis in the clear. */
export const redis: Probe = { over: 'tcp', converse: ping };

/** Redis inside TLS, as Azure offers it. */
export const rediss: Probe = { over: 'tls', converse: ping };

/**
 * An error is as good an answer as PONG: a cache that wants a password says so before it does anything else.
 * Another string is not: POP3, for one, greets everybody with a line that begins in the same way.
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
