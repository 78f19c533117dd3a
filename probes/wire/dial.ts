/** The connect step: TCP to one address. */
import type { Socket } from 'node:net';
import { toProbeError } from './failure.ts';
import type { Session } from './session.ts';

/**
 * Opens TCP to the session's address, or to where the user redirected it, and records the step.
 * The time is that from the connect system call to its completion.
 * @throws ProbeError tcp_*
 */
export async function dial(session: Session): Promise<Socket> {
  const { outside, target, address } = session;
  const endpoint = outside.route(target.host, address, target.port);
  if (endpoint.address !== address || endpoint.port !== target.port) {
    session.facts.dialled = `${endpoint.address}:${endpoint.port}`;
  }
  const socket = await session.step('connect', 'tcp', (restart) => {
    const opening = session.own(outside.stream(endpoint));
    opening.once('connectionAttempt', restart);
    return opened(opening);
  });
  session.facts.proof = 'connect';
  return socket;
}

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(toProbeError(error, 'tcp')));
  });
}
