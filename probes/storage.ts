import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import type { StorageFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { answeredBy, get, headerOf, requestTo } from './wire/http.ts';
import { codeIn, parseJson, valueAt } from './wire/json.ts';

/**
 * Azure Storage (blob, table, queue, files), asked anonymously. Whatever it refuses, it refuses in its own
 * words: "Common REST API error codes", Azure Storage REST reference.
 */
export const storage: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target), (reply) => {
      const facts = readStorage(reply);
      if (facts === null) {
        throw new ProbeError('protocol_mismatch', `not Azure Storage: ${answeredBy(reply)}`);
      }
      session.facts.storage = facts;
    });
    session.facts.proof = 'reply';
  },
};

/** What the reply shows of Storage, or null when another product wrote it. Pure. */
export function readStorage(reply: HttpReply): StorageFacts | null {
  const text = reply.body.toString('utf8');
  const requestId = headerOf(reply, 'x-ms-request-id');
  const errorCode = codeIn(headerOf(reply, 'x-ms-error-code')) ?? codeInBody(text);
  const names = /^Windows-Azure-/i.test(headerOf(reply, 'server'));
  if (!names && (requestId === '' || errorCode === null)) return null;
  return {
    requestId: requestId === '' ? null : printable(requestId, 64),
    errorCode,
    // The same code comes with other words where only the signature is at fault.
    networkDenied:
      errorCode === 'AuthorizationFailure' && /not authorized to perform this operation/i.test(text),
  };
}

/** XML from blobs, queues and files; from tables JSON, or Atom to a caller that names no version. */
function codeInBody(text: string): string | null {
  const xml = /<(?:m:)?code>([a-z0-9]{1,64})<\/(?:m:)?code>/i.exec(text)?.[1];
  return codeIn(xml ?? valueAt(parseJson(text), 'odata.error', 'code'));
}
