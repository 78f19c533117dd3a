/** Sets of IP addresses that are fast to ask, because rules of Azure list thousands of prefixes. Pure. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Consecutive addresses of one family as numbers; the end is not included. */
type Span<N> = readonly [first: N, end: N];

/** Sorted, without overlaps and without neighbours. */
export interface AddressSet {
  readonly ipv4: readonly Span<number>[];
  readonly ipv6: readonly Span<bigint>[];
}

export const NO_ADDRESS: AddressSet = { ipv4: [], ipv6: [] };

/**
 * The addresses of these prefixes.
 * @param prefixes CIDRs, with or without bits of hosts, or single addresses; any other text adds nothing
 */
export function addressesOf(prefixes: Iterable<string>): AddressSet {
  const ipv4: Span<number>[] = [];
  const ipv6: Span<bigint>[] = [];
  for (const prefix of prefixes) {
    const span = spanOf(prefix);
    if (span === null) continue;
    if (span.family === 4) ipv4.push([span.first, span.end]);
    else ipv6.push([span.first, span.end]);
  }
  return { ipv4: merge(ipv4), ipv6: merge(ipv6) };
}

/** Whether the set has every address of the other one, which is not empty. */
export function covers(set: AddressSet, other: AddressSet): boolean {
  return (
    !isEmpty(other) &&
    other.ipv4.every((span) => holds(set.ipv4, span)) &&
    other.ipv6.every((span) => holds(set.ipv6, span))
  );
}

/** Whether an address is in both sets. */
export function intersects(set: AddressSet, other: AddressSet): boolean {
  return (
    other.ipv4.some((span) => touches(set.ipv4, span)) || other.ipv6.some((span) => touches(set.ipv6, span))
  );
}

/** Whether the set has no address. */
export function isEmpty({ ipv4, ipv6 }: AddressSet): boolean {
  return ipv4.length === 0 && ipv6.length === 0;
}

type Parsed =
  | { readonly family: 4; readonly first: number; readonly end: number }
  | { readonly family: 6; readonly first: bigint; readonly end: bigint };

/** By text: rules repeat the same prefixes, and expanded tags are long. So many are held at most. */
const PARSED = new Map<string, Parsed | null>();
const MOST_PARSED = 65_536;

function spanOf(text: string): Parsed | null {
  const known = PARSED.get(text);
  if (known !== undefined) return known;
  const span = parseCidr(text);
  if (PARSED.size === MOST_PARSED) PARSED.clear();
  PARSED.set(text, span);
  return span;
}

function parseCidr(text: string): Parsed | null {
  const [address = '', bits, ...rest] = text.trim().split('/');
  const family = isIP(address);
  if (rest.length > 0 || family === 0) return null;
  const length = family === 4 ? 32 : 128;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= length)) return null;
  const free = length - Number(bits ?? length);
  if (family === 4) {
    const size = 2 ** free;
    const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
    const first = value - (value % size);
    return { family: 4, first, end: first + size };
  }
  const size = 1n << BigInt(free);
  const bytes = ipaddr.parse(address).toByteArray();
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const first = value - (value % size);
  return { family: 6, first, end: first + size };
}

function merge<N extends number | bigint>(spans: readonly Span<N>[]): Span<N>[] {
  const merged: [N, N][] = [];
  for (const [first, end] of spans.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))) {
    const last = merged.at(-1);
    if (last === undefined || first > last[1]) merged.push([first, end]);
    else if (end > last[1]) last[1] = end;
  }
  return merged;
}

function holds<N extends number | bigint>(spans: readonly Span<N>[], [first, end]: Span<N>): boolean {
  const before = spans[lastNotAfter(spans, first)];
  return before !== undefined && before[1] >= end;
}

function touches<N extends number | bigint>(spans: readonly Span<N>[], [first, end]: Span<N>): boolean {
  const index = lastNotAfter(spans, first);
  const before = spans[index];
  const after = spans[index + 1];
  return (before !== undefined && before[1] > first) || (after !== undefined && after[0] < end);
}

/** Index of the last span that begins at this address or before it; -1 without one. */
function lastNotAfter<N extends number | bigint>(spans: readonly Span<N>[], address: N): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [first] = spans[middle] ?? [];
    if (first !== undefined && first <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
