import { ProbeError } from './failures.ts';
import type { Probe } from './types.ts';
import { get, type HttpReply, requestTo } from './wire/http.ts';

/** Plain HTTP: nothing vouches for who answers, so a server error is no proof of the service. */
export const http: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    await get(session, socket, requestTo('http', session.target), mustNotBeServerError);
    session.facts.proof = 'reply';
  },
};

/** HTTPS: the certificate has vouched for the service; any reply that is no block page will do. */
export const https: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target));
    session.facts.proof = 'reply';
  },
};

/** @throws ProbeError http_unexpected: whoever passes requests on for others says 5xx when it cannot */
export function mustNotBeServerError({ status }: HttpReply): void {
  if (status >= 500) throw new ProbeError('http_unexpected', `status ${status}`);
}
