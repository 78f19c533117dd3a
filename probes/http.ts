import { isIPv6 } from 'node:net';
import { ProbeError } from './failures.ts';
import type { Probe } from './types.ts';
import { get } from './wire/http.ts';
import type { Session } from './wire/session.ts';

/** Plain HTTP: nothing vouches for who answers, so a server error is no proof of the service. */
export const http: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const { status } = await get(session, socket, {
      origin: origin('http', session),
      path: session.target.path,
    });
    if (status >= 500) throw new ProbeError('http_unexpected', `status ${status}`);
  },
};

/** HTTPS: the certificate has vouched for the service; any reply that is no block page will do. */
export const https: Probe = {
  over: 'tls',
  converse: async (session, socket) => {
    await get(session, socket, { origin: origin('https', session), path: session.target.path });
  },
};

function origin(scheme: 'http' | 'https', { target }: Session): string {
  const host = isIPv6(target.host) ? `[${target.host}]` : target.host;
  return `${scheme}://${host}:${target.port}`;
}
