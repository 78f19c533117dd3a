/**
 * Finds the root of a certificate chain: a public root, a root of the user, or none. Neither the clock nor this
 * machine's trust store matters.
 */
import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { TlsFacts } from '../facts.ts';
import { SERVICE_TLS } from './tls-client.ts';

export type Anchor = TlsFacts['trust'];

/** OpenSSL's errors for a chain whose only problem is a date. */
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
  /** By subject. Parsed on first use, because most runs do not need it. */
  #roots: ReadonlyMap<string, readonly Root[]> | null = null;

  /**
   * @param extra PEM texts, each of any number of certificates, that the user trusts as well (`--ca-file`)
   * @param publicRoots PEM; the runtime's roots, except in tests
   */
  constructor(extra: readonly string[] = [], publicRoots: readonly string[] = getCACertificates('bundled')) {
    this.#public = publicRoots;
    this.#extra = extra.flatMap((text) => text.match(PEM_CERTIFICATE) ?? []);
    this.context = this.#createContext({});
  }

  /** The same for protocols without TLS 1.3; created on first use. */
  get contextUpToTls12(): SecureContext {
    this.#contextUpToTls12 ??= this.#createContext({ maxVersion: 'TLSv1.2' });
    return this.#contextUpToTls12;
  }

  /**
   * Returns the kind of root of a chain; `none` for a chain that OpenSSL rejects for more than its dates.
   * @param chain leaf first, the others in any order
   * @param verifierError OpenSSL's error code, null when the chain verified
   */
  anchor(chain: readonly X509Certificate[], verifierError: string | null): Anchor {
    if (isRejected(verifierError)) return 'none';
    // Without extra roots, a verified chain ends at a public root.
    if (verifierError === null && this.#extra.length === 0) return 'public';
    const anchors = this.#anchors(chain);
    if (anchors.has('public')) return 'public';
    // A chain that OpenSSL verified by a path longer than the recorded evidence does not count as public.
    return anchors.has('extra') || verifierError === null ? 'extra' : 'none';
  }

  #createContext(versions: Pick<SecureContextOptions, 'maxVersion'>): SecureContext {
    return createSecureContext({
      ...SERVICE_TLS,
      ...versions,
      // The full list, so that NODE_EXTRA_CA_CERTS and this machine's store are not used.
      ca: [...this.#public, ...this.#extra],
      // Like curl: an issuing CA of the user is trusted without its root.
      allowPartialTrustChain: true,
    });
  }

  /** The kinds of root of all paths from the leaf: cross-signed issuers have several paths. */
  #anchors(chain: readonly X509Certificate[]): ReadonlySet<Root['anchor']> {
    const anchors = new Set<Root['anchor']>();
    const reached = new Set(chain.slice(0, 1));
    // Iterating over a set includes entries that are added meanwhile.
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

  /** The roots that signed this certificate, or that are this certificate. */
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
 * Whether OpenSSL rejected a chain for more than its dates, which it checks last.
 * @param verifierError OpenSSL's error code, null when the chain verified
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
    // OpenSSL does not support this kind of key.
    return false;
  }
}
