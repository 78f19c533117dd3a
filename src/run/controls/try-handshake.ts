import { isIP } from 'node:net';
import type { Failure } from '../../../probes/failures.ts';
import { dial } from '../../../probes/wire/dial.ts';
import { toProbeError } from '../../../probes/wire/failure.ts';
import { Session } from '../../../probes/wire/session.ts';
import { type HandshakeOptions, handshake } from '../../../probes/wire/tls.ts';
import type { RunContext } from '../context.ts';

/** Where a control repeats a handshake. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly address: string;
}

export interface Handshake {
  /** Null when it was completed. */
  readonly failure: Failure | null;
  /** Bytes that the server sent. */
  readonly bytesReceived: number;
}

/** Performs one handshake without checking the certificate. Never throws. */
export async function tryHandshake(
  { host, port, address }: Destination,
  options: HandshakeOptions,
  { system, trust, budget, gate }: RunContext,
): Promise<Handshake> {
  // RFC 6066 section 3: an address is not a server name.
  const serverName = isIP(options.serverName ?? '') === 0 ? options.serverName : null;
  const tryOnce = async () => {
    const target = { host, port, path: '/', question: '', azureService: false };
    const session = new Session({ target, address, system, trust, budget });
    try {
      const socket = await dial(session);
      await session.step('tls', 'tls', () => handshake(session, socket, { ...options, serverName }));
      return { failure: null, limit: null, bytesReceived: session.bytesReceived ?? 0 };
    } catch (error) {
      const { failure, message } = toProbeError(error, 'tls');
      return {
        failure,
        limit: failure === 'local_limit' ? message : null,
        bytesReceived: session.bytesReceived ?? 0,
      };
    } finally {
      session.dispose();
    }
  };
  const ended = await gate(tryOnce, ({ limit }) => limit);
  return ended === null
    ? { failure: 'deadline_exceeded', bytesReceived: 0 }
    : { failure: ended.failure, bytesReceived: ended.bytesReceived };
}
