/** The transport of the Azure SDK: its requests use the client of all uploads, and each reply can be read twice. */
import { createHttpHeaders, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import type { Client, Exchange, Reply, Request } from './client.ts';

/**
 * Switches off what the spool does better: it repeats requests later and knows the outcome of each. Redirects are not
 * followed. A proxy is named so that the SDK does not read the variables itself, as it throws on a proxy without a
 * scheme; the transport uses only the client's proxies.
 */
export const SDK_OPTIONS = {
  retryOptions: { maxRetries: 0, maxTries: 1 },
  redirectOptions: { maxRetries: 0 },
  proxyOptions: { host: 'http://127.0.0.1', port: 9 },
};

/** The request of the SDK, in the terms of both its generations. */
export interface SdkRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Wire {
  readonly client: Client;
  readonly signal: AbortSignal;
  /** Receives each exchange before the SDK does. */
  readonly observe: (exchange: Exchange, host: string) => void;
}

/**
 * Sends one request of the SDK.
 * @throws RestError when no reply came, as the SDK's own clients do
 */
export async function sendOnWire(request: SdkRequest, wire: Wire): Promise<Reply> {
  const { origin, host, pathname, search } = new URL(request.url);
  // The body is passed on as it comes, and a compressed one could not be read.
  const { 'accept-encoding': _, ...headers } = request.headers;
  const exchange = await wire.client.exchange(
    { method: methodOf(request.method), origin, path: `${pathname}${search}`, headers, ...bodyOf(request) },
    wire.signal,
  );
  wire.observe(exchange, host);
  if (exchange.kind === 'failed')
    throw new RestError(exchange.reason, { code: RestError.REQUEST_SEND_ERROR });
  return exchange.reply;
}

function methodOf(method: string): Request['method'] {
  if (method === 'GET' || method === 'HEAD' || method === 'PUT' || method === 'POST') return method;
  throw new TypeError(`the SDK sends ${method}, which no upload needs`);
}

function bodyOf({ body }: SdkRequest): Pick<Request, 'body'> {
  if (body === undefined || body === null) return {};
  if (Buffer.isBuffer(body)) return { body };
  if (typeof body === 'string') return { body: Buffer.from(body) };
  throw new TypeError('the SDK sends a body of a kind that it was not given');
}

/** The transport as the SDK's second generation wants it: managed identities. */
export function sdkTransport(wire: Wire): HttpClient {
  return {
    sendRequest: async (request) => {
      const { method, url, headers, body } = request;
      const reply = await sendOnWire({ method, url, headers: headers.toJSON(), body }, wire);
      return {
        ...{ request, status: reply.status, bodyAsText: reply.body },
        headers: createHttpHeaders(reply.headers),
      };
    },
  };
}
