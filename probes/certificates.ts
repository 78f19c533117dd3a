import { ProbeError } from './failures.ts';
import type { Probe } from './types.ts';
import { answeredBy, get, type HttpReply, headerOf, mustNotBeServerError, requestTo } from './wire/http.ts';

/** Paths of revocation lists and issuer certificates (RFC 5280 sections 4.2.1.13 and 4.2.2.1). */
const DER_PATH = /\.(?:crl|crt|cer|der)$/i;

/** Tag of an ASN.1 SEQUENCE, which certificates and revocation lists begin with. */
const SEQUENCE = 0x30;

/**
 * A host of revocation lists or issuer certificates, over plain HTTP. Where the path of a real one is known, it
 * must come; elsewhere any reply will do that is neither a block page nor a server error.
 */
export const certificates: Probe = {
  over: 'tcp',
  converse: async (session, socket) => {
    const isKnown = DER_PATH.test(session.target.path);
    const check = isKnown ? mustBeDer : mustNotBeServerError;
    await get(session, socket, requestTo('http', session.target), check);
    session.facts.proof = 'reply';
  },
};

/** @throws ProbeError http_unexpected, protocol_mismatch */
function mustBeDer(reply: HttpReply): void {
  if (reply.status !== 200) throw new ProbeError('http_unexpected', answeredBy(reply));
  const isText = /^(?:text\/|application\/(?:json|xml|xhtml))/i.test(headerOf(reply, 'content-type'));
  if (isText || reply.body[0] !== SEQUENCE) {
    throw new ProbeError('protocol_mismatch', `no certificate or revocation list: ${answeredBy(reply)}`);
  }
}
