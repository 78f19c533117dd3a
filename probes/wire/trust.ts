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
import type { ChainProblem, TlsFacts } from '../facts.ts';
import { ProbeError } from '../failures.ts';
import { AZURE_CAS } from './azure-cas.ts';
import { type Parsed, parseCertificate, readSubject } from './certificate-fields.ts';
import { validityOf } from './certificate-problems.ts';
import { ChainSearch, type Path, type Root } from './chain-search.ts';
import { SERVICE_TLS } from './tls-client.ts';

type Anchor = TlsFacts['trust'];

/** OpenSSL's errors for a chain whose only problem is a date. */
const ONLY_THE_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

const MICROSOFT_ROOTS: ReadonlySet<string> = new Set(AZURE_CAS.publicRoots);

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
  /** Why the chain leads to no trusted root, as far as it is known. */
  readonly problems: readonly ChainProblem[];
}

/** PEM of roots with one canonical subject; parsed on first use, because a run needs few of them. */
interface RootFile {
  readonly pem: string;
  readonly anchor: Root['anchor'];
}

export class TrustStore {
  /** For tls.connect: verifies against the public roots and the user's. */
  readonly context: SecureContext;
  #contextUpToTls12: SecureContext | null = null;
  readonly #public: readonly string[];
  readonly #extra: readonly string[];
  readonly #azure: readonly string[];
  /** By canonical subject; read on first use. */
  #rootFiles: ReadonlyMap<string, readonly RootFile[]> | null = null;
  readonly #roots = new Map<string, readonly Root[]>();
  #azureCas: readonly Parsed[] | null = null;

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
   * Judges nothing but the chain: whether the leaf holds the target's name is the caller's.
   * @param chain leaf first, the others in any order
   * @param verifierError OpenSSL's error code for the chain as sent, null when it verified. OpenSSL tries one path; what
   *   it accepts is refused only for a named problem
   * @param now in milliseconds, the local clock
   * @throws ProbeError tls_bad_certificate if the leaf cannot be read
   */
  verify(chain: readonly X509Certificate[], verifierError: string | null, now: number): Verification {
    const [leaf, ...others] = chain;
    if (leaf === undefined) return UNVERIFIED;
    const parsed = parseCertificate(leaf);
    if (parsed === null) throw new ProbeError('tls_bad_certificate', 'the server’s certificate is malformed');
    const search = new ChainSearch(parsed, others, this.#knownAzureCas, this.#rootsFor, now);
    const validity = validityOf(leaf, now);
    const asSent = search.findPath('nothing', false);
    if (asSent?.root.anchor === 'public' && validity === 'valid') {
      return { ...found(asSent), validity, asSent: true };
    }
    const azureKey = search.findKnown(MICROSOFT_ROOTS);
    const completed = search.findPath('nothing', true);
    const whole = completed?.root.anchor === 'public' ? completed : asSent;
    if (whole !== null) return { ...found(whole), validity, azureKey };
    const outdated = search.findPath('dates', false);
    if (outdated !== null) return { ...found(outdated), validity: validityIn(outdated, validity), azureKey };
    const refused = search.findPath('everything', true);
    if (refused === null && verifierError === null) {
      // OpenSSL found a path that is longer than what is searched; without extra roots it ends at a public one.
      const isPublic = this.#extra.length === 0;
      return { ...UNVERIFIED, anchor: isPublic ? 'public' : 'extra', validity, asSent: isPublic, azureKey };
    }
    const problems = refused?.problems ?? search.problemsOnTheWay;
    return { ...UNVERIFIED, validity, azureKey, root: refused?.root.certificate ?? null, problems };
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

  /** Parsed on first use, because most chains are complete. */
  readonly #knownAzureCas = (): readonly Parsed[] => {
    this.#azureCas ??= this.#azure.flatMap((pem) => parseCertificate(new X509Certificate(pem)) ?? []);
    return this.#azureCas;
  };

  /** The roots of a canonical name. */
  readonly #rootsFor = (name: string): readonly Root[] => {
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    this.#rootFiles ??= readRoots(this.#public, this.#extra);
    const roots = (this.#rootFiles.get(name) ?? []).flatMap((file) => parseRoot(file) ?? []);
    // Other names are the peers' and must not fill the memory.
    if (roots.length > 0) this.#roots.set(name, roots);
    return roots;
  };
}

/** A root is trusted as a name and a key (RFC 5280 section 6.1.1): one without basicConstraints is a CA, as in Go. */
function parseRoot({ pem, anchor }: RootFile): Root | null {
  const parsed = parseCertificate(new X509Certificate(pem));
  if (parsed === null) return null;
  const { certificate, fields } = parsed;
  return { certificate, fields: { ...fields, isCa: fields.isCa ?? true }, anchor };
}

const UNVERIFIED: Verification = {
  anchor: 'none',
  validity: 'valid',
  asSent: false,
  azureKey: null,
  completedWith: [],
  root: null,
  problems: [],
};

function found({ root, added }: Path): Verification {
  return { ...UNVERIFIED, anchor: root.anchor, root: root.certificate, completedWith: added };
}

/** Of a path whose only problems are dates. */
function validityIn({ problems }: Path, leaf: Verification['validity']): Verification['validity'] {
  if (leaf !== 'valid') return leaf;
  return problems.some(({ kind }) => kind === 'expired') ? 'expired' : 'not-yet-valid';
}

/**
 * Whether OpenSSL rejected a chain for more than its dates, which it checks last.
 * @param verifierError OpenSSL's error code, null when the chain verified
 */
export function isRejected(verifierError: string | null): boolean {
  return verifierError !== null && !ONLY_THE_DATE.has(verifierError);
}

function readRoots(
  publicRoots: readonly string[],
  extra: readonly string[],
): ReadonlyMap<string, readonly RootFile[]> {
  const files: RootFile[] = [
    ...publicRoots.map((pem) => ({ pem, anchor: 'public' as const })),
    ...extra.map((pem) => ({ pem, anchor: 'extra' as const })),
  ];
  return Map.groupBy(files, ({ pem }) =>
    readSubject(Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64')),
  );
}
