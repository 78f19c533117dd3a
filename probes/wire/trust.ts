/**
 * Our own judgement of a certificate chain, independent of the clock and of what this machine was
 * told to trust: does it lead to a public root, to a root that the user named, or nowhere?
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { TlsFacts } from '../facts.ts';
import { organization } from './certificate.ts';

export type Anchor = TlsFacts['trust'];

/** OpenSSL's words for a chain that is fine but for the date; everything else means that it is not. */
const ONLY_THE_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/**
 * Organisations that issue for Azure's own services ("Azure Certificate Authority details").
 * Intermediates rotate unannounced, so nothing finer than the organisation is held on to.
 */
const AZURE_ISSUERS = /^(Microsoft Corporation|DigiCert[, ]|DigiCert$|GeoTrust)/i;

export class TrustStore {
  /** For tls.connect: verifies against the public roots and the user's. */
  readonly context: SecureContext;
  readonly #extra: readonly string[];
  #anchors: Map<string, { certificate: X509Certificate; anchor: Anchor }[]> | null = null;

  /** @param extra PEM certificates that the user trusts beside the public roots (`--ca-file`) */
  constructor(extra: readonly string[] = []) {
    this.#extra = extra;
    // Given in full, so that neither NODE_EXTRA_CA_CERTS nor this machine's own store has a say.
    this.context = createSecureContext({ ca: [...getCACertificates('bundled'), ...extra] });
  }

  /**
   * Where the chain ends.
   * @param chain leaf first
   * @param verifierError what OpenSSL said of it, null when it verified
   */
  anchor(chain: readonly X509Certificate[], verifierError: string | null): Anchor {
    if (verifierError !== null && !ONLY_THE_DATE.has(verifierError)) return 'none';
    // Without roots of the user's, what verified can only have ended at a public one.
    if (verifierError === null && this.#extra.length === 0) return 'public';
    const path = this.#path(chain);
    // OpenSSL has verified it by some path that this walk did not find: then it is not a public one for sure.
    return path ?? (verifierError === null ? 'extra' : 'none');
  }

  /** Follows issuers from the leaf by name and signature until a root of ours has signed. */
  #path(chain: readonly X509Certificate[]): Anchor | null {
    let current = chain[0];
    const left = new Set(chain.slice(1));
    while (current !== undefined) {
      const signed = current;
      const found = this.#roots()
        .get(signed.issuer)
        ?.find(({ certificate }) => isSignedBy(signed, certificate));
      if (found !== undefined) return found.anchor;
      const issuer = [...left].find((candidate) => candidate.ca && isSignedBy(signed, candidate));
      if (issuer !== undefined) left.delete(issuer);
      current = issuer;
    }
    return null;
  }

  #roots(): Map<string, { certificate: X509Certificate; anchor: Anchor }[]> {
    if (this.#anchors === null) {
      const anchors = new Map<string, { certificate: X509Certificate; anchor: Anchor }[]>();
      const add = (pem: string, anchor: Anchor): void => {
        const certificate = new X509Certificate(pem);
        const same = anchors.get(certificate.subject) ?? [];
        anchors.set(certificate.subject, [...same, { certificate, anchor }]);
      };
      // Public first: a root that is in both counts as public.
      for (const pem of getCACertificates('bundled')) add(pem, 'public');
      for (const pem of this.#extra) add(pem, 'extra');
      this.#anchors = anchors;
    }
    return this.#anchors;
  }
}

/** Whether an organisation that issues for Azure signed this certificate. */
export function hasAzureIssuer(certificate: X509Certificate): boolean {
  return AZURE_ISSUERS.test(organization(certificate.issuer) ?? '');
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that OpenSSL cannot use proves nothing.
    return false;
  }
}
