/** The address of the records. Pure. */
import ipaddr from 'ipaddr.js';
import { BadValue } from '../common/bad-value.ts';
import type { RecordAddress } from './types.ts';

const IMPOSSIBLE: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  loopback: 'a loopback address',
  linkLocal: 'a link-local address',
};

/**
 * @param text an IP address
 * @throws BadValue for an address that a gateway cannot have
 */
export function recordAddress(text: string): RecordAddress {
  const address = ipaddr.process(text);
  const why = IMPOSSIBLE[address.range()];
  if (why !== undefined) throw new BadValue(`is ${why}, which no gateway has`);
  if (text.includes('%')) throw new BadValue('has a zone index (%…), which no record can hold; leave it out');
  return { address: address.toString(), type: address.kind() === 'ipv4' ? 'A' : 'AAAA' };
}
