import { AZURE_DNS } from '../../model/azure.ts';
import type { Cause } from '../../model/vocabulary.ts';
import {
  manual,
  NAME_RESOLUTION,
  PRIVATE_DNS_SCENARIOS,
  PRIVATE_FALLBACK,
  PRIVATE_ZONES,
  rfc,
  see,
} from './documents.ts';
import type { CauseText } from './type.ts';

/** Causes in name resolution. */
export const DNS_CAUSES = {
  'name-does-not-exist': {
    title: 'The name does not exist',
    explanation:
      'The public DNS hierarchy answered that there is no such name, or that the name has no address. The ' +
      'network and the DNS servers work: the resource is misspelt, was deleted, is not created yet, or lives ' +
      'in another Azure cloud with another suffix.',
    recognisedBy:
      'NXDOMAIN (RFC 8020), or an empty answer (NODATA, RFC 2308), whose SOA record is not that of an Azure ' +
      'private zone, without a privatelink alias on the way and with no server that resolves the name.',
    owner: 'service',
    remedy: [
      'Compare the name with the resource’s overview page in the Azure portal, letter by letter.',
      'Check that the cloud is the right one: the suffix differs between public, government and China.',
      'If the resource was just created, wait for the negative answer’s TTL to pass and run again.',
    ],
    reference: see(rfc(8020, ' (NXDOMAIN)'), rfc(2308, ' (negative answers)')),
  },
  'private-zone-missing-record': {
    title: 'A private DNS zone hides the name and has no record for it',
    explanation:
      'A private DNS zone that the DNS server sees claims this name. Azure DNS answers from a linked private ' +
      'zone alone: when the zone lacks the record the answer is NXDOMAIN, although public DNS could resolve ' +
      'the name. It happens when one resource of a kind has a private endpoint and another has not.',
    recognisedBy:
      'NXDOMAIN or NODATA whose CNAME chain passes “privatelink.”, or whose SOA names azureprivatedns.net as ' +
      'the primary server.',
    owner: 'dns',
    remedy: [
      'If the resource has a private endpoint: add its A record to the private zone, or attach a DNS zone ' +
        'group to the private endpoint, which keeps the record up to date.',
      'If it has none: create one in this virtual network or a peered one, or set the resolution policy of ' +
        'the zone’s virtual network link to NxDomainRedirect, so that Azure DNS falls back to public DNS.',
      'If the zone is not needed here: remove its virtual network link.',
    ],
    reference: see(PRIVATE_ZONES, PRIVATE_FALLBACK),
  },
  'private-zone-not-linked': {
    title: 'The resource has a private endpoint that this network’s DNS does not know',
    explanation:
      'Public DNS gives a resource the privatelink alias only when it has a private endpoint. Here that alias ' +
      'ends in the public address, so the DNS server in use does not see the private zone. The public side ' +
      'of such a resource is often closed, or the subnet has no outbound path to it.',
    recognisedBy:
      'A CNAME chain with a “privatelink.” alias whose final address is public. It is an error when that ' +
      'address cannot be connected to, a warning when the service refuses this subnet there, and only a remark when it ' +
      'answers otherwise.',
    owner: 'dns',
    remedy: [
      'Link the privatelink zone to the virtual network in which the DNS server asks Azure DNS: this one with ' +
        'Azure-provided DNS, the forwarder’s with a custom DNS server.',
      'With a custom DNS server: forward the public suffix (not the privatelink one) to 168.63.129.16 from ' +
        'within that virtual network, or to an Azure DNS Private Resolver inbound endpoint.',
      'If the public address is meant to be used: allow it outbound, and this subnet in the resource’s firewall.',
    ],
    reference: PRIVATE_DNS_SCENARIOS,
  },
  'expected-private': {
    title: 'The name has a public address, where a private one is demanded',
    explanation:
      'The option --expect-private demands that this name leads to a private endpoint. DNS gives it a public address, so ' +
      'the traffic of API Management would leave for the public one, or end at a resource that is closed there. ' +
      'Whether the public address was reached does not show whether the private one would be.',
    recognisedBy:
      'A DNS server, or this VM’s hosts file, gives a public address to a name of --expect-private. It is an error when ' +
      'the target is required.',
    owner: 'dns',
    remedy: [
      'Create a private endpoint for the resource, if it has none, with a DNS zone group.',
      'Link its private DNS zone to the virtual network in which DNS asks Azure: this one with Azure-provided DNS, the ' +
        'forwarder’s with a custom DNS server.',
      'With a custom DNS server: forward the public suffix (not the privatelink one) to 168.63.129.16 from within that ' +
        'virtual network, or to an Azure DNS Private Resolver inbound endpoint.',
    ],
    reference: PRIVATE_ZONES,
  },
  'dns-not-configured': {
    title: 'This VM has no DNS server, or never asks one',
    explanation:
      'The VM’s own configuration sends no look-up to a DNS server: resolv.conf names none that the C library ' +
      'understands, so it asks 127.0.0.1; or nsswitch.conf ends every look-up before DNS. This concerns ' +
      'the VM alone: API Management has the DNS servers of the virtual network.',
    recognisedBy:
      'No usable “nameserver” line, and silence at 127.0.0.1; or an order of sources without “dns” and ' +
      '“resolve” that a look-up reaches; or “options attempts:0”. The files are read as glibc reads them.',
    owner: 'vm',
    remedy: [
      'Let DHCP write resolv.conf again: sudo systemctl restart systemd-networkd systemd-resolved (Ubuntu, Debian), ' +
        'sudo systemctl restart NetworkManager (Red Hat), or restart the VM. On Ubuntu the file is a link; if it was ' +
        'replaced: sudo ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf.',
      `To test the network meanwhile, give --dns-server ${AZURE_DNS}, or the virtual network’s own DNS server.`,
      'In nsswitch.conf, let the line for hosts be “hosts: files dns”.',
    ],
    reference: see(manual('resolv.conf', 5), manual('nsswitch.conf', 5)),
  },
  'dns-server-down': {
    title: 'A configured DNS server answers nothing',
    explanation:
      'Every query to a DNS server that this VM is configured to use went unanswered, or its address could ' +
      'not be reached. When it is the only one, no name resolves. When another answers, each lookup that ' +
      'starts here waits for a time-out first, and API Management, which has the same servers, does as well.',
    recognisedBy:
      'All queries to the server time out or end in an ICMP unreachable, over every name that was asked.',
    owner: 'dns',
    remedy: [
      'Check that the DNS server runs, listens on UDP and TCP port 53 and admits queries from this subnet.',
      'Check the route and peering to it, and that no NSG or firewall on either side drops port 53.',
      'If the server was retired: remove it from the virtual network’s DNS servers, restart the VM (or renew ' +
        'its lease), and run Apply Network Configuration on an existing API Management instance.',
    ],
    reference: NAME_RESOLUTION,
  },
  'dns-forwarding-broken': {
    title: 'A DNS server cannot resolve Azure’s names',
    explanation:
      'The DNS server is alive and admits that it cannot answer: it has no working forwarder, its forwarder ' +
      'is out of reach, or it refuses recursion to this subnet. Its own names may well resolve.',
    recognisedBy:
      'SERVFAIL, REFUSED or silence for some names at a server that answers others, while another configured ' +
      'server or Azure DNS (168.63.129.16) resolves them or nothing contradicts; NXDOMAIN for a name that ' +
      'Azure DNS resolves; or NXDOMAIN for every name of unrelated domains.',
    owner: 'dns',
    remedy: [
      'On the DNS server: set a forwarder for all other names. Inside Azure that is 168.63.129.16; outside, ' +
        'an Azure DNS Private Resolver inbound endpoint or a forwarder VM in the virtual network.',
      'Check that recursion is allowed for this subnet’s addresses (BIND: allow-recursion; Windows Server: ' +
        'recursion enabled, no blocking policy).',
      'Check that the server reaches its forwarders on UDP and TCP port 53, and review conditional ' +
        'forwarders that name servers which no longer exist.',
    ],
    reference: NAME_RESOLUTION,
  },
  'dns-servers-disagree': {
    title: 'The configured DNS servers give different kinds of answer',
    explanation:
      'Systems treat their DNS servers as equal and may ask any of them, so what works now may fail after ' +
      'the next restart. Here one server knows a private address or the name at all, and another does not. ' +
      'Different public addresses are normal and are not reported.',
    recognisedBy:
      'For the same name, one configured server answers with a private address and another with a public one, ' +
      'or one resolves it and another answers that it does not exist. Or the service is not reached at the address that ' +
      'the first server gives, and is reached twice at that of another server or of Azure DNS (168.63.129.16).',
    owner: 'dns',
    remedy: [
      'Give all servers the same zones and forwarders: each must reach an Azure DNS (168.63.129.16) in a ' +
        'virtual network to which the private zones are linked.',
      'Or remove the server that does not know the private zones from the virtual network’s DNS servers.',
    ],
    reference: PRIVATE_DNS_SCENARIOS,
  },
  'dns-tampered': {
    title: 'DNS answers are invented',
    explanation:
      'A DNS server gives addresses where there are none, or addresses that no service can have. DNS ' +
      'filters (“sinkholes”), captive portals and wildcard records do so. Whatever answers at such an ' +
      'address is not the service, so loopback and the like are not dialled.',
    recognisedBy:
      'A random name under a service’s suffix resolves, or a service’s name resolves to 0.0.0.0, a loopback, ' +
      'link-local or reserved address, or to the address of a DNS filter’s block page.',
    owner: 'dns',
    remedy: [
      'Look for the names in the DNS filter’s log (response policy zone, DNS security service) and exempt them.',
      'Look for a wildcard (*) record in the zones that the server holds, private DNS zones included.',
      'As a test ask Azure DNS (168.63.129.16) from this VM: if its answer is right, forward there.',
    ],
    reference: see(rfc(6761, ' (special-use names)'), rfc(6890, ' (special-purpose addresses)')),
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
