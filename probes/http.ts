import type { Probe } from './types.ts';
import { get, mustNotBeServerError, requestTo } from './wire/http.ts';

/** Plain HTTP: nothing vouches for who answers, so a server error is not proof of the service. */
export const http: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    await get(session, socket, requestTo('http', session.target), mustNotBeServerError);
    session.facts.proof = 'reply';
  },
};

/** HTTPS: the certificate has vouched for the service; any reply that is not a block page will do. */
export const https: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target));
    session.facts.proof = 'reply';
  },
};
