import type { Socket } from 'node:net';
import { type AmqpHeader, decodeHeader, decodeMechanisms, SASL_HEADER } from './amqp-frame.ts';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import type { Probe } from './types.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';

/** Event Hubs names four; the longest registered name has 20 characters (RFC 4422 section 3.1). */
const MOST_MECHANISMS = 20;
const LONGEST_MECHANISM = 64;

/**
 * AMQP without TLS. A server that requires another layer first answers with the header of that layer and closes
 * (OASIS AMQP 1.0, part 2 section 2.2). By the AMQP 1.0 in Azure Service Bus and Event Hubs protocol guide, Event Hubs
 * demands TLS in this way on 5672. Only AMQP 1.0 answers so.
 */
export const amqp: Probe = {
  over: 'tcp',
  converse: (session, socket) => negotiate(session, socket, ['sasl', 'tls', 'amqp']),
};

/** AMQP inside TLS, where a server may not request TLS again. */
export const amqps: Probe = {
  over: 'tls',
  converse: (session, socket) => negotiate(session, socket, ['sasl', 'amqp']),
};

/** Requests the SASL layer, reads the offered mechanisms, and closes without choosing one. */
async function negotiate(
  session: Session,
  socket: Socket,
  acceptable: readonly AmqpHeader['layer'][],
): Promise<void> {
  await session.step('handshake', 'protocol', async () => {
    const reader = new MessageReader(socket);
    socket.write(SASL_HEADER);
    const { layer, name } = await reader.next(decodeHeader);
    session.facts.amqp = { header: name, mechanisms: [] };
    if (!acceptable.includes(layer)) {
      throw new ProbeError('protocol_mismatch', `answered with the header of ${name}`);
    }
    if (layer === 'sasl') {
      const offered = await reader.next(decodeMechanisms);
      session.facts.amqp.mechanisms = offered
        .slice(0, MOST_MECHANISMS)
        .map((mechanism) => printable(mechanism, LONGEST_MECHANISM));
    }
    session.facts.proof = 'reply';
    socket.end();
  });
}
