/** The requests that an upload consists of. */
import { createHash } from 'node:crypto';
import type { Request } from './client.ts';
import type { Destination } from './destination.ts';
import { readReportName } from './report-name.ts';
import type { Parcel } from './spool.ts';

/** At least 2017-11-09 for tokens; a signature brings a version of its own (`sv`). */
const BLOB_VERSION = '2021-12-02';

/** @returns the headers that open Blob Storage for the holder of a token */
function authorization(token: string | null): Record<string, string> {
  if (token === null) return {};
  return {
    authorization: `Bearer ${token}`,
    'x-ms-version': BLOB_VERSION,
    'x-ms-date': new Date().toUTCString(),
  };
}

/** @returns the full path of the report, or of the endpoint that takes it, with the query */
function pathOf({ path, query, method }: Destination, name: string): string {
  return method === 'POST' ? `${path === '' ? '/' : path}${query}` : `${path}/${name}${query}`;
}

/** @param token of the managed identity; null when the destination needs none */
export function putRequest(destination: Destination, parcel: Parcel, token: string | null): Request {
  const { kind, origin, method } = destination;
  const common = { 'content-length': String(parcel.bytes.length), 'content-type': 'application/json' };
  const headers = kind === 'https' ? httpsHeaders(destination, parcel) : blobHeaders(parcel, token);
  return {
    ...{ method, origin, body: parcel.bytes, path: pathOf(destination, parcel.name) },
    headers: { ...common, ...headers },
  };
}

/** Put Blob. The checksum is verified by the service before it answers, so that a confirmed blob is a whole one. */
function blobHeaders({ name, bytes, sha256 }: Parcel, token: string | null): Record<string, string> {
  return {
    ...authorization(token),
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-blob-content-type': 'application/json',
    'x-ms-blob-content-encoding': 'gzip',
    'x-ms-meta-sha256': sha256,
    'x-ms-client-request-id': readReportName(name)?.id ?? name,
    'content-md5': createHash('md5').update(bytes).digest('base64'),
    'if-none-match': '*',
  };
}

/** RFC 9530 has the digest of the bytes as they travel; the report's own is for readers, and beside it. */
function httpsHeaders({ headers, method }: Destination, { name, bytes, sha256 }: Parcel): Request['headers'] {
  const digest = createHash('sha256').update(bytes).digest('base64');
  return {
    ...(method === 'PUT' ? { 'if-none-match': '*' } : {}),
    'content-encoding': 'gzip',
    'content-digest': `sha-256=:${digest}:`,
    'idempotency-key': readReportName(name)?.id ?? name,
    'apim-probe-report': name,
    'apim-probe-sha256': sha256,
    ...headers,
  };
}

/** Get Blob Properties: whether what is there is this very report. */
export function headRequest(destination: Destination, name: string, token: string | null): Request {
  return {
    method: 'HEAD',
    origin: destination.origin,
    path: pathOf(destination, name),
    headers: authorization(token),
  };
}
