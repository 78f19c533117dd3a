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

/**
 * Performs one handshake without checking the certificate. Never throws.
 * @returns how it failed, null when it was completed
 */
export async function tryHandshake(
  { host, port, address }: Destination,
  options: HandshakeOptions,
  { system, trust, budget, gate }: RunContext,
): Promise<Failure | null> {
  const tryOnce = async () => {
    const target = { host, port, path: '/', question: '', azureService: false };
    const session = new Session({ target, address, system, trust, budget });
    try {
      const socket = await dial(session);
      await session.step('tls', 'tls', () => handshake(session, socket, options));
      return { failure: null, limit: null };
    } catch (error) {
      const { failure, message } = toProbeError(error, 'tls');
      return { failure, limit: failure === 'local_limit' ? message : null };
    } finally {
      session.dispose();
    }
  };
  const ended = await gate(tryOnce, ({ limit }) => limit);
  return ended === null ? 'deadline_exceeded' : ended.failure;
}
