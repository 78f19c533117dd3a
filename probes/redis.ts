import type { Socket } from 'node:net';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { createRefusal } from './refusal.ts';
import { decodeReply, PING, QUIT, type RespReply } from './resp.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';

const LONGEST_REPLY = 256;

/** Redis without TLS. */
export const redis: Probe = { over: 'tcp', converse: ping };

/** Redis over TLS, as Azure offers it. */
export const rediss: Probe = { over: 'tls', converse: ping };

/** Errors of Redis that refuse the connection itself, whatever the client sends. */
const REFUSALS = /^(?:DENIED |ERR max number of clients)/i;

/** Codes other than ERR, which only Redis has, and its texts after ERR. */
const CODE_OF_REDIS = /^(?!ERR )[A-Z]{2,20} /;
const TEXT_OF_REDIS =
  /^ERR (?:unknown command|operation not permitted|invalid password|wrong number of arguments|Protocol error|Client sent AUTH)/i;

/** Response codes of POP3, whose errors begin with -ERR too (RFC 2449 section 8, RFC 3206). */
const OF_POP3 = /^ERR \[(?:SYS\/|AUTH|IN-USE|LOGIN-DELAY)/i;

/**
 * Sends PING.
 *
 * Proof: PONG, or an error of Redis's own; a cache with a password answers NOAUTH. An error in other words proves
 * nothing more than the connection, or under TLS the certificate: proxies in front of caches have texts of their own.
 * Another string, or an error of POP3, is a mismatch also under TLS. No reply makes the probe go without TLS.
 */
async function ping(session: Session, socket: Socket): Promise<void> {
  await session.step('request', 'protocol', async () => {
    socket.write(PING);
    const answer = await new MessageReader(socket).next(decodeReply);
    const reply = printable(`${answer.kind === 'error' ? '-' : '+'}${answer.text}`, LONGEST_REPLY);
    session.facts.redis = { reply };
    if (answer.kind === 'error' && REFUSALS.test(answer.text)) throw refusalOf(session, answer, reply);
    const sender = senderOf(answer);
    if (sender === 'another') throw new ProbeError('protocol_mismatch', `answered PING with ${reply}`);
    if (sender === 'redis') session.facts.proof = 'reply';
    socket.end(QUIT);
  });
}

function refusalOf(session: Session, { text }: RespReply, reply: string): ProbeError {
  const code = text.split(' ', 1)[0] ?? '';
  const rest = text.slice(code.length + 1);
  return createRefusal(session, { to: 'PING', code, text: rest }, `answered PING with ${reply}`);
}

/** Whose reply to PING it is. Another string than PONG is another protocol's: POP3 greets with “+OK”. */
function senderOf({ kind, text }: RespReply): 'redis' | 'unknown' | 'another' {
  if (kind === 'string') return text === 'PONG' ? 'redis' : 'another';
  if (OF_POP3.test(text)) return 'another';
  return CODE_OF_REDIS.test(text) || TEXT_OF_REDIS.test(text) ? 'redis' : 'unknown';
}
