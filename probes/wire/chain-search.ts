/** Searches the paths from a leaf to a root by signatures, through the sent certificates and known ones. */
import type { X509Certificate } from 'node:crypto';
import type { TlsFacts } from '../facts.ts';

export interface Root {
  readonly certificate: X509Certificate;
  readonly anchor: 'public' | 'extra';
}

/** A path to a public root that is valid now. */
export interface Path {
  /** The known certificates on it that were not sent. */
  readonly added: readonly X509Certificate[];
  readonly root: X509Certificate;
}

/** Signatures checked for one chain: a hostile server may send many CAs of one name. A genuine chain needs few. */
const MOST_CHECKS = 200;

interface Node {
  readonly certificate: X509Certificate;
  /** The certificate that this one signed; null for the leaf. */
  readonly below: Node | null;
}

export class ChainSearch {
  readonly #leaf: X509Certificate;
  readonly #sent: readonly X509Certificate[];
  readonly #known: readonly X509Certificate[];
  readonly #rootsFor: (certificate: X509Certificate) => readonly Root[];
  readonly #signatures = new Map<string, boolean>();
  #checks = 0;

  /**
   * @param chain leaf first, the others in any order
   * @param known untrusted certificates to search besides
   * @param rootsFor the roots that are this certificate, or have its issuer's name
   */
  constructor(
    leaf: X509Certificate,
    chain: readonly X509Certificate[],
    known: readonly X509Certificate[],
    rootsFor: (certificate: X509Certificate) => readonly Root[],
  ) {
    this.#leaf = leaf;
    this.#sent = chain;
    this.#known = known;
    this.#rootsFor = rootsFor;
  }

  /** The roots of all paths, whatever their dates: cross-signed issuers have several paths. */
  findRoots(): readonly Root[] {
    return this.#walk(() => true).flatMap(({ certificate }) => this.#rootsOf(certificate));
  }

  /**
   * The first known certificate on a path whose key verifies what is below it, whatever the dates.
   * @param knownRoots SHA-256 of roots that are known as well, in lower-case hexadecimal
   */
  findKnown(knownRoots: ReadonlySet<string>): X509Certificate | null {
    const known = new Set([...this.#known.map(fingerprintOf), ...knownRoots]);
    for (const { certificate, below } of this.#walk(() => true)) {
      if (below !== null && known.has(fingerprintOf(certificate))) return certificate;
      const root = this.#rootsOf(certificate).find((each) => known.has(fingerprintOf(each.certificate)));
      if (root !== undefined) return root.certificate;
    }
    return null;
  }

  /** The shortest path to a public root on which every certificate above the leaf is valid now. */
  findPath(now: number): Path | null {
    const isValid = (certificate: X509Certificate): boolean => validityOf(certificate, now) === 'valid';
    for (const node of this.#walk(isValid)) {
      const root = this.#rootsOf(node.certificate).find(
        ({ anchor, certificate }) => anchor === 'public' && isValid(certificate),
      );
      if (root !== undefined) {
        const added = pathTo(node).filter((certificate) => !this.#isSent(certificate));
        return { added, root: root.certificate };
      }
    }
    return null;
  }

  /** Every certificate that a path from the leaf reaches through admitted issuers, nearest first. */
  #walk(admits: (issuer: X509Certificate) => boolean): readonly Node[] {
    const nodes: Node[] = [{ certificate: this.#leaf, below: null }];
    const reached = new Set([fingerprintOf(this.#leaf)]);
    // Iterating over an array includes entries that are added meanwhile.
    for (const node of nodes) {
      for (const issuer of [...this.#sent, ...this.#known]) {
        if (reached.has(fingerprintOf(issuer)) || !issuer.ca || !admits(issuer)) continue;
        if (!this.#isSignedBy(node.certificate, issuer)) continue;
        reached.add(fingerprintOf(issuer));
        nodes.push({ certificate: issuer, below: node });
      }
    }
    return nodes;
  }

  #rootsOf(certificate: X509Certificate): readonly Root[] {
    return this.#rootsFor(certificate).filter(
      (root) =>
        root.certificate.fingerprint256 === certificate.fingerprint256 ||
        this.#isSignedBy(certificate, root.certificate),
    );
  }

  #isSent(certificate: X509Certificate): boolean {
    return this.#sent.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
  }

  #isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const pair = `${certificate.fingerprint256} ${issuer.fingerprint256}`;
    const known = this.#signatures.get(pair);
    if (known !== undefined) return known;
    const isSigned = this.#checkSignature(certificate, issuer);
    this.#signatures.set(pair, isSigned);
    return isSigned;
  }

  #checkSignature(certificate: X509Certificate, issuer: X509Certificate): boolean {
    try {
      if (!certificate.checkIssued(issuer)) return false;
      this.#checks += 1;
      return this.#checks <= MOST_CHECKS && certificate.verify(issuer.publicKey);
    } catch {
      // OpenSSL does not support this kind of key.
      return false;
    }
  }
}

/** Whether a certificate is valid at this time, in milliseconds. */
export function validityOf(
  { validFromDate, validToDate }: X509Certificate,
  now: number,
): TlsFacts['validity'] {
  if (now > validToDate.getTime()) return 'expired';
  return now < validFromDate.getTime() ? 'not-yet-valid' : 'valid';
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The certificates from the leaf up to this one. */
function pathTo(node: Node): readonly X509Certificate[] {
  const path: X509Certificate[] = [];
  for (let each: Node | null = node; each !== null; each = each.below) path.unshift(each.certificate);
  return path;
}
