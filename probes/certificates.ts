import { ProbeError } from './failures.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { answeredBy, get, headerOf, mustNotBeServerError, requestTo } from './wire/http.ts';

/** Paths of revocation lists and issuer certificates (RFC 5280 sections 4.2.1.13 and 4.2.2.1). */
const DER_PATH = /\.(?:crl|crt|cer|der)$/i;

/** A request for a certificate's status in Base64, which a SEQUENCE makes begin with M (RFC 6960, A.1). */
const OCSP_PATH = /\/M[A-Za-z0-9%]{60,}$/;

/** Tag of an ASN.1 SEQUENCE, which certificates and revocation lists begin with. */
const SEQUENCE = 0x30;

/**
 * A host of revocation lists, issuer certificates or OCSP, over plain HTTP. Where the path of a real one is known, it
 * must come; elsewhere any reply will do that is neither a block page nor a server error.
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

/** A responder may also refuse GET or the certificate by HTTP's means; what it calls good must be OCSP. */
function mustBeStatus(reply: HttpReply): void {
  if (reply.status === 200) mustBeDer(reply);
  else mustNotBeServerError(reply);
}

/** @throws ProbeError http_unexpected, protocol_mismatch */
function mustBeDer(reply: HttpReply): void {
  if (reply.status !== 200) throw new ProbeError('http_unexpected', answeredBy(reply));
  const isText = /^(?:text\/|application\/(?:json|xml|xhtml))/i.test(headerOf(reply, 'content-type'));
  if (isText || reply.body[0] !== SEQUENCE) {
    throw new ProbeError(
      'protocol_mismatch',
      `no certificate, revocation list or OCSP reply: ${answeredBy(reply)}`,
    );
  }
}
