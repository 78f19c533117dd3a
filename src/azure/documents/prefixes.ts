/** Addresses, prefixes, service tags and ports as Azure writes them in rules and routes. */
import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { printable } from '../../../probes/printable.ts';
import type { PortRange, Prefix, RuleEnd } from './types.ts';

/** A value that Azure does not write; the message is a predicate about it. */
export class Malformed extends Error {}

const SHOWN = 60;
const EVERY_ADDRESS = ['0.0.0.0/0', '::/0'];
/** `Storage.WestEurope`, `AzureCloud.uksouth2` */
const TAG = /^[a-z][a-z0-9]*(?:\.[a-z0-9]+)?$/i;

/** Prefixes in CIDR notation for `*`, an address, a range of addresses or a prefix; null for a service tag. */
function cidrsIn(written: string): readonly string[] | null {
  if (/^(?:\*|any)$/i.test(written)) return EVERY_ADDRESS;
  if (isCidr(written)) return [written];
  const family = isIP(written);
  if (family > 0) return [`${written}/${family === 4 ? 32 : 128}`];
  const [first = '', last = '', ...more] = written.split('-');
  if (isIPv4(first) && isIPv4(last) && more.length === 0) return cidrsBetween(first, last, written);
  if (TAG.test(written)) return null;
  throw new Malformed(`“${printable(written, SHOWN)}” is neither a prefix nor a service tag`);
}

function isCidr(written: string): boolean {
  const [address = '', bits = '', ...more] = written.split('/');
  const family = isIP(address);
  return (
    family > 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  );
}

/** The fewest IPv4 prefixes that cover a range: at most 62. */
function cidrsBetween(first: string, last: string, written: string): string[] {
  let at = numberOf(first);
  const end = numberOf(last);
  if (at > end) throw new Malformed(`“${printable(written, SHOWN)}” is a range that ends before it begins`);
  const cidrs: string[] = [];
  while (at <= end) {
    let bits = 32;
    while (bits > 0 && at % 2 ** (33 - bits) === 0 && at + 2 ** (33 - bits) - 1 <= end) bits -= 1;
    cidrs.push(`${[24, 16, 8, 0].map((shift) => (at / 2 ** shift) & 255).join('.')}/${bits}`);
    at += 2 ** (32 - bits);
  }
  return cidrs;
}

function numberOf(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, octet) => sum * 256 + octet, 0);
}

/** Prefixes and service tags in one list. */
export function splitPrefixes(written: readonly string[]): {
  readonly cidrs: readonly string[];
  readonly tags: readonly string[];
} {
  const cidrs: string[] = [];
  const tags: string[] = [];
  for (const one of written) {
    const found = cidrsIn(one);
    if (found === null) tags.push(one);
    else cidrs.push(...found);
  }
  return { cidrs, tags };
}

/**
 * One end of a rule.
 * @param written prefixes and tags as configured
 * @param expanded the addresses of those tags, where the document has them
 */
export function readRuleEnd(
  written: readonly string[],
  expanded: readonly string[],
  applicationGroups: readonly string[],
): RuleEnd {
  const { cidrs, tags } = splitPrefixes(written);
  const own = cidrs.map((cidr): Prefix => ({ cidr, tag: null }));
  if (expanded.length === 0) return { prefixes: own, tags, applicationGroups };
  const tag = tags.length > 0 ? tags.join(', ') : null;
  const known = new Set(cidrs);
  const added = splitPrefixes(expanded).cidrs.filter((cidr) => !known.has(cidr));
  return { prefixes: [...own, ...added.map((cidr): Prefix => ({ cidr, tag }))], tags: [], applicationGroups };
}

const EVERY_PORT: PortRange = [0, 65_535];

/** Ports: `*`, `443`, `443-443`; several may stand in one text, with commas. */
export function readPorts(written: readonly string[]): readonly PortRange[] {
  return written
    .flatMap((one) => one.split(','))
    .map((one) => one.trim())
    .map((one) => {
      if (/^(?:\*|any)$/i.test(one)) return EVERY_PORT;
      const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(one) ?? [];
      const range = [Number(first), Number(last)] as const;
      if (range[0] <= range[1] && range[1] <= 65_535) return range;
      throw new Malformed(`“${printable(one, SHOWN)}” is not a port from 0 to 65535 or a range of them`);
    });
}
