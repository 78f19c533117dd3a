import { isIPv6 } from 'node:net';
import type { Probe } from './types.ts';
import { get, type HttpRequest } from './wire/http.ts';
import type { Session } from './wire/session.ts';

/** Plain HTTP: nothing vouches for who answers, so a server error is no proof of the service. */
export const http: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    await get(session, socket, request('http', session), (status) => status < 500);
  },
};

/** HTTPS: the certificate has vouched for the service; any reply that is no block page will do. */
export const https: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, request('https', session));
  },
};

function request(scheme: 'http' | 'https', { target }: Session): HttpRequest {
  const host = isIPv6(target.host) ? `[${target.host}]` : target.host;
  return { origin: `${scheme}://${host}:${target.port}`, path: target.path };
}
