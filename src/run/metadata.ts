/** Asks the Azure Instance Metadata Service: plain HTTP to a link-local address, without a proxy. */

import type { Socket } from 'node:net';
import { type Failure, ProbeError } from '../../probes/failures.ts';
import { pause, within } from '../../probes/wire/budget.ts';
import { exchange } from '../../probes/wire/exchange.ts';
import { toPeerError, toProbeError } from '../../probes/wire/failure.ts';
import type { System } from '../../probes/wire/system.ts';
import { ASK_AGAIN } from '../environment/metadata.ts';
import type { MetadataReply } from '../environment/types.ts';
import { METADATA_ADDRESS } from '../model/azure.ts';

/** Older than 2021-01-01, which added the VM's user data: 64 KiB that may contain secrets. */
const API_VERSION = '2019-06-01';
/** ms for the whole exchange. The service is on the same host, so a timeout means that there is none. */
const TIMEOUT = 1000;

const REQUEST = {
  origin: `http://${METADATA_ADDRESS}`,
  path: `/metadata/instance?api-version=${API_VERSION}`,
  headers: { metadata: 'true' },
} as const;

/** A peer accepted the connection but did not answer with HTTP. */
const MALFORMED: readonly Failure[] = ['protocol_closed', 'protocol_mismatch'];

/** ms before each retry: three within 3 s, when the service answers at once. */
const PAUSES = [200, 600, 1200] as const;

/**
 * Asks once; asks again when this machine lacked the resources, or when the service tells callers to come back. Never
 * throws.
 */
export async function askMetadata(system: System, signal: AbortSignal): Promise<MetadataReply> {
  const end = system.monotonicMs() + LONGEST;
  let reply = await askOnce(system, signal);
  for (const ms of PAUSES) {
    if (!isTemporary(reply) || system.monotonicMs() + ms > end) break;
    await pause(ms, signal);
    reply = await askOnce(system, signal);
  }
  return reply;
}

/** ms in which retries begin. */
const LONGEST = 3000;

function isTemporary(reply: MetadataReply): boolean {
  return reply.kind === 'not-asked' || (reply.kind === 'http' && ASK_AGAIN.includes(reply.status));
}

async function askOnce(system: System, signal: AbortSignal): Promise<MetadataReply> {
  if (signal.aborted) return { kind: 'absent', why: 'the run ended before it was asked' };
  const socket = system.connectTcp(system.route(METADATA_ADDRESS, METADATA_ADDRESS, 80));
  socket.on('error', () => undefined);
  const asked = connected(socket).then(() => exchange(socket, REQUEST, signal));
  try {
    const { status, body } = await within({ stepMs: TIMEOUT, signal }, 'protocol', asked);
    return { kind: 'http', status, body: body.toString('utf8') };
  } catch (error) {
    const { failure, message } = error instanceof ProbeError ? error : toProbeError(error, 'protocol');
    if (failure === 'local_limit') return { kind: 'not-asked', why: message };
    return { kind: MALFORMED.includes(failure) ? 'malformed' : 'absent', why: message };
  } finally {
    socket.destroy();
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(toPeerError(error, 'tcp')));
  });
}
