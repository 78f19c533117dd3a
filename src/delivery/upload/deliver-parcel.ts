/** One report to its destination, once: the request, what a lost confirmation needs, and the token that both need. */
import { classify } from './classify.ts';
import type { Client, Exchange } from './client.ts';
import type { Destination } from './destination.ts';
import type { Identity } from './identity.ts';
import { later, never, type Outcome, type Settled } from './outcome.ts';
import { headRequest, putRequest } from './requests.ts';
import type { Parcel } from './spool.ts';

export interface Means {
  readonly destination: Destination;
  readonly client: Client;
  /** Asked by destinations of the kind `blob-identity` alone. */
  readonly identity: Identity;
  readonly now: () => number;
}

/** @returns what became of it; never throws */
export async function deliverParcel(parcel: Parcel, means: Means, signal: AbortSignal): Promise<Settled> {
  const first = await attempt(parcel, means, signal);
  if (!first.tokenRefused) return first.outcome;
  // It may have been revoked, or the clock that said how long it lasts is wrong: one more, with a new one.
  means.identity.forget();
  return (await attempt(parcel, means, signal)).outcome;
}

interface Attempt {
  readonly outcome: Settled;
  readonly tokenRefused: boolean;
}

async function attempt(parcel: Parcel, means: Means, signal: AbortSignal): Promise<Attempt> {
  const { destination, client, now } = means;
  let token: string | null = null;
  if (destination.kind === 'blob-identity') {
    const result = await means.identity.token(signal);
    if (result.kind === 'none') return { outcome: result.outcome, tokenRefused: false };
    token = result.token;
  }
  const sent = await client.exchange(putRequest(destination, parcel, token), signal);
  if (sent.kind === 'failed') return { outcome: later(sent.reason), tokenRefused: false };
  const outcome: Outcome = classify(destination, sent.reply, now());
  if (outcome.kind === 'exists') {
    const found = await client.exchange(headRequest(destination, parcel.name, token), signal);
    return { outcome: same(found, parcel), tokenRefused: false };
  }
  return { outcome, tokenRefused: token !== null && sent.reply.status === 401 };
}

/**
 * A name holds its report's id, and a blob appears whole or not at all: what is there is this report unless its hash
 * says otherwise. A signature that may only create lets nobody look, which is no reason for doubt.
 */
function same(found: Exchange, { sha256 }: Parcel): Settled {
  if (found.kind === 'failed') return later(found.reason);
  const { status, header } = found.reply;
  if (status === 401 || status === 403) return { kind: 'confirmed' };
  if (status !== 200)
    return later(`it has a blob of that name and does not show it (status ${found.reply.status})`);
  if (header('x-ms-meta-sha256') === sha256) return { kind: 'confirmed' };
  return never('another blob has the name of this report and other content; nothing was overwritten');
}
