/** The requests of an upload: to an HTTPS endpoint, and to Blob Storage by its REST API. */
import { createHash } from 'node:crypto';
import { readUploadName } from '../report-names.ts';
import type { Request } from './client.ts';
import type { Destination } from './destination.ts';
import type { SpooledReport } from './spool.ts';

/**
 * A PUT to a name of its own, or a POST to the endpoint itself.
 * RFC 9530 has the digest of the bytes as they travel; the report's own is for readers, and beside it.
 */
export function uploadRequest(destination: Destination, { name, bytes, sha256 }: SpooledReport): Request {
  const { origin, path, query, method, headers } = destination;
  const digest = createHash('sha256').update(bytes).digest('base64');
  return {
    ...{ method, origin, body: bytes },
    path: method === 'POST' ? `${path === '' ? '/' : path}${query}` : `${path}/${name}${query}`,
    headers: {
      'content-length': String(bytes.length),
      'content-type': 'application/json',
      ...(method === 'PUT' ? { 'if-none-match': '*' } : {}),
      'content-encoding': 'gzip',
      'content-digest': `sha-256=:${digest}:`,
      'idempotency-key': readUploadName(name)?.id ?? name,
      'apim-probe-report': name,
      'apim-probe-sha256': sha256,
      ...headers,
    },
  };
}

/** A version that every cloud knows: a sovereign cloud may refuse the newest one for months. */
const BLOB_VERSION = '2021-12-02';

/** @param token of a managed identity; null when the destination's own query opens it */
type Opened = Pick<Destination, 'origin' | 'path' | 'query'> & { readonly token: string | null };

/**
 * Put Blob. The service verifies the checksum before it answers, so a confirmed blob is complete. It never overwrites
 * an existing blob.
 */
export function putBlob(opened: Opened, { name, bytes, sha256 }: SpooledReport): Request {
  return blobRequest(
    'PUT',
    opened,
    name,
    {
      'content-length': String(bytes.length),
      'content-md5': createHash('md5').update(bytes).digest('base64'),
      'if-none-match': '*',
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-blob-content-type': 'application/json',
      'x-ms-blob-content-encoding': 'gzip',
      'x-ms-meta-sha256': sha256,
    },
    bytes,
  );
}

/** Get Blob Properties: whether the existing blob is this very report. */
export function blobProperties(opened: Opened, name: string): Request {
  return blobRequest('HEAD', opened, name, {});
}

function blobRequest(
  method: 'PUT' | 'HEAD',
  { origin, path, query, token }: Opened,
  name: string,
  headers: Request['headers'],
  body?: Buffer,
): Request {
  return {
    ...{ method, origin, path: `${path}/${name}${query}` },
    headers: {
      ...headers,
      'x-ms-version': BLOB_VERSION,
      'x-ms-client-request-id': readUploadName(name)?.id ?? name,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body }),
  };
}
