import type http from 'node:http';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Service } from './services/reply.ts';

/** A plain HTTP server that answers every request with the reply of `service`. */
export function httpFront(service: Service): http.Server {
  return createServer(respondWith(service));
}

/** Request listener for an HTTP or HTTPS server. Request bodies are not read: no service needs one. */
export function respondWith(service: Service): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const url = parse(request);
    if (url === null) {
      response.writeHead(400).end();
      return;
    }
    const reply = service({ method: request.method ?? 'GET', url, headers: request.headers });
    const length = { 'content-length': String(Buffer.byteLength(reply.body)) };
    response.writeHead(reply.status, { ...length, ...reply.headers });
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  };
}

function parse(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '/', `http://${request.headers.host ?? 'unknown'}`);
}
