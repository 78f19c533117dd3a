import { ProbeError } from './failures.ts';
import type { EventHubsFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import { dial } from './wire/dial.ts';
import type { HttpReply } from './wire/exchange.ts';
import { toProbeError } from './wire/failure.ts';
import { describeSender, get, requestTo } from './wire/http.ts';
import { Session } from './wire/session.ts';
import { secure } from './wire/tls.ts';
import { askToUpgrade } from './wire/websocket.ts';

/**
 * Event Hubs over HTTPS: the public feed, or an error with a tracking id ("Troubleshoot connectivity issues - Azure
 * Event Hubs"). A second connection tries AMQP over WebSockets, as additional evidence.
 *
 * Proof: a valid certificate and one of these replies. No reply makes the probe ask for less; the result of the second
 * connection neither proves nor disproves.
 */
export const eventHubs: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    const reply = await get(session, socket, requestTo('https', session.target), (reply) => {
      if (readEventHubs(reply) === null) {
        throw new ProbeError('protocol_mismatch', `not Event Hubs: ${describeSender(reply)}`);
      }
    });
    session.facts.proof = 'reply';
    const webSocket = await tryWebSocket(session);
    const facts = readEventHubs(reply);
    if (facts !== null) session.facts.eventHubs = { ...facts, webSocket };
  },
};

/** Reads the facts from a reply; null when it is not from Event Hubs. Pure. */
export function readEventHubs({ status, body }: HttpReply): Omit<EventHubsFacts, 'webSocket'> | null {
  // Line breaks and blanks in the texts vary.
  const text = body.toString('utf8').replace(/\s+/g, ' ');
  const trackingId = /\bTracking ?Id: ?([A-Za-z0-9_-]{1,80})/i.exec(text)?.[1] ?? null;
  const perimeter = trackingId !== null && status >= 400 && /\bnetwork security perimeter\b/i.test(text);
  const networkDenied = perimeter || /\bIp has been prevented to connect\b/i.test(text);
  const feed = text.includes('Publicly Listed Services');
  if (!feed && !networkDenied && trackingId === null) return null;
  return { trackingId, networkDenied, ...(perimeter && { perimeter }) };
}

/** Tries AMQP over WebSockets. Never throws, because the namespace has already been reached. */
async function tryWebSocket(session: Session): Promise<EventHubsFacts['webSocket']> {
  const second = new Session(session);
  try {
    const socket = await secure(second, await dial(second), ['http/1.1']);
    const upgrade = await second.step('handshake', 'protocol', () =>
      askToUpgrade(socket, {
        host: session.target.host,
        path: '/$servicebus/websocket',
        protocol: 'AMQPWSB10',
        key: Buffer.from(session.system.randomBytes(16)).toString('base64'),
      }),
    );
    return { ...upgrade, failure: null };
  } catch (error) {
    return { status: null, protocol: null, failure: toProbeError(error, 'protocol').failure };
  } finally {
    second.dispose();
  }
}
