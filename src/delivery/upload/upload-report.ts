/** Sends one report once: gets the token, sends the request, and checks after a lost confirmation. */
import { classifyBlob, classifyHttps } from './classify.ts';
import type { Client, Exchange } from './client.ts';
import type { Destination } from './destination.ts';
import type { Identity } from './identity.ts';
import { rejectReport, retryLater, type Settled } from './outcome.ts';
import { blobProperties, putBlob, uploadRequest } from './requests.ts';
import type { SpooledReport } from './spool.ts';

export interface Means {
  readonly destination: Destination;
  readonly client: Client;
  /** Used by destinations of the kind `blob-identity` alone. */
  readonly identity: Identity;
  readonly now: () => number;
}

/** @returns the outcome; only a defect is thrown, never what a peer does */
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
  const opened = { ...destination, token: opening.token };
  const sent = await client.exchange(putBlob(opened, spooled), signal);
  if (sent.kind === 'failed') return retryLater(sent.reason);
  const outcome = classifyBlob(destination, sent.reply, now());
  if (outcome.kind !== 'exists') return outcome;
  return same(await client.exchange(blobProperties(opened, spooled.name), signal), spooled);
}

const NO_TOKEN = { kind: 'token', token: null } as const;

/**
 * The name holds the report's id, and a blob appears whole or not at all: an existing blob is this report unless its
 * hash differs. A signature that may only create cannot read the properties; the blob then counts as this report.
 */
function same(found: Exchange, { sha256 }: SpooledReport): Settled {
  if (found.kind === 'failed') return retryLater(found.reason);
  const { status, headers } = found.reply;
  if (status === 401 || status === 403) return { kind: 'confirmed' };
  if (status !== 200)
    return retryLater(`it has a blob of that name and does not show it (status ${found.reply.status})`);
  if (headers['x-ms-meta-sha256'] === sha256) return { kind: 'confirmed' };
  return rejectReport('another blob has the name of this report and other content; nothing was overwritten');
}
