/**
 * Where a certificate chain leads: to a public root, to a root that the user named, or nowhere. Neither the clock nor
 * this machine's own trust store has a say.
 */
import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { TlsFacts } from '../facts.ts';

export type Anchor = TlsFacts['trust'];

/** OpenSSL's words for a chain that is fine but for the date; everything else means that it is not. */
const ONLY_THE_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

interface Root {
  readonly certificate: X509Certificate;
  readonly anchor: 'public' | 'extra';
}

export class TrustStore {
  /** For tls.connect: verifies against the public roots and the user's. */
  readonly context: SecureContext;
  #contextUpToTls12: SecureContext | null = null;
  readonly #public: readonly string[];
  readonly #extra: readonly string[];
  /** By subject; parsed when first needed, which most runs never do. */
  #roots: ReadonlyMap<string, readonly Root[]> | null = null;

  /**
   * @param extra PEM texts, each of any number of certificates, that the user trusts as well (`--ca-file`)
   * @param publicRoots PEM; the runtime's own unless a test brings others
   */
  constructor(extra: readonly string[] = [], publicRoots: readonly string[] = getCACertificates('bundled')) {
    this.#public = publicRoots;
    this.#extra = extra.flatMap((text) => text.match(PEM_CERTIFICATE) ?? []);
    this.context = this.#createContext({});
  }

  /** The same for protocols that cannot carry TLS 1.3; made when one of them is first spoken. */
  get contextUpToTls12(): SecureContext {
    this.#contextUpToTls12 ??= this.#createContext({ maxVersion: 'TLSv1.2' });
    return this.#contextUpToTls12;
  }

  /**
   * Where the chain ends. One that OpenSSL rejects for more than its dates ends nowhere.
   * @param chain leaf first, what follows in any order
   * @param verifierError what OpenSSL said of it, null when it verified
   */
  anchor(chain: readonly X509Certificate[], verifierError: string | null): Anchor {
    if (isRejected(verifierError)) return 'none';
    // Without roots of the user's, what verified can only have ended at a public one.
    if (verifierError === null && this.#extra.length === 0) return 'public';
    const anchors = this.#anchors(chain);
    if (anchors.has('public')) return 'public';
    // What OpenSSL verified by a path longer than the evidence kept of it is not a public chain.
    return anchors.has('extra') || verifierError === null ? 'extra' : 'none';
  }

  #createContext(versions: Pick<SecureContextOptions, 'maxVersion'>): SecureContext {
    return createSecureContext({
      ...versions,
      // Given in full, so that neither NODE_EXTRA_CA_CERTS nor this machine's own store has a say.
      ca: [...this.#public, ...this.#extra],
      // As curl has it: an issuing CA that the user named is trusted without the root above it.
      allowPartialTrustChain: true,
    });
  }

  /** Every kind of root that a path from the leaf ends at: cross-signed issuers make several paths. */
  #anchors(chain: readonly X509Certificate[]): ReadonlySet<Root['anchor']> {
    const anchors = new Set<Root['anchor']>();
    const reached = new Set(chain.slice(0, 1));
    // A set hands out what is added to it while it is being walked.
    for (const certificate of reached) {
      for (const { anchor } of this.#rootsOf(certificate)) anchors.add(anchor);
      for (const candidate of chain) {
        if (!reached.has(candidate) && candidate.ca && isSignedBy(certificate, candidate)) {
          reached.add(candidate);
        }
      }
    }
    return anchors;
  }

  /** The roots that signed this certificate, or that it is itself. */
  #rootsOf(certificate: X509Certificate): readonly Root[] {
    this.#roots ??= parseRoots(this.#public, this.#extra);
    const same = this.#roots.get(certificate.subject) ?? [];
    const above = this.#roots.get(certificate.issuer) ?? [];
    return [
      ...same.filter((root) => root.certificate.fingerprint256 === certificate.fingerprint256),
      ...above.filter((root) => isSignedBy(certificate, root.certificate)),
    ];
  }
}

/**
 * Whether OpenSSL rejected a chain for more than its dates, which is the last thing that it looks at.
 * @param verifierError what OpenSSL said of it, null when it verified
 */
export function isRejected(verifierError: string | null): boolean {
  return verifierError !== null && !ONLY_THE_DATE.has(verifierError);
}

function parseRoots(
  publicRoots: readonly string[],
  extra: readonly string[],
): ReadonlyMap<string, readonly Root[]> {
  const parse =
    (anchor: Root['anchor']) =>
    (pem: string): Root => ({ certificate: new X509Certificate(pem), anchor });
  const roots = [...publicRoots.map(parse('public')), ...extra.map(parse('extra'))];
  return Map.groupBy(roots, ({ certificate }) => certificate.subject);
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that OpenSSL cannot use proves nothing.
    return false;
  }
}
