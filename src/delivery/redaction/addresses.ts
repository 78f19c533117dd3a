/**
 * Pseudonyms of private addresses. They preserve prefixes: two pseudonyms share as many leading bits as their originals
 * do (the idea of Crypto-PAn: Xu, Fan, Ammar, Moon, "Prefix-preserving IP address anonymization", 2002), so that
 * addresses of one subnet stay in one subnet. `10.x3f.x2a.x91` cannot be mistaken for an address, by a reader or by a
 * second redaction.
 */

import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { METADATA_ADDRESS } from '../../model/azure.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Ranges whose leading bits are public, and the octets that therefore stay. */
const IPV4_RANGES = [
  { range: ipaddr.IPv4.parseCIDR('10.0.0.0/8'), shown: ['10'] },
  { range: ipaddr.IPv4.parseCIDR('172.16.0.0/12'), shown: ['172'] },
  { range: ipaddr.IPv4.parseCIDR('192.168.0.0/16'), shown: ['192', '168'] },
  { range: ipaddr.IPv4.parseCIDR('100.64.0.0/10'), shown: ['100'] },
  { range: ipaddr.IPv4.parseCIDR('169.254.0.0/16'), shown: ['169', '254'] },
] as const;

/** Unique local (RFC 4193) and link-local (RFC 4291) addresses. */
const IPV6_RANGES = [ipaddr.IPv6.parseCIDR('fc00::/7'), ipaddr.IPv6.parseCIDR('fe80::/10')] as const;

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

export class Addresses {
  readonly #pseudonyms: Pseudonyms;
  readonly #cache = new Map<string, string | null>();
  /** By the bits before it: whether a bit is flipped. */
  readonly #flips = new Map<string, number>();
  /** Public addresses that belong to this network: the VM's own, and that of its outbound traffic. */
  readonly #own = new Set<string>();

  constructor(pseudonyms: Pseudonyms) {
    this.#pseudonyms = pseudonyms;
  }

  /** From now on this address gets a pseudonym, private or not. */
  learn(address: string): void {
    if (isIPv4(address) || isIPv6(address)) this.#own.add(canonical(address));
  }

  /** @returns the pseudonym; null for what is not an address, or a public one that was not learnt */
  pseudonymOf(text: string): string | null {
    if (!isIPv4(text) && !isIPv6(text)) return null;
    const address = canonical(text);
    const known = this.#cache.get(address);
    if (known !== undefined) return known;
    const pseudonym =
      this.#private(address) ?? (this.#own.has(address) ? this.#pseudonyms.of('address', address) : null);
    // Not cached: a public address may be learnt later.
    if (pseudonym !== null) this.#cache.set(address, pseudonym);
    return pseudonym;
  }

  #private(address: string): string | null {
    if (isIPv4(address)) return address === METADATA_ADDRESS ? null : this.#ipv4(ipaddr.IPv4.parse(address));
    const parsed = ipaddr.IPv6.parse(address.split('%')[0] ?? address);
    if (parsed.isIPv4MappedAddress()) {
      const within = this.#private(parsed.toIPv4Address().toString());
      return within === null ? null : `mapped:${within}`;
    }
    const range = IPV6_RANGES.find((one) => parsed.match(one));
    if (range === undefined) return null;
    const bytes = this.#permuted(parsed.toByteArray(), range[1]);
    const groups = Array.from(
      { length: 8 },
      (_, at) => `x${hex(bytes[2 * at] ?? 0)}${hex(bytes[2 * at + 1] ?? 0)}`,
    );
    return this.#recorded(groups.join(':'), address);
  }

  #ipv4(address: ipaddr.IPv4): string | null {
    const found = IPV4_RANGES.find(({ range }) => address.match(range));
    if (found === undefined) return null;
    const bytes = this.#permuted(address.toByteArray(), found.range[1]);
    const octets = [...found.shown, ...bytes.slice(found.shown.length).map((byte) => `x${hex(byte)}`)];
    return this.#recorded(octets.join('.'), address.toString());
  }

  #recorded(pseudonym: string, address: string): string {
    this.#pseudonyms.record(pseudonym, { kind: 'address', name: address });
    return pseudonym;
  }

  #flip(before: string): number {
    const known = this.#flips.get(before);
    if (known !== undefined) return known;
    const flip = (this.#pseudonyms.digest(`bit ${before}`)[0] ?? 0) & 1;
    this.#flips.set(before, flip);
    return flip;
  }

  /** Each bit after the first `unchanged` is flipped or not by the bits before it: a permutation that preserves prefixes. */
  #permuted(bytes: readonly number[], unchanged: number): number[] {
    const bits = bytes.flatMap((byte) => [...byte.toString(2).padStart(8, '0')]);
    const flipped = bits.map((bit, at) => {
      if (at < unchanged) return Number(bit);
      const before = bits.slice(0, at).join('');
      return Number(bit) ^ this.#flip(before);
    });
    return bytes.map((_, at) => Number.parseInt(flipped.slice(8 * at, 8 * at + 8).join(''), 2));
  }
}

function canonical(address: string): string {
  return isIPv4(address) ? address : ipaddr.IPv6.parse(address.split('%')[0] ?? address).toRFC5952String();
}
