/** Searches the paths from a leaf to a root by signatures, through the sent certificates and known ones. */
import type { X509Certificate } from 'node:crypto';
import type { ChainProblem } from '../facts.ts';
import { type Parsed, parseCertificate } from './certificate-fields.ts';
import {
  findDateProblems,
  findIssuerProblems,
  findProblems,
  findSignatureProblems,
  problem,
} from './certificate-problems.ts';
import { findForbiddenName, generalNameText } from './name-constraints.ts';

export interface Root extends Parsed {
  readonly anchor: 'public' | 'extra';
}

/** A path to a root. */
export interface Path {
  /** The known certificates on it that were not sent. */
  readonly added: readonly X509Certificate[];
  readonly root: Root;
  /** What the search tolerated. */
  readonly problems: readonly ChainProblem[];
}

/** What a search tolerates above the leaf; the leaf's own dates are the caller's. */
export type Tolerance = 'nothing' | 'dates' | 'everything';

/** Issuers above the leaf; chains of Azure have three. */
const MOST_ISSUERS = 10;
/** Signatures checked for one chain, as in Go: a hostile server may send many CAs that sign each other. */
const MOST_CHECKS = 100;
/** Issuers tried in one search. */
const MOST_STEPS = 2000;
/** Names compared with constraints for one chain; a hundred names under a CA with a hundred constraints need 10,000. */
const MOST_COMPARISONS = 50_000;

const DATES: ReadonlySet<ChainProblem['kind']> = new Set(['expired', 'not-yet-valid']);

/** A certificate on a path from the leaf. */
interface Node extends Parsed {
  /** The certificate that this one signed; null for the leaf. */
  readonly below: Node | null;
  readonly problems: readonly ChainProblem[];
}

export class ChainSearch {
  readonly #leaf: Parsed;
  readonly #sent: readonly Parsed[];
  readonly #knownCas: () => readonly Parsed[];
  readonly #rootsFor: (name: string) => readonly Root[];
  readonly #now: number;
  readonly #problems = new Map<string, readonly ChainProblem[]>();
  readonly #signatures = new Map<string, boolean>();
  readonly #allowance = { comparisons: MOST_COMPARISONS };
  #checks = 0;
  #steps = 0;
  #longest: { length: number; problems: readonly ChainProblem[] } = { length: 0, problems: [] };

  /**
   * @param leaf the server's own certificate
   * @param sent the others of its chain, in any order
   * @param known untrusted certificates to search besides
   * @param rootsFor the roots of this canonical name
   * @param now in milliseconds
   */
  constructor(
    leaf: Parsed,
    sent: readonly X509Certificate[],
    known: () => readonly Parsed[],
    rootsFor: (name: string) => readonly Root[],
    now: number,
  ) {
    this.#leaf = leaf;
    // A certificate that was sent many times is searched once.
    const distinct = new Map(sent.map((certificate) => [certificate.fingerprint256, certificate]));
    this.#sent = [...distinct.values()].flatMap((certificate) => parseCertificate(certificate) ?? []);
    this.#knownCas = known;
    this.#rootsFor = rootsFor;
    this.#now = now;
  }

  /**
   * A path to a public root, else one to another root; null for none.
   * @param complete whether known certificates may be on it
   */
  findPath(tolerance: Tolerance, complete: boolean): Path | null {
    this.#steps = 0;
    this.#longest = { length: 0, problems: [] };
    const pool = complete ? [...this.#sent, ...this.#knownCas()] : this.#sent;
    const start = { ...this.#leaf, below: null, problems: this.#problemsOf(this.#leaf) };
    if (!areTolerated(start.problems, tolerance)) return null;
    let other: Path | null = null;
    for (const path of this.#paths(start, pool, tolerance)) {
      if (path.root.anchor === 'public') return path;
      other ??= path;
    }
    return other;
  }

  /** The problems of the longest path of the last search, whether or not it led to a root. */
  get problemsOnTheWay(): readonly ChainProblem[] {
    return this.#longest.problems;
  }

  /**
   * The first known certificate on a path whose key verifies what is below it, whatever else is wrong.
   * @param knownRoots SHA-256 of roots that are known as well, in lower-case hexadecimal
   */
  findKnown(knownRoots: ReadonlySet<string>): X509Certificate | null {
    const known = new Set([
      ...this.#knownCas().map(({ certificate }) => fingerprintOf(certificate)),
      ...knownRoots,
    ]);
    const isKnown = ({ certificate }: Parsed) => known.has(fingerprintOf(certificate));
    const reached = [this.#leaf];
    const seen = new Set([fingerprintOf(this.#leaf.certificate)]);
    // Iterating over an array includes entries that are added meanwhile.
    for (const each of reached) {
      for (const issuer of [
        ...this.#issuersIn([...this.#sent, ...this.#knownCas()], each),
        ...this.#rootsOf(each),
      ]) {
        const fingerprint = fingerprintOf(issuer.certificate);
        if (seen.has(fingerprint) || !issuer.fields.isCa || !this.#isSignedBy(each, issuer)) continue;
        if (isKnown(issuer)) return issuer.certificate;
        seen.add(fingerprint);
        reached.push(issuer);
      }
    }
    return null;
  }

  /** The paths that continue from a node; its roots come first. */
  *#paths(node: Node, pool: readonly Parsed[], tolerance: Tolerance): Generator<Path> {
    const path = pathTo(node);
    // A root of the user may be an issuing CA, or the server's own certificate.
    const itself = this.#rootsFor(node.fields.subject).find((root) => isSame(root, node));
    if (itself !== undefined) yield this.#finish(node, itself, node.problems);
    const problems = [...node.problems, ...findSignatureProblems(node.certificate)];
    if (path.length > this.#longest.length) {
      this.#longest = { length: path.length, problems: isSelfIssued(node) ? node.problems : problems };
    }
    if (!areTolerated(problems, tolerance)) return;
    for (const root of this.#rootsOf(node)) {
      const end = this.#extend(node, root, problems, tolerance);
      if (end !== null) yield this.#finish(node, root, end.problems);
    }
    if (path.length > MOST_ISSUERS - 1) return;
    for (const issuer of this.#issuersIn(pool, node)) {
      if (path.some((each) => isSameCa(each, issuer))) continue;
      const next = this.#extend(node, issuer, problems, tolerance);
      if (next !== null) yield* this.#paths(next, pool, tolerance);
    }
  }

  /** The node with an issuer above it; null if that did not sign it, or has a problem. */
  #extend(node: Node, issuer: Parsed, before: readonly ChainProblem[], tolerance: Tolerance): Node | null {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) return null;
    const path = pathTo(node);
    const cas = path.slice(1).filter((each) => !isSelfIssued(each)).length;
    const own = [
      ...this.#problemsOf(issuer),
      ...findIssuerProblems(issuer, cas),
      ...findDateProblems(issuer.certificate, this.#now),
    ];
    if (!areTolerated(own, tolerance) || !this.#isSignedBy(node, issuer)) return null;
    const ofNames = this.#findNameProblems(issuer, path);
    if (!areTolerated(ofNames, tolerance)) return null;
    const { certificate, fields } = issuer;
    return { certificate, fields, below: node, problems: [...before, ...own, ...ofNames] };
  }

  /** Constraints apply to all names below but those of self-issued CAs. */
  #findNameProblems({ certificate, fields }: Parsed, path: readonly Node[]): ChainProblem[] {
    const { constraints } = fields;
    if (constraints === null) return [];
    const names = path
      .filter((each, index) => index === 0 || !isSelfIssued(each))
      .flatMap((each) => each.fields.readNames());
    const forbidden = findForbiddenName(names, constraints, this.#allowance);
    return forbidden === null ? [] : [problem(certificate, 'name-constraint', generalNameText(forbidden))];
  }

  #finish(node: Node, root: Root, problems: readonly ChainProblem[]): Path {
    const sent = new Set([this.#leaf, ...this.#sent].map(({ certificate }) => certificate.fingerprint256));
    const added = pathTo(node)
      .map(({ certificate }) => certificate)
      .filter(({ fingerprint256 }) => !sent.has(fingerprint256));
    return { added, root, problems };
  }

  #rootsOf({ fields }: Parsed): readonly Root[] {
    return this.#rootsFor(fields.issuer);
  }

  #issuersIn(pool: readonly Parsed[], { fields }: Parsed): readonly Parsed[] {
    return pool.filter((issuer) => issuer.fields.subject === fields.issuer && fields.issuer !== '');
  }

  #problemsOf(parsed: Parsed): readonly ChainProblem[] {
    const known = this.#problems.get(parsed.certificate.fingerprint256);
    if (known !== undefined) return known;
    const problems = findProblems(parsed);
    this.#problems.set(parsed.certificate.fingerprint256, problems);
    return problems;
  }

  #isSignedBy({ certificate }: Parsed, { certificate: issuer }: Parsed): boolean {
    const pair = `${certificate.fingerprint256} ${issuer.fingerprint256}`;
    const known = this.#signatures.get(pair);
    if (known !== undefined) return known;
    if (this.#checks >= MOST_CHECKS) return false;
    this.#checks += 1;
    const isSigned = hasSignature(certificate, issuer);
    this.#signatures.set(pair, isSigned);
    return isSigned;
  }
}

function hasSignature(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // OpenSSL does not support this kind of key.
    return false;
  }
}

function areTolerated(problems: readonly ChainProblem[], tolerance: Tolerance): boolean {
  if (tolerance === 'everything') return true;
  return problems.every(({ kind }) => tolerance === 'dates' && DATES.has(kind));
}

function isSame({ certificate }: { readonly certificate: X509Certificate }, other: Parsed): boolean {
  return certificate.fingerprint256 === other.certificate.fingerprint256;
}

/** Certificates of one CA differ in dates and issuers; a path with two of them is a loop. */
function isSameCa(one: Parsed, other: Parsed): boolean {
  return (
    isSame(one, other) || (one.fields.subject === other.fields.subject && one.fields.key === other.fields.key)
  );
}

function isSelfIssued({ fields }: Parsed): boolean {
  return fields.subject === fields.issuer;
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The certificates from the leaf up to this one. */
function pathTo(node: Node): readonly Node[] {
  const path: Node[] = [];
  for (let each: Node | null = node; each !== null; each = each.below) path.unshift(each);
  return path;
}
