/** The request step: one GET by undici over the very socket that was dialled. */
import type { Socket } from 'node:net';
import type { HttpFacts } from '../facts.ts';
import { ProbeError } from '../failures.ts';
import { printable } from '../printable.ts';
import { recogniseBlockPage } from './block-page.ts';
import type { Session } from './session.ts';

/** Bytes of a body that are read; the rest is left on the wire. */
export const BODY_LIMIT = 65_536;
const HEADER_LIMIT = 16_384;
const HEADER_VALUE_LIMIT = 512;

export interface HttpRequest {
  readonly origin: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Headers that say who answered; everything else stays out of the report. */
const TELLING_HEADERS = [
  'server',
  'date',
  'via',
  'location',
  'content-type',
  'content-length',
  'www-authenticate',
  'x-ms-request-id',
  'x-ms-error-code',
  'x-ms-version',
  'x-ms-keyvault-region',
  'x-ms-keyvault-service-version',
  'x-ms-keyvault-network-info',
  'x-squid-error',
  'x-cache',
  'proxy-authenticate',
] as const;

/**
 * Sends one GET and keeps what came back as evidence.
 * @throws ProbeError http_blocked for a recognised block page, protocol_* for everything that is no HTTP
 */
export async function get(session: Session, socket: Socket, request: HttpRequest): Promise<HttpReply> {
  const reply = await session.step('request', 'protocol', () =>
    exchange(socket, request, session.budget.signal),
  );
  const facts = httpFacts(reply);
  session.facts.http = facts;
  if (facts.blockPage !== null) {
    throw new ProbeError('http_blocked', `${facts.blockPage} answered with status ${facts.status}`);
  }
  session.facts.proof = 'reply';
  return reply;
}

/**
 * The exchange itself, for any connected socket.
 * @param signal ends it early; the caller owns the socket and destroys it
 */
export async function exchange(
  socket: Socket,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpReply> {
  // Loaded here because most of a run never speaks HTTP: it costs more than the rest of the agent.
  const { Client } = await import('undici');
  let handed = false;
  const client = new Client(request.origin, {
    connect: (_options, callback) => {
      // undici would dial again after a failure; there is only this one socket.
      const again = handed;
      handed = true;
      // Not before it has returned: a connector that answers at once leaves the request unsent.
      queueMicrotask(() => (again ? callback(new Error('other side closed'), null) : callback(null, socket)));
    },
    allowH2: false,
    maxHeaderSize: HEADER_LIMIT,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { statusCode, headers, body } = await client.request({
      method: 'GET',
      path: request.path,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'apim-probe',
        ...request.headers,
      },
      signal,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, BODY_LIMIT - size));
      size += chunk.length;
      if (size >= BODY_LIMIT) break;
    }
    return { status: statusCode, headers, body: Buffer.concat(chunks) };
  } finally {
    client.destroy().catch(() => undefined);
  }
}

/** A reply as evidence: bounded, and with nothing in it that could steer a terminal. */
export function httpFacts(reply: HttpReply): HttpFacts {
  const headers: Record<string, string> = {};
  for (const name of TELLING_HEADERS) {
    const value = reply.headers[name];
    if (value !== undefined) headers[name] = printable([value].flat().join(', '), HEADER_VALUE_LIMIT);
  }
  const text = reply.body.toString('utf8');
  return {
    status: reply.status,
    headers,
    bodyBytes: reply.body.length,
    bodyStart: printable(text.slice(0, 256)),
    blockPage: recogniseBlockPage(reply.status, reply.headers, text),
  };
}
