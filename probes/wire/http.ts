/** The request step: one GET over the very socket that was dialled, and what its reply shows. */
import { isIPv6, type Socket } from 'node:net';
import type { HttpFacts } from '../facts.ts';
import { ProbeError } from '../failures.ts';
import { printable } from '../printable.ts';
import { recogniseBlockPage } from './block-page.ts';
import { exchange, type HttpReply, type HttpRequest } from './exchange.ts';
import type { ProbeTarget, Session } from './session.ts';

const HEADER_VALUE_LIMIT = 512;
const BODY_START_LIMIT = 256;

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
  'x-ms-ests-server',
  'x-ms-keyvault-region',
  'x-ms-keyvault-service-version',
  'x-ms-keyvault-network-info',
  'x-squid-error',
  'x-cache',
  'proxy-authenticate',
] as const;

/** What a target asks for by default: its own path, under its own name. */
export function requestTo(scheme: 'http' | 'https', { host, port, path }: ProbeTarget): HttpRequest {
  return { origin: `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`, path };
}

/** A header's value, empty when the reply does not have it. */
export function headerOf({ headers }: HttpReply, name: string): string {
  return [headers[name] ?? ''].flat().join(', ');
}

/** Who answered, in the words of an error: status, server and kind of content. */
export function answeredBy(reply: HttpReply): string {
  const [server, type] = [headerOf(reply, 'server'), headerOf(reply, 'content-type')];
  return [
    `status ${reply.status}`,
    server === '' ? 'no server named' : `server ${printable(server, 64)}`,
    type === '' ? 'no content type' : `content type ${printable(type, 64)}`,
  ].join(', ');
}

/** @throws ProbeError http_unexpected: whoever passes requests on for others says 5xx when it cannot */
export function mustNotBeServerError({ status }: HttpReply): void {
  if (status >= 500) throw new ProbeError('http_unexpected', `status ${status}`);
}

/**
 * Sends one GET and keeps what came back as evidence, also of a reply that broke off.
 * @param check throws when the reply is not one that the service gives; the step has failed then
 * @throws ProbeError http_blocked for a recognised block page, protocol_* for everything that is not HTTP, and
 *   whatever `check` throws
 */
export async function get(
  session: Session,
  socket: Socket,
  request: HttpRequest,
  check: (reply: HttpReply) => void = () => undefined,
): Promise<HttpReply> {
  let soFar: () => HttpReply | null = () => null;
  const begun = (reply: () => HttpReply): void => {
    soFar = reply;
  };
  try {
    return await session.step('request', 'protocol', async () => {
      const reply = await exchange(socket, request, session.budget.signal, begun);
      recordReply(session, reply);
      check(reply);
      return reply;
    });
  } catch (error) {
    const torn = soFar();
    if (torn !== null) recordReply(session, torn);
    throw error;
  }
}

/** Keeps a reply as evidence, whole or torn, and stops at one that is not the service's. */
function recordReply(session: Session, reply: HttpReply): void {
  const facts = httpFacts(reply);
  session.facts.http = facts;
  if (facts.blockPage !== null) {
    throw new ProbeError('http_blocked', `${facts.blockPage} answered with status ${facts.status}`);
  }
}

/** A reply as evidence: bounded, and with nothing in it that could steer a terminal. */
function httpFacts(reply: HttpReply): HttpFacts {
  const headers: Record<string, string> = {};
  for (const name of TELLING_HEADERS) {
    const value = reply.headers[name];
    if (value === undefined) continue;
    const text = [value].flat().join(', ');
    headers[name] = printable(SHORTENED[name]?.(text) ?? text, HEADER_VALUE_LIMIT);
  }
  const text = reply.body.toString('utf8');
  return {
    status: reply.status,
    headers,
    bodyBytes: reply.body.length,
    // Folded: a page's line breaks and indents would only crowd out what it says.
    bodyStart: printable(text.replace(/[ \t\r\n]+/g, ' '), BODY_START_LIMIT),
    blockPage: recogniseBlockPage(reply.status, reply.headers, text),
  };
}

/** What a report has no business to hold. */
const SHORTENED: Readonly<Partial<Record<string, (text: string) => string>>> = {
  // A redirect's query may carry a token, and its user-info a password; the rest shows where it leads.
  location: (text) => text.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'),
  // A challenge names the Entra tenant that the resource belongs to.
  'www-authenticate': (text) => text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<tenant>'),
};
