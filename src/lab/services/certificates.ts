import { empty, type Reply, type Service } from './reply.ts';

/** OCSPResponse with the status malformedRequest (RFC 6960, 4.2.1): a responder's answer to a plain GET. */
const OCSP_MALFORMED = Uint8Array.of(0x30, 0x03, 0x0a, 0x01, 0x01);

/** What the certificate hosts hand out; DER, made by the lab's own authority. */
export interface Published {
  readonly issuerDer: Uint8Array;
  readonly revocationsDer: Uint8Array;
}

/** Revocation lists, issuing certificates and OCSP over plain HTTP, by host and path. */
export function certificateHost(published: Published): Service {
  return ({ url }) => {
    if (url.hostname.includes('ocsp')) return der('application/ocsp-response', OCSP_MALFORMED);
    if (url.pathname.endsWith('.crl')) return der('application/pkix-crl', published.revocationsDer);
    if (/\.(crt|cer)$/.test(url.pathname)) return der('application/pkix-cert', published.issuerDer);
    return empty(404);
  };
}

function der(type: string, body: Uint8Array): Reply {
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'max-age=3600' }, body };
}
