import type { Probe } from './types.ts';
import { get, mustNotBeServerError, requestTo } from './wire/http.ts';

/** Plain HTTP: no certificate proves the sender, so a server error is not proof of the service. */
export const http: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    await get(session, socket, requestTo('http', session.target), mustNotBeServerError);
    session.facts.proof = 'reply';
  },
};

/** HTTPS: the certificate proves the service, so any reply except a block page is accepted. */
export const https: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target));
    session.facts.proof = 'reply';
  },
};
