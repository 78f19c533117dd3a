import { ProbeError } from './failures.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { describeSender, get, headerOf, mustNotBeServerError, requestTo } from './wire/http.ts';

/** Paths of revocation lists and issuer certificates (RFC 5280 sections 4.2.1.13 and 4.2.2.1). */
const DER_PATH = /\.(?:crl|crt|cer|der)$/i;

/** An OCSP request in Base64, which begins with M because its DER begins with a SEQUENCE (RFC 6960, A.1). */
const OCSP_PATH = /\/M[A-Za-z0-9%]{60,}$/;

/** Tag of an ASN.1 SEQUENCE, the first byte of certificates and revocation lists. */
const SEQUENCE = 0x30;

/**
 * A host of revocation lists, issuer certificates or OCSP, over plain HTTP. For the path of a known file, the reply
 * must be that file. For other paths any reply except a block page and a server error is accepted.
 */
export const certificates: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    await get(session, socket, requestTo('http', session.target), checkFor(session.target.path));
    session.facts.proof = 'reply';
  },
};

function checkFor(path: string): (reply: HttpReply) => void {
  if (DER_PATH.test(path)) return mustBeDer;
  return OCSP_PATH.test(path) ? mustBeStatus : mustNotBeServerError;
}

/** A responder may reject GET or the certificate with an HTTP error; a reply with status 200 must be OCSP. */
function mustBeStatus(reply: HttpReply): void {
  if (reply.status === 200) mustBeDer(reply);
  else mustNotBeServerError(reply);
}

/** @throws ProbeError http_unexpected, protocol_mismatch */
function mustBeDer(reply: HttpReply): void {
  if (reply.status !== 200) throw new ProbeError('http_unexpected', describeSender(reply));
  const isText = /^(?:text\/|application\/(?:json|xml|xhtml))/i.test(headerOf(reply, 'content-type'));
  if (isText || reply.body[0] !== SEQUENCE) {
    throw new ProbeError(
      'protocol_mismatch',
      `not a certificate, revocation list or OCSP reply: ${describeSender(reply)}`,
    );
  }
}
