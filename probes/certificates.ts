import { ProbeError } from './failures.ts';
import { type FileKind, kindOfPath, recogniseFile } from './known-file.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { describeSender, get, headerOf, mustNotBeServerError, requestTo } from './wire/http.ts';

/**
 * A host that publishes certificates, revocation lists, OCSP or lists of trusted roots, over plain HTTP. Where the
 * path shows the kind of file, a successful reply must be such a file; an HTTP error is accepted, because a host may
 * move a file, and is recorded as content that is not proved. For other paths any reply except a server error is
 * accepted. One path is asked for each host: without its file the host is not held to be blocked, so a second path
 * would change no status.
 */
export const certificates: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const { facts, target } = session;
    const kind = kindOfPath(target.path);
    await get(session, socket, requestTo('http', target), (reply) => {
      if (kind === null) return mustNotBeServerError(reply);
      facts.contentProved = false;
      facts.contentProved = isFile(reply, kind);
    });
    facts.proof = 'reply';
  },
};

/**
 * Whether the reply is a whole file of this kind. A body of more than 64 KiB is judged by its beginning and its
 * Content-Length.
 * @returns false for an HTTP error or redirect, and for a long body without Content-Length
 * @throws ProbeError protocol_mismatch for a successful reply with anything else
 */
function isFile(reply: HttpReply, kind: FileKind): boolean {
  if (reply.status >= 300) return false;
  const file = recogniseFile(reply.body);
  if (file?.kind !== kind) {
    throw new ProbeError('protocol_mismatch', `not the ${kind} that was asked for: ${describeSender(reply)}`);
  }
  const length = lengthOf(reply, file.length);
  // A signature may follow a cabinet.
  if (length !== null && (kind === 'cabinet' ? length < file.length : length !== file.length)) {
    throw new ProbeError(
      'protocol_mismatch',
      `a ${kind} of ${file.length} bytes in a body of ${length}: ${describeSender(reply)}`,
    );
  }
  return length !== null;
}

/** Bytes of the whole body; null where it was not read to its end and its length is not given. */
function lengthOf(reply: HttpReply, expected: number): number | null {
  const { length } = reply.body;
  // Content-Length counts the bytes of an encoded body as they are sent.
  if (headerOf(reply, 'content-encoding') !== '') return expected <= length ? length : null;
  const given = headerOf(reply, 'content-length');
  if (/^\d+$/.test(given)) return Number(given);
  return length < BODY_LIMIT || expected <= BODY_LIMIT ? length : null;
}

/** Bytes of a body that `exchange` reads. */
const BODY_LIMIT = 65_536;
