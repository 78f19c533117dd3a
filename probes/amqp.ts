import type { Socket } from 'node:net';
import {
  type AmqpHeader,
  type AmqpRefusal,
  decodeHeader,
  decodeMechanisms,
  SASL_HEADER,
  TLS_HEADER,
} from './amqp-frame.ts';
import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import { createRefusal } from './refusal.ts';
import type { Probe } from './types.ts';
import { dial } from './wire/dial.ts';
import { MessageReader } from './wire/read.ts';
import type { Session } from './wire/session.ts';
import { secure } from './wire/tls.ts';

/** Event Hubs names four; the longest registered name has 20 characters (RFC 4422 section 3.1). */
const MOST_MECHANISMS = 20;
const LONGEST_MECHANISM = 64;

/** The mechanism of Azure Service Bus and Event Hubs, for claims-based security. */
const OF_AZURE = 'MSSBCBS';

/** Mechanisms that Event Hubs never offers, and the brokers that do. */
const OF_OTHERS: readonly (readonly [mechanism: RegExp, broker: string])[] = [
  [/^(?:AMQPLAIN|RABBIT-CR-DEMO)$/, 'RabbitMQ'],
  [
    /^(?:CRAM-MD5(?:-HEX|-HASHED)?|DIGEST-MD5|SCRAM-SHA-\d+|GSSAPI|NTLM)$/,
    'a broker such as Qpid or ActiveMQ',
  ],
];

/**
 * AMQP without TLS. A server that requires another layer first answers with the header of that layer and closes
 * (OASIS AMQP 1.0, part 2 section 2.2). By the AMQP 1.0 in Azure Service Bus and Event Hubs protocol guide, Event Hubs
 * demands TLS in this way on 5672.
 *
 * Proof of the user's own broker: AMQP 1.0. Proof of Event Hubs: MSSBCBS, or the certificate after the demand for TLS.
 * No reply makes the probe ask for less: without either, the connection alone is proved; a mechanism of another broker,
 * or an invalid certificate, fails.
 */
export const amqp: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const layer = await negotiate(session, socket, ['sasl', 'tls', 'amqp']);
    if (layer === 'tls' && session.target.azureService) await upgrade(session);
  },
};

/**
 * AMQP inside TLS, where a server may not request TLS again. The certificate proves Event Hubs, whatever mechanisms
 * follow; MSSBCBS is a further proof.
 */
export const amqps: Probe = {
  over: 'tls',
  converse: async (session, socket) => {
    await negotiate(session, socket, ['sasl', 'amqp']);
  },
};

/** Requests the SASL layer, reads the offered mechanisms, and closes without choosing one. */
async function negotiate(
  session: Session,
  socket: Socket,
  acceptable: readonly AmqpHeader['layer'][],
): Promise<AmqpHeader['layer']> {
  return session.step('handshake', 'protocol', async () => {
    const reader = new MessageReader(socket);
    socket.write(SASL_HEADER);
    const { layer, name } = await reader.next(decodeHeader);
    session.facts.amqp = { header: name, mechanisms: [] };
    if (!acceptable.includes(layer)) {
      throw new ProbeError('protocol_mismatch', `answered with the header of ${name}`);
    }
    const offered = layer === 'sasl' ? await reader.next(decodeMechanisms) : [];
    if ('condition' in offered) throw refusalOf(session, offered);
    session.facts.amqp.mechanisms = offered
      .slice(0, MOST_MECHANISMS)
      .map((mechanism) => printable(mechanism, LONGEST_MECHANISM));
    if (!session.target.azureService || offered.includes(OF_AZURE)) session.facts.proof = 'reply';
    // After TLS the certificate has proved the service.
    else if (session.facts.proof === 'connect') rejectOthers(offered);
    socket.end();
    return layer;
  });
}

/** @throws ProbeError protocol_mismatch for a mechanism of another broker */
function rejectOthers(offered: readonly string[]): void {
  for (const [pattern, broker] of OF_OTHERS) {
    const mark = offered.find((mechanism) => pattern.test(mechanism));
    if (mark !== undefined) {
      throw new ProbeError(
        'protocol_mismatch',
        `offers the SASL mechanism ${printable(mark, LONGEST_MECHANISM)}: ${broker}, not Event Hubs`,
      );
    }
  }
}

function refusalOf(session: Session, { condition, description }: AmqpRefusal): ProbeError {
  const text = description === null ? '' : `: ${printable(description, 256)}`;
  return createRefusal(
    session,
    { to: 'the connection', code: condition, text: description },
    `closed with ${printable(condition, 64)}${text}`,
  );
}

/**
 * Follows the demand for TLS over a second connection (part 5 section 5.2): header, header, handshake, and SASL inside.
 * A server that does not go on as far as the handshake leaves the proof as it was: that Event Hubs does is documented,
 * but not known from captures.
 */
async function upgrade(session: Session): Promise<void> {
  const plain = session.facts.amqp;
  session.dispose();
  const socket = await dial(session);
  if (!(await acceptsTls(session, socket))) return;
  const secured = await secure(session, socket);
  await negotiate(session, secured, ['sasl', 'amqp']);
  if (plain !== undefined && session.facts.amqp !== undefined) session.facts.amqp.header = plain.header;
}

/** Whether the server answers the header of TLS with the same. */
async function acceptsTls(session: Session, socket: Socket): Promise<boolean> {
  try {
    return await session.step('handshake', 'protocol', async () => {
      const reader = new MessageReader(socket);
      socket.write(TLS_HEADER);
      const { layer } = await reader.next(decodeHeader);
      if (layer !== 'tls') throw new ProbeError('protocol_mismatch', 'no TLS after its demand');
      return reader.rest.length === 0;
    });
  } catch (error) {
    const silent: readonly string[] = ['protocol_closed', 'protocol_timeout', 'protocol_mismatch'];
    if (error instanceof ProbeError && silent.includes(error.failure)) return false;
    throw error;
  }
}
