/** The connect step: TCP to one address. */
import { isIPv6, type Socket } from 'node:net';
import { toPeerError } from './failure.ts';
import type { Session } from './session.ts';
import type { Endpoint } from './system.ts';

/**
 * Opens TCP to the session's address, or to where the user redirected it, and records the step.
 * The time runs from the connect system call to its completion.
 * @throws ProbeError tcp_*
 */
export async function dial(session: Session): Promise<Socket> {
  const { system } = session;
  const endpoint = recordDestination(session);
  const socket = await session.step('connect', 'tcp', (restart) => {
    const opening = session.own(system.connectTcp(endpoint));
    opening.once('connectionAttempt', restart);
    return opened(opening);
  });
  session.facts.proof = 'connect';
  return socket;
}

/** Returns the destination of the session's connections, and records it as a fact when the user redirected them. */
export function recordDestination({ system, target, address, facts }: Session): Endpoint {
  const endpoint = system.route(target.host, address, target.port);
  if (endpoint.address !== address || endpoint.port !== target.port) {
    const host = isIPv6(endpoint.address) ? `[${endpoint.address}]` : endpoint.address;
    facts.dialled = `${host}:${endpoint.port}`;
  }
  return endpoint;
}

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(toPeerError(error, 'tcp')));
  });
}
