/** An HTTP service on loopback that handles each request as the test says, and remembers what it confirmed. */
import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import { listen, type Owner } from '../../servers/peer.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Handler = (seen: Seen, response: http.ServerResponse, number: number) => void;

export interface Service {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Seen[];
  readonly connections: () => number;
}

export async function openService(
  t: Owner,
  handle: Handler,
  tls: https.ServerOptions | null = null,
): Promise<Service> {
  const requests: Seen[] = [];
  let connections = 0;
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const seen = { method, url, headers, body: Buffer.concat(chunks) };
      requests.push(seen);
      handle(seen, response, requests.length);
    });
  };
  const server = tls === null ? http.createServer(listener) : https.createServer(tls, listener);
  server.on(tls === null ? 'connection' : 'secureConnection', () => {
    connections += 1;
  });
  const { port } = await listen(t, server);
  const url = `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`;
  return { url, port, requests, connections: () => connections };
}

export const answer =
  (status: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Handler =>
  (_seen, response) => {
    response.writeHead(status, headers).end(body);
  };

/** Put Blob and Get Blob Properties over a map, for faults that Azurite does not play. */
export function blobStore(): { readonly blobs: Map<string, Seen>; readonly handle: Handler } {
  const blobs = new Map<string, Seen>();
  const handle: Handler = (seen, response) => {
    const path = seen.url.split('?')[0] ?? '';
    const there = blobs.get(path);
    if (seen.method === 'HEAD') {
      const headers = there === undefined ? {} : { 'x-ms-meta-sha256': there.headers['x-ms-meta-sha256'] };
      response.writeHead(there === undefined ? 404 : 200, headers).end();
    } else if (there !== undefined && seen.headers['if-none-match'] === '*') {
      response.writeHead(409, { 'x-ms-error-code': 'BlobAlreadyExists' }).end();
    } else if (createHash('md5').update(seen.body).digest('base64') !== seen.headers['content-md5']) {
      response.writeHead(400, { 'x-ms-error-code': 'Md5Mismatch' }).end();
    } else {
      blobs.set(path, seen);
      response.writeHead(201, { 'x-ms-request-id': 'test' }).end();
    }
  };
  return { blobs, handle };
}

/** The JSON that a request carried. */
export function contentOf({ body }: Pick<Seen, 'body'>): string {
  return gunzipSync(body).toString('utf8');
}
