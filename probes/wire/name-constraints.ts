/** Whether a CA may issue for names (RFC 5280 section 4.2.1.10). */
import { isIPv4 } from 'node:net';
import type { GeneralName, NameConstraints } from './certificate-fields.ts';
import { readContent, readElements, TAGS } from './der.ts';
import { canonicalName } from './distinguished-name.ts';

/** Unclear: one of the two is malformed, of a form without rules, or a wildcard that partly lies within. */
type Relation = 'inside' | 'outside' | 'unclear';

/** Comparisons that are left, so that many names and many constraints cost little. */
export interface Allowance {
  comparisons: number;
}

/** A name or the base of a subtree, decoded once for many comparisons. */
interface Operand extends GeneralName {
  /** In lower case. */
  readonly text: string;
  /** False for a malformed host name. */
  readonly isValid: boolean;
}

const COMPARE: Readonly<Record<number, (base: Operand, name: Operand) => Relation>> = {
  129: compareMailboxes,
  130: compareDnsNames,
  134: compareUris,
  135: compareAddresses,
  164: compareDirectoryNames,
};

/** The first name that a CA with these constraints may not issue for, or that cannot be decided; null for none. */
export function findForbiddenName(
  names: readonly GeneralName[],
  { permitted, excluded }: NameConstraints,
  allowance: Allowance,
): GeneralName | null {
  const take = (count: number): boolean => {
    allowance.comparisons -= count;
    return allowance.comparisons >= 0;
  };
  if (!take(names.length + permitted.length + excluded.length)) return names[0] ?? null;
  const inside = permitted.map((base) => decode(base, HOST_CONSTRAINT));
  const outside = excluded.map((base) => decode(base, HOST_CONSTRAINT));
  const compare = (base: Operand, name: Operand): Relation =>
    take(1) ? (COMPARE[name.tag]?.(base, name) ?? 'unclear') : 'unclear';
  const isForbidden = (given: GeneralName): boolean => {
    const name = decode(given, HOST_NAME);
    const allowed = inside.filter(({ tag }) => tag === name.tag);
    return (
      (allowed.length > 0 && !allowed.some((base) => compare(base, name) === 'inside')) ||
      outside.some((base) => base.tag === name.tag && compare(base, name) !== 'outside')
    );
  };
  return names.find(isForbidden) ?? null;
}

/** The name as text, for a report. */
export function generalNameText({ tag, content }: GeneralName): string {
  if (tag === 164) return 'its subject';
  if (tag === 135) return addressText(content);
  return tag in COMPARE ? textOf(content) : 'a name of another form';
}

const HOST_NAME = /^(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
/** With a leading dot it means subdomains alone, as in Go and OpenSSL; empty it means all names. */
const HOST_CONSTRAINT = /^(?:\.?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})?$/;

function decode(name: GeneralName, form: RegExp): Operand {
  const text = textOf(name.content);
  return { tag: name.tag, content: name.content, text, isValid: name.tag !== 130 || form.test(text) };
}

function compareDnsNames(base: Operand, name: Operand): Relation {
  if (!base.isValid || !name.isValid) return 'unclear';
  const domain = base.text.startsWith('.') ? base.text.slice(1) : base.text;
  if (domain === '' || name.text === base.text || name.text.endsWith(`.${domain}`)) return 'inside';
  const parent = domain.slice(domain.indexOf('.') + 1);
  return name.text === `*.${parent}` ? 'unclear' : 'outside';
}

/** A mailbox, a host, or with a leading dot the hosts of a domain. */
function compareMailboxes({ text: constraint }: Operand, { text: mailbox }: Operand): Relation {
  const at = mailbox.lastIndexOf('@');
  if (at < 1) return 'unclear';
  if (constraint.includes('@')) return mailbox === constraint ? 'inside' : 'outside';
  return compareHosts(constraint, mailbox.slice(at + 1));
}

function compareUris(base: Operand, name: Operand): Relation {
  const host = URL.parse(name.text)?.hostname ?? '';
  const isName = host !== '' && !host.startsWith('[') && !isIPv4(host);
  return isName ? compareHosts(base.text, host) : 'unclear';
}

function compareHosts(constraint: string, host: string): Relation {
  const isInside = constraint.startsWith('.') ? host.endsWith(constraint) : host === constraint;
  return isInside ? 'inside' : 'outside';
}

/** The base is an address and its mask. */
function compareAddresses({ content: base }: Operand, { content: address }: Operand): Relation {
  const size = base.length / 2;
  const mask = base.subarray(size);
  if (![4, 16].includes(size) || ![4, 16].includes(address.length) || !isPrefix(mask)) return 'unclear';
  if (address.length !== size) return 'outside';
  const isInside = address.every(
    (byte, at) => (byte & (mask[at] ?? 0)) === ((base[at] ?? 0) & (mask[at] ?? 0)),
  );
  return isInside ? 'inside' : 'outside';
}

/** Whether no bit follows a zero. */
function isPrefix(mask: Buffer): boolean {
  return /^1*0*$/.test([...mask].map((byte) => byte.toString(2).padStart(8, '0')).join(''));
}

function compareDirectoryNames(base: Operand, name: Operand): Relation {
  try {
    const subtree = relativeNames(base);
    const names = relativeNames(name);
    return subtree.every((each, at) => names[at] === each) ? 'inside' : 'outside';
  } catch {
    return 'unclear';
  }
}

function relativeNames({ content }: GeneralName): readonly string[] {
  return canonicalName(readContent(readElements(content)[0], TAGS.sequence));
}

function textOf(content: Buffer): string {
  return content.toString('latin1').toLowerCase();
}

function addressText(content: Buffer): string {
  return content.length === 4
    ? [...content].join('.')
    : Buffer.from(content)
        .toString('hex')
        .replace(/(.{4})(?=.)/g, '$1:');
}
