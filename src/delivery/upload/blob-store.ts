/** Blob Storage by the Azure SDK: Put Blob and Get Blob Properties, one request each. */
import { createHash } from 'node:crypto';
import { AnonymousCredential, BlockBlobClient, newPipeline, type WebResource } from '@azure/storage-blob';
import { readUploadName } from '../report-names.ts';
import type { Client, Exchange } from './client.ts';
import type { Destination } from './destination.ts';
import { SDK_OPTIONS, sendOnWire } from './sdk-transport.ts';
import type { SpooledReport } from './spool.ts';

/**
 * A version that every cloud knows. The SDK would name the newest one, which a sovereign cloud may refuse for months
 * (Azure/azure-sdk-for-net issue 31940).
 */
const SERVICE_VERSION = '2021-12-02';

/** @param token of a managed identity; null when the destination's own query opens it */
type Opened = Pick<Destination, 'origin' | 'path' | 'query'> & { readonly token: string | null };

/**
 * Put Blob. The service verifies the checksum before it answers, so a confirmed blob is complete. It never overwrites
 * an existing blob.
 */
export function putBlob(
  opened: Opened,
  spooled: SpooledReport,
  client: Client,
  signal: AbortSignal,
): Promise<Exchange> {
  const { name, bytes, sha256 } = spooled;
  // Until 12.34, which depends on Apache Arrow, the SDK sends it only for blocks.
  const headers = { 'content-md5': createHash('md5').update(bytes).digest('base64') };
  return ask({ opened, name, headers, client, signal }, (blob) =>
    blob.upload(bytes, bytes.length, {
      conditions: { ifNoneMatch: '*' },
      blobHTTPHeaders: { blobContentType: 'application/json', blobContentEncoding: 'gzip' },
      metadata: { sha256 },
    }),
  );
}

/** Get Blob Properties: whether the existing blob is this very report. */
export function blobProperties(
  opened: Opened,
  name: string,
  client: Client,
  signal: AbortSignal,
): Promise<Exchange> {
  return ask({ opened, name, headers: {}, client, signal }, (blob) => blob.getProperties());
}

interface Question {
  readonly opened: Opened;
  readonly name: string;
  /** Beside those of the SDK. */
  readonly headers: Readonly<Record<string, string>>;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** @returns the last exchange of the call; `classify.ts` decides what it means, for every kind of destination */
async function ask(
  { opened, name, headers: own, client, signal }: Question,
  call: (blob: BlockBlobClient) => Promise<unknown>,
): Promise<Exchange> {
  const exchanges: Exchange[] = [];
  const observe = (exchange: Exchange): void => void exchanges.push(exchange);
  const extra = {
    ...own,
    'x-ms-version': SERVICE_VERSION,
    'x-ms-client-request-id': readUploadName(name)?.id ?? name,
  };
  const httpClient = {
    sendRequest: async (request: WebResource) => {
      const { method, url, body } = request;
      const headers = { ...request.headers.toJson(), ...extra };
      const reply = await sendOnWire({ method, url, headers, body }, { client, signal, observe });
      const received = request.headers.clone();
      for (const header of received.headerNames()) received.remove(header);
      for (const [header, value] of Object.entries(reply.headers)) received.set(header, value);
      return { request, status: reply.status, bodyAsText: reply.body, headers: received };
    },
  };
  const { origin, path, query, token } = opened;
  const credential =
    token === null
      ? new AnonymousCredential()
      : { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const pipeline = newPipeline(credential, { ...SDK_OPTIONS, httpClient });
  try {
    await call(new BlockBlobClient(`${origin}${path}/${name}${query}`, pipeline));
  } catch (error) {
    // The SDK throws a refusal; here it is a reply. A failure before any request is a defect.
    if (exchanges.length === 0) throw error;
  }
  const last = exchanges.at(-1);
  if (last === undefined) throw new Error('the SDK answered without having asked');
  return last;
}
