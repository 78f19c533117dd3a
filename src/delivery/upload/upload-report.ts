/** One report to its destination, once: the request, what a lost confirmation needs, and the token that both need. */
import { classifyBlob, classifyHttps } from './classify.ts';
import type { Client, Exchange } from './client.ts';
import type { Destination } from './destination.ts';
import type { Identity } from './identity.ts';
import { rejectedForGood, retryLater, type Settled } from './outcome.ts';
import { uploadRequest } from './requests.ts';
import type { SpooledReport } from './spool.ts';

export interface Means {
  readonly destination: Destination;
  readonly client: Client;
  /** Asked by destinations of the kind `blob-identity` alone. */
  readonly identity: Identity;
  readonly now: () => number;
}

/** @returns what became of it; whatever a peer does is an outcome, only a defect is thrown */
export async function uploadReport(
  spooled: SpooledReport,
  means: Means,
  signal: AbortSignal,
): Promise<Settled> {
  const { destination, client, now } = means;
  if (destination.kind === 'https') {
    const sent = await client.exchange(uploadRequest(destination, spooled), signal);
    return sent.kind === 'failed' ? retryLater(sent.reason) : classifyHttps(destination, sent.reply, now());
  }
  const opening = destination.kind === 'blob-sas' ? NO_TOKEN : await means.identity.token(signal);
  if (opening.kind === 'none') return opening.outcome;
  // The SDK is loaded by those alone who send something to Blob Storage.
  const { putBlob, blobProperties } = await import('./blob-store.ts');
  const opened = { ...destination, token: opening.token };
  const sent = await putBlob(opened, spooled, client, signal);
  if (sent.kind === 'failed') return retryLater(sent.reason);
  const outcome = classifyBlob(destination, sent.reply, now());
  if (outcome.kind !== 'exists') return outcome;
  return same(await blobProperties(opened, spooled.name, client, signal), spooled);
}

const NO_TOKEN = { kind: 'token', token: null } as const;

/**
 * A name holds its report's id, and a blob appears whole or not at all: what is there is this report unless its hash
 * says otherwise. A signature that may only create lets nobody look, which is no reason for doubt.
 */
function same(found: Exchange, { sha256 }: SpooledReport): Settled {
  if (found.kind === 'failed') return retryLater(found.reason);
  const { status, headers } = found.reply;
  if (status === 401 || status === 403) return { kind: 'confirmed' };
  if (status !== 200)
    return retryLater(`it has a blob of that name and does not show it (status ${found.reply.status})`);
  if (headers['x-ms-meta-sha256'] === sha256) return { kind: 'confirmed' };
  return rejectedForGood(
    'another blob has the name of this report and other content; nothing was overwritten',
  );
}
