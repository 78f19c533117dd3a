import https from 'node:https';
import type { Server, Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type TlsOptions } from 'node:tls';
import type { Authority, Identity } from './authority.ts';
import { HOSTS } from './hosts.ts';
import { respondWith } from './http-front.ts';
import type { Service } from './services/reply.ts';
import { sqlServer } from './services/sql.ts';
import { upgradeToWebSocket } from './services/web-socket.ts';

/** Shown to a client that names no server, or one that the lab does not know. */
const DEFAULT_NAME = 'default.apim-probe-lab.invalid';

/** An HTTPS server for every host of the lab. */
export async function httpsFront(authority: Authority, service: Service): Promise<Server> {
  const server = https.createServer(await certificates(authority), respondWith(service));
  return server.on('upgrade', upgradeToWebSocket);
}

/** A TLS server that hands its connections to a service. */
export async function tlsFront(authority: Authority, serve: (socket: Socket) => void): Promise<Server> {
  return createServer(await certificates(authority), (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
}

/** A SQL gateway: TLS comes inside the packets of its own protocol. */
export async function sqlFront(authority: Authority): Promise<Server> {
  return sqlServer(await certificates(authority));
}

/**
 * Options of a TLS server that picks its certificate by the name in the handshake: one certificate for each
 * kind of service, made by `authority` when it is first asked for.
 */
async function certificates(authority: Authority): Promise<TlsOptions> {
  const fallback = await authority.issue([DEFAULT_NAME]);
  const contextOf = contexts(authority, fallback);
  return {
    ...fallback,
    SNICallback: (serverName, done) =>
      void contextOf(serverName).then(
        (context) => done(null, context),
        (error: Error) => done(error),
      ),
  };
}

function contexts(authority: Authority, fallback: Identity): (serverName: string) => Promise<SecureContext> {
  const unknown = Promise.resolve(createSecureContext(fallback));
  const made = new Map<string, Promise<SecureContext>>();
  return (serverName) => {
    const names = certificateNames(serverName.toLowerCase());
    if (names === null) return unknown;
    const known = made.get(names[0]);
    if (known !== undefined) return known;
    const context = authority.issue(names).then(createSecureContext);
    made.set(names[0], context);
    return context;
  };
}

/** All names of the certificate that a host shows, or null for a host that the lab does not know. */
function certificateNames(serverName: string): readonly [string, ...string[]] | null {
  const asked = HOSTS.find(({ name }) => name === serverName);
  if (asked === undefined) return null;
  const siblings = HOSTS.filter(({ service }) => service === asked.service);
  const [first, ...others] = new Set(siblings.map(({ certificateName }) => certificateName));
  return first === undefined ? null : [first, ...others];
}
