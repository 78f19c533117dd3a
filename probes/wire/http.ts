/** The request step: one GET over the connected socket, and its reply as evidence. */
import { isIPv6, type Socket } from 'node:net';
import { recogniseBlockPage, titleOf } from '../block-page.ts';
import type { HttpFacts } from '../facts.ts';
import { ProbeError } from '../failures.ts';
import { printable } from '../printable.ts';
import { exchange, type HttpReply, type HttpRequest } from './exchange.ts';
import { digestPage } from './page-digest.ts';
import type { ProbeTarget, Session } from './session.ts';

const HEADER_VALUE_LIMIT = 512;
const BODY_START_LIMIT = 256;
/** Characters in which the beginning is looked for. */
const BODY_START_SEARCHED = 4096;
const TITLE_LIMIT = 256;

/** Headers that identify the sender; the report contains no others. */
const REPORTED_HEADERS = [
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

/** The default request: the target's path, with the target's name as host. */
export function requestTo(scheme: 'http' | 'https', { host, port, path }: ProbeTarget): HttpRequest {
  return { origin: `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`, path };
}

/** A header's value, empty when the reply does not have it. */
export function headerOf({ headers }: HttpReply, name: string): string {
  return [headers[name] ?? ''].flat().join(', ');
}

/** Describes the sender of a reply for an error message: status, server and content type. */
export function describeSender(reply: HttpReply): string {
  const [server, type] = [headerOf(reply, 'server'), headerOf(reply, 'content-type')];
  return [
    `status ${reply.status}`,
    server === '' ? 'no server named' : `server ${printable(server, 64)}`,
    type === '' ? 'no content type' : `content type ${printable(type, 64)}`,
  ].join(', ');
}

/** @throws ProbeError http_unexpected: a proxy answers 5xx when it cannot reach the service */
export function mustNotBeServerError({ status }: HttpReply): void {
  if (status >= 500) throw new ProbeError('http_unexpected', `status ${status}`);
}

/**
 * Sends one GET and records the reply as evidence, also an incomplete one.
 * @param check throws when the reply is not from the service; then the step fails
 * @throws ProbeError http_blocked for a recognised block page, protocol_* for a reply that is not HTTP, and the
 *   errors of `check`
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
    const partial = soFar();
    if (partial !== null) recordReply(session, partial);
    throw error;
  }
}

/** Records a reply, complete or not. Throws for a block page. */
function recordReply(session: Session, reply: HttpReply): void {
  const facts = httpFacts(session, reply);
  session.facts.http = facts;
  if (facts.blockPage !== null) {
    throw new ProbeError('http_blocked', `${facts.blockPage} answered with status ${facts.status}`);
  }
}

/** A reply as evidence: bounded and printable. */
function httpFacts({ target, facts }: Session, reply: HttpReply): HttpFacts {
  const headers: Record<string, string> = {};
  for (const name of REPORTED_HEADERS) {
    const value = reply.headers[name];
    if (value === undefined) continue;
    const text = [value].flat().join(', ');
    headers[name] = printable(SANITIZERS[name]?.(text) ?? text, HEADER_VALUE_LIMIT);
  }
  const text = reply.body.toString('utf8');
  const title = titleOf(text);
  // Over TLS the certificate proves the sender.
  const pageDigest = facts.tls === undefined ? digestPage(reply.body, target) : null;
  return {
    status: reply.status,
    headers,
    bodyBytes: reply.body.length,
    // Whitespace is collapsed, so that more text fits.
    bodyStart: printable(text.slice(0, BODY_START_SEARCHED).replace(/[ \t\r\n]+/g, ' '), BODY_START_LIMIT),
    ...(title !== '' && { title: printable(title, TITLE_LIMIT) }),
    ...(pageDigest !== null && { pageDigest }),
    blockPage: recogniseBlockPage(reply.status, reply.headers, text, target.azureService),
  };
}

/** Removes secrets and identifiers from header values. */
const SANITIZERS: Readonly<Partial<Record<string, (text: string) => string>>> = {
  // A redirect's query may contain a token, and its userinfo a password.
  location: (text) => text.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'),
  // A challenge names the Entra tenant of the resource.
  'www-authenticate': (text) => text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<tenant>'),
};
