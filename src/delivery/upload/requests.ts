/** The request that uploads a report to an HTTPS endpoint. */
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
