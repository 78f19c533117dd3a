/** Pseudonyms of host names. Names that are public knowledge stay; those of this network do not. */
import type { Pseudonyms } from './pseudonyms.ts';

/** Names that identify no network. */
export interface PublicNames {
  /** Whether a host name, in lower case, is public knowledge. */
  readonly has: (host: string) => boolean;
  /** `blob.core.windows.net`: what stands before it is the name of a resource, and the rest stays. */
  readonly services: readonly string[];
  /** `windows.net`: the same, but what stands before it may be anything. */
  readonly domains: readonly string[];
  /** Whether a word, in lower case, is a key or an enumerated value of the report. */
  readonly isWord: (word: string) => boolean;
  /** Whether the program's own texts hold the word: a peer must not get it replaced there. */
  readonly isTextWord: (word: string) => boolean;
}

/** Labels between a resource and its suffix that only name one of its endpoints. */
const ROLES = new Set([
  '*',
  'privatelink',
  'portal',
  'developer',
  'management',
  'scm',
  'configuration',
  'regional',
  'www',
]);

const FILES =
  /\.(?:json|ya?ml|txt|log|conf|cfg|ini|pem|crt|cer|key|pfx|der|md|m?[jt]s|cjs|gz|tgz|tar|zip|xml|html?|csv|sh|ps1|bicep|service|timer|socket|node|py|exe|dll|so|lock|tmp|pid)$/;

/** How `addresses.ts` writes an address. */
const ADDRESS = /^\d+(?:\.\d+)?(?:\.x[0-9a-f]{2}){2,3}$/;
/** As Azure spells its regions: `westeurope`, `chinaeast2`. */
const REGION = /^[a-z]{4,40}[0-9]?$/;
const PSEUDONYM = /^host-[0-9a-f]{4,}$/;
/** Never registered (RFC 2606): a name that ends so belongs to no network. */
const UNREGISTERED = 'invalid';

/** What may be a host name: labels and dots, from the beginning of one on. `Hosts.dotted` decides whether it is one. */
export const DOTTED = /(?<![\p{L}\p{M}\p{N}_*-])[\p{L}\p{M}\p{N}_*-]+(?:\.[\p{L}\p{M}\p{N}_*-]+)+/gu;
/** Characters of a host name (RFC 1035, section 2.3.4). */
const LONGEST = 253;
/** The same alone, as a field holds it: perhaps with a dot at its end or beginning. */
const HOST = /^\.?((?:[\p{L}\p{M}\p{N}_*-]+\.)+[\p{L}\p{M}\p{N}_-]+)\.?$/u;

export class Hosts {
  readonly #pseudonyms: Pseudonyms;
  readonly #names: PublicNames;
  readonly #services: ReadonlySet<string>;
  readonly #suffixes: ReadonlySet<string>;
  /** Learnt names without a dot, in lower case. */
  readonly #labels = new Set<string>();
  /** Learnt names with dots, in lower case: they need not look like host names. */
  readonly #known = new Set<string>();
  /** Names of files that were given, in lower case. */
  readonly #files = new Set<string>();
  /** Labels that stay readable wherever they stand. */
  readonly #readable = new Set<string>();

  constructor(pseudonyms: Pseudonyms, names: PublicNames) {
    this.#pseudonyms = pseudonyms;
    this.#names = names;
    this.#services = new Set(names.services);
    this.#suffixes = this.#services.union(new Set(names.domains));
  }

  /** From now on this name without a dot (a VM's, a resource's) is replaced wherever it occurs as a word. */
  learn(label: string): void {
    const name = label.toLowerCase();
    if (
      /^[a-z0-9_][a-z0-9_-]{2,62}$/.test(name) &&
      /[a-z]/.test(name) &&
      !COMMON.has(name) &&
      !this.#names.isWord(name) &&
      !PSEUDONYM.test(name)
    )
      this.#labels.add(name);
  }

  /**
   * The same for a name that a peer gives. Words of the program's own texts, times and numbers are ignored: a hostile
   * peer could have them replaced all over the report.
   */
  learnFromPeer(label: string): void {
    const name = label.toLowerCase();
    if (/^[a-z]/.test(name) && !this.#names.isTextWord(name)) this.learn(name);
  }

  /** From now on this name with dots, and any below it, counts as a host name, whatever its form. */
  learnHost(text: string): void {
    const name = HOST.exec(text.trim().toLowerCase())?.[1]?.replace(/^\*\./, '');
    if (name?.includes('.') && !/^[\d.]+$/.test(name) && !ADDRESS.test(name)) this.#known.add(name);
  }

  /** From now on this name of a file is replaced, but for its extension. */
  learnFile(name: string): void {
    const file = name.toLowerCase();
    if (FILES.test(file) && !/^path-[0-9a-f]{4,}\.\w+$/.test(file)) this.#files.add(file);
  }

  #isKnown(name: string): boolean {
    const end = name.length > LONGEST ? name.slice(-LONGEST) : name;
    for (let rest = end; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1))
      if (this.#known.has(rest)) return true;
    return false;
  }

  /** From now on this region stays readable, although a name under a service's suffix may hold it. */
  keepReadable(label: string): void {
    if (REGION.test(label)) this.#readable.add(label);
  }

  /** @returns the pseudonym of a learnt name, or the word as it is */
  label(word: string): string {
    const name = word.toLowerCase();
    return this.#labels.has(name) && !this.#readable.has(name) ? this.#labelPseudonym(name) : word;
  }

  /** @returns the pseudonym of a name without a dot that stands where only hosts stand */
  single(word: string): string {
    const name = word.toLowerCase();
    return name === 'localhost' || PSEUDONYM.test(name) || /^\d+$/.test(name)
      ? word
      : this.#labelPseudonym(name);
  }

  /** @returns the pseudonym of a dotted name; any other name, and public knowledge, comes back as it is */
  dotted(text: string): string {
    // Asterisks after a name are emphasis; asterisks before it are a wildcard.
    let end = text.length;
    while (text[end - 1] === '*') end -= 1;
    if (end < text.length) return this.dotted(text.slice(0, end)) + text.slice(end);
    const name = text.toLowerCase();
    if (name.length > LONGEST) {
      return this.#isKnown(name) ? `${this.#pseudonyms.of('host', name)}.${UNREGISTERED}` : text;
    }
    if (this.#files.has(name)) return `${this.#pseudonyms.of('path', name)}${FILES.exec(name)?.[0] ?? ''}`;
    if (this.#names.has(name) || this.#suffixes.has(name)) return text;
    if (!this.#isKnown(name)) {
      const file = FILES.exec(name)?.[0];
      if (file !== undefined) {
        const stem = text.slice(0, -file.length);
        return stem.includes('.') ? this.dotted(stem) + text.slice(-file.length) : text;
      }
      if (!isName(text, name)) return text;
    }
    const labels = name.split('.');
    const at = labels.findIndex((_, index) => index > 0 && this.#suffixes.has(labels.slice(index).join('.')));
    if (at > 0) {
      const suffix = labels.slice(at).join('.');
      const resource = this.#services.has(suffix);
      return [...labels.slice(0, at).map((label) => this.#below(label, resource)), suffix].join('.');
    }
    if (
      labels.at(-1) === UNREGISTERED &&
      labels.slice(0, -1).every((label) => PSEUDONYM.test(label) || label === '*')
    )
      return text;
    // Each label stands for all of the name from there on, so that what shares a domain still does.
    const pseudonyms = labels
      .slice(0, -1)
      .map((label, index) =>
        label === '*' ? label : this.#pseudonyms.of('host', labels.slice(index).join('.')),
      );
    return [...pseudonyms, UNREGISTERED].join('.');
  }

  #below(label: string, resource: boolean): string {
    if (ROLES.has(label) || PSEUDONYM.test(label) || this.#readable.has(label)) return label;
    if (resource) this.learn(label);
    return this.#labelPseudonym(label);
  }

  #labelPseudonym(label: string): string {
    return this.#pseudonyms.of('host', label);
  }
}

/** At least two labels, the last one of letters, and not an identifier of a program: `process.stderr`, `Microsoft.Sql`. */
function isName(text: string, name: string): boolean {
  if (ADDRESS.test(name) || /^Microsoft\./.test(text) || /[a-z][A-Z]/.test(text)) return false;
  return /\.(?:\p{L}{2,63}|xn--[a-z0-9-]{2,59})$/u.test(name);
}

/** Common words: a resource of such a name looks like the word. */
const COMMON = new Set(
  (
    'localhost host hosts storage sql redis dns vault network service virtual machine public private test probe apim gateway portal ' +
    'developer management custom azure microsoft windows linux name names error warning info ready degraded blocked ' +
    'blob table queue file core windows net com database servicebus cache inconclusive reachable unreachable intermittent untested resolve connect tls handshake request the and for with'
  ).split(' '),
);
