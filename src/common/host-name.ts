/** Parses host names (RFC 1123 section 2.1, RFC 1035 section 2.3.4) and addresses. Each rule has its own message. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { BadValue } from './bad-value.ts';
import { quote } from './mask.ts';

const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;

function shorten(label: string): string {
  return label.length > 24 ? `${label.slice(0, 20)}…` : label;
}

function checkLabel(label: string): void {
  const shown = quote(shorten(label));
  if (label === '') throw new BadValue('has an empty label: two dots in a row, or a dot at the front');
  if (label.length > LONGEST_LABEL) {
    throw new BadValue(
      `has the label ${shown} of ${label.length} characters; a label has at most ${LONGEST_LABEL} (RFC 1123)`,
    );
  }
  const invalid = /[^a-z0-9-]/.exec(label)?.[0];
  if (invalid !== undefined) {
    throw new BadValue(
      `has ${quote(invalid)} in the label ${shown}; only letters, digits and hyphens are allowed there (RFC 1123)`,
    );
  }
  if (label.startsWith('-') || label.endsWith('-')) {
    throw new BadValue(`has the label ${shown}, which starts or ends with a hyphen (RFC 1123 forbids it)`);
  }
}

function checkShape(text: string): void {
  if (text === '') throw new BadValue('must not be empty: give a host name');
  if (/[/\\]/.test(text)) throw new BadValue('must be a host name alone, not a URL or a path');
  if (/\s/.test(text)) throw new BadValue('must be one host name, without spaces');
  if (text.includes(':')) throw new BadValue('must be a host name alone, without a port');
}

/** Word processors put these in the place of quotation marks, hyphens and spaces; no host name has them. */
const TYPOGRAPHIC = /[\u00a0\u00ab\u00ad\u00b4\u00bb\u2000-\u200b\u200e-\u206f\u2212\ufeff]/u;

/** “has “–” (U+2013)”: the character itself, because it looks like the one that was meant. */
function describeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `has the character ${quote(character)} (U+${code})`;
}

/**
 * @throws BadValue for a character outside of ASCII, which it shows
 */
export function checkAscii(text: string): void {
  const character = /\P{ASCII}/u.exec(text)?.[0];
  if (character === undefined) return;
  throw new BadValue(
    `${describeCharacter(character)}, and names in Azure have ASCII letters, digits and hyphens alone: type the name ` +
      'instead of copying it',
  );
}

/** Converts internationalised names to A-labels (RFC 5890). */
function toAscii(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text.toLowerCase();
  const character = TYPOGRAPHIC.exec(text)?.[0];
  if (character !== undefined) {
    throw new BadValue(`${describeCharacter(character)}, which no host name can have: type the name again`);
  }
  const ascii = domainToASCII(text);
  if (ascii === '') throw new BadValue('is not a valid internationalised host name (RFC 5890)');
  return ascii;
}

/**
 * A host name in lower case, without the root's dot.
 * @throws BadValue that names the broken rule
 */
export function hostName(text: string): string {
  checkShape(text);
  const ascii = toAscii(text);
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (name.length > LONGEST_NAME) {
    throw new BadValue(
      `is ${name.length} characters long; a host name has at most ${LONGEST_NAME} (RFC 1123)`,
    );
  }
  const labels = name.split('.');
  for (const label of labels) checkLabel(label);
  if (/^\d+$/.test(labels.at(-1) ?? '') && labels.length > 1) {
    throw new BadValue('ends in digits like an IPv4 address but is not one (four numbers from 0 to 255)');
  }
  return name;
}

/**
 * The name of an Azure resource (`contosostore`) or its full host name.
 * @throws BadValue
 */
export function resourceName(text: string): string {
  if (isIP(text) !== 0) {
    throw new BadValue(
      'must be a resource name or host name; for an address use --target, like tls://ADDRESS:PORT',
    );
  }
  checkAscii(text);
  return hostName(text);
}

/**
 * An IP address in its canonical form: RFC 5952 for IPv6, without brackets.
 * @param text IPv4, IPv6 or IPv6 in brackets
 * @throws BadValue
 */
export function address(text: string): string {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIPv4(text)) return text;
  if (!isIPv6(bare))
    throw new BadValue(`must be an IPv4 or IPv6 address; ${quote(shorten(text))} is neither`);
  const [digits, zone] = bare.split('%', 2);
  const canonical = ipaddr.IPv6.parse(digits ?? bare).toRFC5952String();
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}

/**
 * A host name, an IPv4 address or an IPv6 address in brackets; brackets are removed.
 * @throws BadValue
 */
export function hostOrAddress(text: string): string {
  return text.startsWith('[') || isIPv4(text) ? address(text) : hostName(text);
}

/** @throws BadValue when the text is not a port from 1 to 65535 */
export function port(text: string): number {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(number) && number <= 65535) return number;
  const problem = /^\d+$/.test(text) ? 'is out of range' : 'is not a port';
  throw new BadValue(`has ${quote(shorten(text))} where a port belongs, which ${problem}: 1 to 65535`);
}

/** Prefix lengths of the smallest subnet that API Management accepts, and of the largest IPv4 network. */
const [SMALLEST_SUBNET, LARGEST_SUBNET] = [29, 8];

/**
 * An IPv4 subnet in CIDR notation, as the address of the network itself.
 * @throws BadValue that names the wrong part, and the network when only host bits were set
 */
export function subnet(text: string): string {
  const [, network = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (!isIPv4(network)) throw new BadValue('must be an IPv4 subnet in CIDR notation, like 10.0.1.0/27');
  const length = Number(digits);
  if (length > SMALLEST_SUBNET || length < LARGEST_SUBNET) {
    throw new BadValue(
      `has the prefix length ${length}; a subnet for API Management has ${LARGEST_SUBNET} to ${SMALLEST_SUBNET}`,
    );
  }
  const first = ipaddr.IPv4.networkAddressFromCIDR(text).toString();
  if (first !== network)
    throw new BadValue(`is not a subnet: its first address is ${first}, so give ${first}/${length}`);
  return `${first}/${length}`;
}
