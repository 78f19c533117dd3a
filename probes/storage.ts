import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import type { StorageFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { describeSender, get, headerOf, requestTo } from './wire/http.ts';
import { codeIn, parseJson, valueAt } from './wire/json.ts';

/**
 * Azure Storage (blob, table, queue, files), without credentials. Its error codes identify it: "Common REST API error
 * codes", Azure Storage REST reference.
 *
 * Proof: a valid certificate and a reply with Storage's own name, or a request id with an error code. No reply makes
 * the probe ask for less; a denial by network rules needs the same marks.
 */
export const storage: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target), (reply) => {
      const facts = readStorage(reply);
      if (facts === null) {
        throw new ProbeError('protocol_mismatch', `not Azure Storage: ${describeSender(reply)}`);
      }
      session.facts.storage = facts;
    });
    session.facts.proof = 'reply';
  },
};

/** Reads the facts from a reply; null when it is not from Storage. Pure. */
export function readStorage(reply: HttpReply): StorageFacts | null {
  const text = reply.body.toString('utf8');
  const requestId = headerOf(reply, 'x-ms-request-id');
  const errorCode = codeIn(headerOf(reply, 'x-ms-error-code')) ?? codeInBody(text);
  const names = /^Windows-Azure-/i.test(headerOf(reply, 'server'));
  if (!names && (requestId === '' || errorCode === null)) return null;
  // Line breaks and blanks in the messages vary.
  const message = text.replace(/\s+/g, ' ');
  const perimeter = errorCode === 'AuthorizationFailure' && /network security perimeter/i.test(message);
  return {
    requestId: requestId === '' ? null : printable(requestId, 64),
    errorCode,
    // For a wrong signature the same code has another message.
    networkDenied:
      perimeter ||
      (errorCode === 'AuthorizationFailure' && /not authorized to perform this operation/i.test(message)),
    ...(perimeter && { perimeter }),
  };
}

/** Blobs, queues and files send XML; tables send JSON of two shapes, or Atom without a version header. */
function codeInBody(text: string): string | null {
  const xml = /<(?:m:)?code>([a-z0-9]{1,64})<\/(?:m:)?code>/i.exec(text)?.[1];
  const json = xml === undefined ? parseJson(text) : null;
  return codeIn(xml ?? valueAt(json, 'odata.error', 'code') ?? valueAt(json, 'error', 'code'));
}
