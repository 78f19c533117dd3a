/** Asks the Azure Instance Metadata Service: plain HTTP to a link-local address, without a proxy. */

import type { Socket } from 'node:net';
import { type Failure, ProbeError } from '../../probes/failures.ts';
import { pause, within } from '../../probes/wire/budget.ts';
import { exchange } from '../../probes/wire/exchange.ts';
import { toPeerError, toProbeError } from '../../probes/wire/failure.ts';
import type { System } from '../../probes/wire/system.ts';
import { ASK_AGAIN, namesNoPublicAddress } from '../environment/metadata.ts';
import type { MetadataReply } from '../environment/types.ts';
import { METADATA_ADDRESS } from '../model/azure.ts';

/** Older than 2021-01-01, which added the VM's user data: 64 KiB that may contain secrets. */
const API_VERSION = '2019-06-01';
/** ms for the whole exchange. The service is on the same host, so a timeout means that there is none. */
const TIMEOUT = 1000;

const INSTANCE = `/metadata/instance?api-version=${API_VERSION}`;
/** Its first version. */
const LOAD_BALANCER = '/metadata/loadbalancer?api-version=2020-10-01';

const REQUEST = { origin: `http://${METADATA_ADDRESS}`, headers: { metadata: 'true' } } as const;

/** A peer accepted the connection but did not answer with HTTP. */
const MALFORMED: readonly Failure[] = ['protocol_closed', 'protocol_mismatch'];

/** ms before each retry: three within 3 s, when the service answers at once. */
const PAUSES = [200, 600, 1200] as const;

/**
 * Asks for the instance document, and for that of the load balancer when the first names no public address. Asks again
 * when this machine lacked the resources, or when the service tells callers to come back. Never throws.
 */
export async function askMetadata(system: System, signal: AbortSignal): Promise<MetadataReply> {
  const end = system.monotonicMs() + LONGEST;
  const reply = await askWithRetries(INSTANCE, { system, signal, end });
  if (reply.kind !== 'http' || reply.status !== 200 || !namesNoPublicAddress(reply.body)) return reply;
  const balancer = await askWithRetries(LOAD_BALANCER, { system, signal, end });
  return { ...reply, loadBalancer: bodyOf(balancer) };
}

interface Asking {
  readonly system: System;
  readonly signal: AbortSignal;
  /** By the monotonic clock, in ms: retries begin before. */
  readonly end: number;
}

async function askWithRetries(path: string, { system, signal, end }: Asking): Promise<MetadataReply> {
  let reply = await askOnce(path, system, signal);
  for (const ms of PAUSES) {
    if (!isTemporary(reply) || system.monotonicMs() + ms > end) break;
    await pause(ms, signal);
    reply = await askOnce(path, system, signal);
  }
  return reply;
}

/** ms in which retries begin. */
const LONGEST = 3000;

function isTemporary(reply: MetadataReply): boolean {
  return reply.kind === 'not-asked' || (reply.kind === 'http' && ASK_AGAIN.includes(reply.status));
}

/** 404 means that nothing of a load balancer is known for the VM. */
function bodyOf(reply: MetadataReply): string | null {
  if (reply.kind !== 'http') return null;
  if (reply.status === 404) return '';
  return reply.status === 200 ? reply.body : null;
}

async function askOnce(path: string, system: System, signal: AbortSignal): Promise<MetadataReply> {
  if (signal.aborted) return { kind: 'absent', why: 'the run ended before it was asked' };
  const socket = system.connectTcp(system.route(METADATA_ADDRESS, METADATA_ADDRESS, 80));
  socket.on('error', () => undefined);
  const asked = connected(socket).then(() => exchange(socket, { ...REQUEST, path }, signal));
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
