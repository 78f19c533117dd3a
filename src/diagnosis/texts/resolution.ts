import type { Cause } from '../../model/vocabulary.ts';
import {
  LIST_LOCATIONS,
  METADATA_SERVICE,
  manual,
  NAME_RESOLUTION,
  NETWORK_REFERENCE,
  PRIVATE_DNS_SCENARIOS,
  PRIVATE_ZONES,
  rfc,
  see,
} from './documents.ts';
import type { CauseText } from './type.ts';

/** Causes in the DNS configuration of this system and network. */
export const RESOLUTION_CAUSES = {
  'dns-server-slow': {
    title: 'A configured DNS server is slow',
    explanation:
      'The server answers, but half of its answers take a second or more, or never come. Every connection that ' +
      'begins with a look-up there waits as long; API Management, which has the same servers, does too.',
    recognisedBy:
      'The median time of a server’s answers, unanswered questions included, is one second or more over at least ' +
      'five names, while it does answer some.',
    owner: 'dns',
    remedy: [
      'On the DNS server: look at its load, and at the time its forwarders take; a forwarder that is down costs a ' +
        'time-out for each name before the next one is asked.',
      'Put a forwarder that works first, best 168.63.129.16 when the server runs in a virtual network.',
      'Check the path to the server: a VPN or an appliance that inspects DNS on the way adds its own time.',
    ],
    reference: NAME_RESOLUTION,
  },
  'dns-tcp-blocked': {
    title: 'A DNS server cannot be asked over TCP',
    explanation:
      'The server answers over UDP, and TCP port 53 is closed there or cut off on the way. An answer that does not fit ' +
      'into a UDP datagram comes truncated, and has to be asked for again over TCP (RFC 7766): such names then fail, ' +
      'one at a time and depending on how long their answers are today. API Management’s port table asks for both.',
    recognisedBy:
      'The same server answers the same question over UDP, while TCP to its port times out, is refused or cut.',
    owner: 'dns',
    remedy: [
      'Allow TCP port 53 beside UDP in the NSGs of both subnets and in every firewall between them.',
      'On the DNS server: let it listen on TCP as well (RFC 7766 requires it), also on a load balancer in front of it.',
    ],
    reference: see(rfc(7766, ' (DNS transport over TCP)'), NETWORK_REFERENCE),
  },
  'dns-search-domain': {
    title: 'The search list changes what names mean here',
    explanation:
      'A name that does not exist is tried again with each domain of this VM’s search list appended. Here such a try ' +
      'succeeds: a wildcard record in a search domain, or a copy of the name below it, answers for names that have ' +
      'no address of their own. Programs on this VM then talk to the wrong server instead of failing, and other machines, ' +
      'with another search list, see something else.',
    recognisedBy:
      'A random name under a search domain resolves (wildcard), or a name of the plan resolves only with a search ' +
      'domain appended.',
    owner: 'dns',
    remedy: [
      'Remove the wildcard (*) record from the search domain’s zone, or the domain from the search list (DHCP option ' +
        '119 or 15, “search” in resolv.conf, netplan or systemd-networkd).',
      'Where a name only resolves with the suffix: add the record under the full name, which is what API Management ' +
        'and its clients use.',
      'Until then give full names with a final dot to programs that accept one.',
    ],
    reference: see(manual('resolv.conf', 5), rfc(1535, ' (unexpected results of search lists)')),
  },
  'private-zone-shadows-suffix': {
    title: 'A private zone stands in the place of a whole public suffix',
    explanation:
      'Azure publishes every customer’s resources of a kind under one suffix, such as blob.core.windows.net. A private ' +
      'zone of that very name answers for all of them, and denies what it has no record for: also the storage ' +
      'accounts, databases and vaults that API Management makes for itself, whose names are not known beforehand.',
    recognisedBy:
      'The SOA record of the suffix is that of an Azure private zone (azureprivatedns.net), or of a zone that a ' +
      'configured DNS server holds itself.',
    owner: 'dns',
    remedy: [
      'Use the privatelink zone of the service instead (privatelink.blob.core.windows.net for blobs, ' +
        'privatelink.vaultcore.azure.net for Key Vault): Azure DNS follows the public alias into it, and only for ' +
        'resources that have a private endpoint.',
      'Move the records there, link that zone, and remove the link of the zone that is named like the public suffix.',
      'On a custom DNS server: delete the zone, and forward the suffix to 168.63.129.16.',
    ],
    reference: PRIVATE_ZONES,
  },
  'hosts-file-override': {
    title: 'The hosts file decides, not DNS',
    explanation:
      'This VM’s hosts file has an entry for the name, and it differs from the answer of every DNS server. What this ' +
      'run saw holds for this VM only: API Management and all other machines ask DNS.',
    recognisedBy:
      'An entry of the hosts file for a host of the plan, whose addresses no DNS answer contains.',
    owner: 'vm',
    remedy: [
      'If the entry is left over from a test: remove its line from the hosts file and run again.',
      'If its address is the right one: put it into DNS (private zone, custom DNS server), then remove the line.',
    ],
    reference: see(manual('hosts', 5), manual('nsswitch.conf', 5)),
  },
  'dns-answers-change': {
    title: 'A DNS server gives different answers to the same question',
    explanation:
      'The same server, asked twice for the same name in one run, gave answers of different kinds: a private address ' +
      'and a public one, an address and none, or two private addresses. The reason is usually several servers behind one ' +
      'address, or several forwarders, of which one lacks a zone. What works now may fail with the next look-up. Public addresses that ' +
      'rotate are normal and are not reported.',
    recognisedBy:
      'Servers that answered are asked again at the end of the run (one second in all): the kind of the answer ' +
      'differs, or two private answers have no address in common. A query without a reply does not count.',
    owner: 'dns',
    remedy: [
      'Find out which servers answer at this address (load balancer, anycast, cluster), and give all of them the same ' +
        'zones and forwarders.',
      'On the server: look at its forwarders. Where it has several, each must reach an Azure DNS (168.63.129.16) in a ' +
        'virtual network to which the private zones are linked.',
      'If the record was changed during the run: wait for its TTL to pass and run again.',
    ],
    reference: PRIVATE_DNS_SCENARIOS,
  },
  'ipv6-only': {
    title: 'The name has IPv6 addresses only, and this VM has IPv4 only',
    explanation:
      'DNS gives the name AAAA records and no A record, and no interface of this VM has an IPv6 address beyond its link. ' +
      'So this VM cannot connect to it; no rule or route is the cause. API Management reaches its dependencies over IPv4.',
    recognisedBy:
      'Every address of the name is an IPv6 address, every attempt ends without a route or a reply, and the VM’s ' +
      'interfaces have IPv4 addresses alone.',
    owner: 'dns',
    remedy: [
      'Look for the A record: a private zone or a server of your own with an AAAA record alone, or a DNS filter that ' +
        'removes A records.',
      'If the host has no IPv4 address: give it one. Services of Azure that API Management depends on all have one.',
    ],
    reference: rfc(3596, ' (AAAA records)'),
  },
  'region-mismatch': {
    title: 'The region given is not the region of this VM',
    explanation:
      'The option --region names another region than the instance metadata service reports for this VM. A virtual ' +
      'network is in one region, so the instance of this subnet is in the VM’s. Names of services that contain the region ' +
      'then do not exist, or are those of another region.',
    recognisedBy: 'The region of --region differs from that of the instance metadata service.',
    owner: 'vm',
    remedy: [
      'Run without --region on an Azure VM, or give the region that the finding names.',
      'If the instance will be in the other region: run from a VM in its own subnet there.',
    ],
    reference: see(METADATA_SERVICE, LIST_LOCATIONS),
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
