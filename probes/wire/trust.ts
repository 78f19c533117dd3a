/**
 * Finds the root of a certificate chain: a public root, a root of the user, or none. A chain that its server sends
 * incomplete or outdated is completed with the known CAs of Azure. This machine's trust store does not matter.
 */
import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { TlsFacts } from '../facts.ts';
import { AZURE_CAS } from './azure-cas.ts';
import { ChainSearch, type Root, validityOf } from './chain-search.ts';
import { SERVICE_TLS } from './tls-client.ts';

type Anchor = TlsFacts['trust'];

/** OpenSSL's errors for a chain whose only problem is a date. */
const ONLY_THE_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** OpenSSL's errors for a chain that lacks a certificate; any other error remains when the chain is completed. */
const INCOMPLETE = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

const MICROSOFT_ROOTS: ReadonlySet<string> = new Set(AZURE_CAS.publicRoots);

/** The purpose of a server in extendedKeyUsage, and any purpose (RFC 5280 section 4.2.1.12). */
const FOR_SERVERS = new Set(['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']);

/** The result for one chain; the probe turns it into facts and a failure. */
export interface Verification {
  readonly anchor: Anchor;
  readonly validity: TlsFacts['validity'];
  /** Whether the chain verifies to a public root as it was sent; then the other fields were not looked for. */
  readonly asSent: boolean;
  /** The known CA of Azure whose key verifies the chain. */
  readonly azureKey: X509Certificate | null;
  /** The known CAs of Azure with which the chain leads to a public root. */
  readonly completedWith: readonly X509Certificate[];
  /** The root, where a search found it. */
  readonly root: X509Certificate | null;
}

export class TrustStore {
  /** For tls.connect: verifies against the public roots and the user's. */
  readonly context: SecureContext;
  #contextUpToTls12: SecureContext | null = null;
  readonly #public: readonly string[];
  readonly #extra: readonly string[];
  readonly #azure: readonly string[];
  /** By subject. Parsed on first use, because most runs do not need it. */
  #roots: ReadonlyMap<string, readonly Root[]> | null = null;
  #azureCas: readonly X509Certificate[] | null = null;

  /**
   * @param extra PEM texts, each of any number of certificates, that the user trusts as well (`--ca-file`)
   * @param publicRoots PEM; the runtime's roots, except in tests and in the lab
   * @param azure PEM of the known CAs of Azure, never trusted by themselves; others in tests
   */
  constructor(
    extra: readonly string[] = [],
    publicRoots: readonly string[] = getCACertificates('bundled'),
    azure: readonly string[] = AZURE_CAS.certificates.map(({ pem }) => pem),
  ) {
    this.#public = publicRoots;
    this.#azure = azure;
    this.#extra = extra.flatMap((text) => text.match(PEM_CERTIFICATE) ?? []);
    this.context = this.#createContext({});
  }

  /** The same for protocols without TLS 1.3; created on first use. */
  get contextUpToTls12(): SecureContext {
    this.#contextUpToTls12 ??= this.#createContext({ maxVersion: 'TLSv1.2' });
    return this.#contextUpToTls12;
  }

  /**
   * Judges nothing but the chain: names are the caller's.
   * @param chain leaf first, the others in any order
   * @param verifierError OpenSSL's error code for the chain as sent, null when it verified
   * @param now in milliseconds, the local clock
   */
  verify(chain: readonly X509Certificate[], verifierError: string | null, now: number): Verification {
    const sent = this.#verifySent(chain, verifierError);
    const [leaf] = chain;
    if (sent.asSent || leaf === undefined) return sent;
    const search = new ChainSearch(leaf, chain, this.#knownAzureCas(), this.#rootsFor);
    const azureKey = search.findKnown(MICROSOFT_ROOTS);
    if (azureKey === null) return sent;
    const mayComplete = !isRejected(verifierError) || INCOMPLETE.has(verifierError ?? '');
    const path = mayComplete && isForServers(leaf) ? search.findPath(now) : null;
    const validity = validityOf(leaf, now);
    if (path === null) {
      return { ...sent, azureKey, validity: sent.validity === 'valid' ? validity : sent.validity };
    }
    return {
      ...sent,
      anchor: 'public',
      azureKey,
      validity,
      completedWith: path.added,
      root: path.root,
    };
  }

  /** The chain as sent: OpenSSL's result, and the root behind it. */
  #verifySent(chain: readonly X509Certificate[], verifierError: string | null): Verification {
    const none: Verification = {
      anchor: 'none',
      validity: validityByError(verifierError),
      asSent: false,
      azureKey: null,
      completedWith: [],
      root: null,
    };
    if (isRejected(verifierError)) return none;
    // Without extra roots, a verified chain ends at a public root.
    if (verifierError === null && this.#extra.length === 0)
      return { ...none, anchor: 'public', asSent: true };
    const [leaf] = chain;
    const roots = leaf === undefined ? [] : new ChainSearch(leaf, chain, [], this.#rootsFor).findRoots();
    const open = roots.find(({ anchor }) => anchor === 'public');
    if (open !== undefined) {
      return { ...none, anchor: 'public', asSent: verifierError === null, root: open.certificate };
    }
    const [extra] = roots;
    // A chain that OpenSSL verified by a path longer than the recorded evidence does not count as public.
    if (extra === undefined && verifierError !== null) return none;
    return { ...none, anchor: 'extra', root: extra?.certificate ?? null };
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

  #knownAzureCas(): readonly X509Certificate[] {
    this.#azureCas ??= this.#azure.map((pem) => new X509Certificate(pem));
    return this.#azureCas;
  }

  /** The roots with the subject or the issuer of this certificate. */
  readonly #rootsFor = (certificate: X509Certificate): readonly Root[] => {
    this.#roots ??= parseRoots(this.#public, this.#extra);
    const same = this.#roots.get(certificate.subject) ?? [];
    return [
      ...same.filter((root) => root.certificate.fingerprint256 === certificate.fingerprint256),
      ...(this.#roots.get(certificate.issuer) ?? []),
    ];
  };
}

/**
 * Whether OpenSSL rejected a chain for more than its dates, which it checks last.
 * @param verifierError OpenSSL's error code, null when the chain verified
 */
export function isRejected(verifierError: string | null): boolean {
  return verifierError !== null && !ONLY_THE_DATE.has(verifierError);
}

/**
 * By OpenSSL's error, which refers to the verified path: a server may also send an expired certificate that the path
 * does not use. OpenSSL checks dates last, so a date error means that everything else is valid.
 */
function validityByError(verifierError: string | null): TlsFacts['validity'] {
  if (verifierError === 'CERT_HAS_EXPIRED') return 'expired';
  return verifierError === 'CERT_NOT_YET_VALID' ? 'not-yet-valid' : 'valid';
}

/** Whether its extendedKeyUsage, if it has one, allows a server; OpenSSL checks it only in a complete chain. */
function isForServers({ keyUsage }: X509Certificate): boolean {
  // The types do not say that it is undefined without the extension.
  const purposes = keyUsage as readonly string[] | undefined;
  return purposes === undefined || purposes.some((purpose) => FOR_SERVERS.has(purpose));
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
