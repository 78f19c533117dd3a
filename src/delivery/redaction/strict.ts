/** The strict level: names, private addresses, users and ids of this network become pseudonyms. */
import { Addresses } from './addresses.ts';
import { DOTTED, Hosts, type PublicNames } from './hosts.ts';
import { learnFrom } from './learn.ts';
import { withoutOwnFields } from './own-fields.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { redactValue } from './redact.ts';
import type { Count, Legend, PseudonymKind, Redactor } from './types.ts';

const GUID = /(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])/gi;
/** A text without one of these holds neither a dotted name nor an address, a path or an id. */
const SEPARATOR = /[.:@/\\-]/;
/** What stands before the id of a tenant, a subscription, an application or an account. */
const WHOSE =
  /(?:subscriptions?|tenants?|directory|tid|oid|appid|application|client|object|principal|account|vm|login\.[a-z.]+|sts\.[a-z.]+)(?:[_-]?ids?)?(?:[^a-z0-9]|%2f|%3d|u003d){1,6}$/i;
/** Characters before an id that are looked at. */
const WHOSE_LENGTH = 64;

/** The whole word, however long, so that no part of a mailbox is left in front. */
const MAIL = /(?<![\w.+-])[\w.+-]+@(?=[\w-]+(?:\.[\w-]+)+)/g;
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)/g;
/** Hexadecimal digits and colons, perhaps with an IPv4 address at the end; `Addresses` decides whether it is an address. */
const IPV6 =
  /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:(?:\.\d{1,3}){3})?(?:%[\w-]{1,32})?(?![\w:])/gi;
/** A host without a dot, in a URL. */
const AUTHORITY = /(:\/\/(?:\*\*\*@)?)([a-z0-9_-]+)(?=[:/?#"'\s\\]|$)/gi;
/** Of a share on Windows, `\\\\server\\share`. */
const UNC = /(?<![\\\w]|(?<![a-z])[a-z]:)(\\{2})([a-z0-9_-]+)(?=\\)/gi;
const HOME = /((?:\/home\/|\/Users\/|\\{1,4}Users\\{1,4}|\/Users\\{1,4}))([^/\\\s"':]+)/g;
const GROUP = /(\/resourceGroups\/)([^/\s"'?&\\]+)/gi;
/** A type and a name, and those of resources inside. */
const ARM = /(?<=\/providers\/[\w.]+)(?:\/\w+\/[^/\s"'?&\\,;:)]+)+/gi;
const TYPE_AND_NAME = /(\/\w+\/)([^/]+)/g;
const WORD = /[A-Za-z0-9_-]{3,63}/g;

interface StrictSettings {
  readonly pseudonyms: Pseudonyms;
  readonly names: PublicNames;
  /** Called for each replacement. */
  readonly count: Count;
  /** Removes the secrets from a text first; returns a clean text as it is. */
  readonly withoutSecrets: (text: string) => string;
}

export class StrictRedactor implements Redactor {
  readonly #pseudonyms: Pseudonyms;
  readonly #hosts: Hosts;
  readonly #addresses: Addresses;
  readonly #ids = new Set<string>();
  readonly #withoutSecrets: (text: string) => string;
  readonly #count: Count;

  constructor({ pseudonyms, names, count, withoutSecrets }: StrictSettings) {
    this.#pseudonyms = pseudonyms;
    this.#hosts = new Hosts(pseudonyms, names);
    this.#addresses = new Addresses(pseudonyms);
    this.#withoutSecrets = withoutSecrets;
    this.#count = count;
  }

  /** A name of this machine or of a resource, without a dot. */
  learnName(name: string): void {
    this.#hosts.learn(name);
  }

  learnFromPeer(name: string): void {
    this.#hosts.learnFromPeer(name);
  }

  learnHost(name: string): void {
    this.#hosts.learnHost(name);
  }

  learnFile(name: string): void {
    this.#hosts.learnFile(name);
  }

  learnId(id: string): void {
    for (const [one] of id.matchAll(GUID)) this.#ids.add(one.toLowerCase());
  }

  learnAddress(address: string): void {
    this.#addresses.learn(address);
  }

  /** A region of Azure, which stays readable. */
  learnRegion(name: string): void {
    this.#hosts.keepReadable(name);
  }

  /** Scans data before anything is redacted, and learns its names, ids and addresses. */
  learn(value: unknown): void {
    redactValue(value, (text) => this.#patterns(text));
    learnFrom(value, this);
  }

  /** Learnt names are not replaced in keys: a machine may be called like a key of the report. */
  readonly value = <T>(value: T): T =>
    this.#named(
      redactValue(withoutOwnFields(value, this.#ownField, this.#count), this.text, this.#count, (key) =>
        this.#patterns(key),
      ),
    );

  /** A legend shows the original, so that it must not hold a secret. */
  readonly #ownField = (kind: PseudonymKind, original: string): string =>
    this.#pseudonyms.of(kind, this.#withoutSecrets(original));

  legend(): Legend {
    return this.#pseudonyms.legend();
  }

  /** Fields that hold names of machines are replaced whole, even where the name is a common word. */
  #named<T>(value: T, within?: string): T;
  #named(value: unknown, within = ''): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#named(item, within));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => {
        // A whole certificate, whose names no text redaction finds.
        if (key === 'der' && typeof item === 'string') {
          this.#count('host');
          return [key, null];
        }
        const name =
          key === 'machineName' ||
          (Object.hasOwn(MACHINES, within) && MACHINES[within]?.includes(key) === true);
        if (!name || typeof item !== 'string') return [key, this.#named(item, key)];
        return [key, item.includes('.') ? item : this.#swapped('host', item, this.#hosts.single(item))];
      }),
    );
  }

  readonly text = (text: string): string =>
    this.#patterns(text).replace(WORD, (word, at: number, all: string) =>
      isPartOfAddress(word, all[at - 1], all[at + word.length])
        ? word
        : this.#swapped('host', word, this.#hosts.label(word)),
    );

  #patterns(text: string): string {
    const clean = this.#withoutSecrets(text);
    if (!SEPARATOR.test(clean)) return clean;
    return clean
      .replace(
        UNC,
        (_, before: string, name: string) => before + this.#swapped('host', name, this.#hosts.single(name)),
      )
      .replace(GUID, (id, at: number, all: string) =>
        this.#id(id, all.slice(Math.max(0, at - WHOSE_LENGTH), at)),
      )
      .replace(
        HOME,
        (_, before: string, user: string) => before + this.#swapped('user', user, this.#user(user)),
      )
      .replace(
        GROUP,
        (_, before: string, name: string) => before + this.#swapped('host', name, this.#hosts.single(name)),
      )
      .replace(ARM, (path) =>
        path.replace(
          TYPE_AND_NAME,
          (_, before: string, name: string) => before + this.#swapped('host', name, this.#hosts.single(name)),
        ),
      )
      .replace(
        MAIL,
        (local) => `${this.#swapped('user', local.slice(0, -1), this.#user(local.slice(0, -1)))}@`,
      )
      .replace(IPV6, (address) =>
        this.#swapped('address', address, this.#addresses.pseudonymOf(address) ?? address),
      )
      .replace(IPV4, (address) =>
        this.#swapped('address', address, this.#addresses.pseudonymOf(address) ?? address),
      )
      .replace(DOTTED, (name) => this.#swapped('host', name, this.#hosts.dotted(name)))
      .replace(
        AUTHORITY,
        (_, before: string, name: string) => before + this.#swapped('host', name, this.#hosts.single(name)),
      );
  }

  #swapped(kind: PseudonymKind, original: string, pseudonym: string): string {
    if (pseudonym !== original) this.#count(kind);
    return pseudonym;
  }

  #user(name: string): string {
    return /^(?:user-[0-9a-f]{4,}|\*+|root|Public|Default)$/.test(name)
      ? name
      : this.#pseudonyms.of('user', name.toLowerCase());
  }

  #id(id: string, before: string): string {
    const name = id.toLowerCase();
    if (WHOSE.test(before)) this.#ids.add(name);
    return this.#ids.has(name) ? this.#swapped('id', id, this.#pseudonyms.of('id', name)) : id;
  }
}

/** Part of an address's pseudonym, `10.x3f.x2a.x91`, although a resource may have that name. */
function isPartOfAddress(word: string, before: string | undefined, after: string | undefined): boolean {
  return /^x(?:[0-9a-f]{2}){1,2}$/.test(word) && /[.:]/.test(`${before ?? ''}${after ?? ''}`);
}

/** Keys in an object, by the key that the object or its list stands under. */
const MACHINES: Readonly<Record<string, readonly string[]>> = {
  vm: ['name', 'hostName'],
  hostsFileEntries: ['host'],
  overrides: ['host'],
};
