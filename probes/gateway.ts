import type { GatewayFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { get, mustNotBeServerError, requestTo } from './wire/http.ts';
import { parseJson, valueAt } from './wire/json.ts';

/**
 * API Management's own endpoints: gateway, portals, management, Git, configuration. Only their health paths are
 * documented. Other anonymous replies are recorded as evidence, but are not proof.
 *
 * Proof: a valid certificate; a documented reply raises it. An undocumented reply leaves it, a server error fails.
 */
export const gateway: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    const reply = await get(session, socket, requestTo('https', session.target), mustNotBeServerError);
    const answer = readGateway(reply, session.target.path);
    session.facts.gateway = { answer };
    // For another reply the proof stays the certificate of this name.
    if (answer !== 'other') session.facts.proof = 'reply';
  },
};

/** Classifies the reply. Pure. */
export function readGateway({ status, body }: HttpReply, path: string): GatewayFacts['answer'] {
  if (status === 200 && path !== '/') return 'status';
  const document = parseJson(body.toString('utf8'));
  const isOwn =
    valueAt(document, 'statusCode') === 404 && valueAt(document, 'message') === 'Resource not found';
  return status === 404 && isOwn ? 'not-found' : 'other';
}
