import type { Cause } from '../../model/vocabulary.ts';
import { INJECTION_RESOURCES, INSTANCE_ADDRESSES, INTERNAL_MODE } from './documents.ts';
import type { CauseText } from './type.ts';

const RECORDS = '“apim-probe records” prints them for the hosts file, Azure CLI and BIND';
/** Causes in the host names and the subnet of the instance. */
export const GATEWAY_CAUSES = {
  'gateway-record-missing': {
    title: 'The instance’s host names are not in DNS',
    explanation:
      'In internal mode API Management puts none of its host names into public DNS: the owner of the virtual ' +
      'network has to. Here a DNS server in use knows no address for them, so no client in this network can call the gateway ' +
      'by its name, whether it works or not.',
    recognisedBy:
      'A configured DNS server answers NXDOMAIN, or no address, for a host name of the instance. Where --vip is ' +
      'given, the run dials the host at that address, which shows whether the gateway works.',
    owner: 'dns',
    remedy: [
      `Add the records: ${RECORDS}.`,
      'Make one private DNS zone for each host name rather than one for the whole of azure-api.net, and link it to ' +
        'this virtual network; with custom DNS servers, add the records there or forward to Azure DNS.',
      'For a first test the hosts file of this VM is enough: the gateway answers to the right name only.',
    ],
    reference: INTERNAL_MODE,
  },
  'gateway-record-public': {
    title: 'The instance’s host names lead to a public address',
    explanation:
      'In internal mode the gateway, the portals and the management endpoint share one private address in the ' +
      'instance’s subnet. A DNS server in use answers with a public address instead: the record of an earlier ' +
      'external mode, of an application gateway or firewall in front, or of another instance.',
    recognisedBy: 'A configured DNS server resolves a host name of the instance to a public address.',
    owner: 'dns',
    remedy: [
      `Replace the record by one that leads to the instance’s private address: ${RECORDS}.`,
      'If the public name is meant for callers from outside: keep it in public DNS, and give this network a private ' +
        'zone of the same host name with the private address (split DNS).',
      'Check on the instance’s Virtual network page that it is in internal mode.',
    ],
    reference: INTERNAL_MODE,
  },
  'gateway-record-wrong': {
    title: 'The instance’s host names lead to the wrong private address',
    explanation:
      'All host names of an instance in internal mode share one private address, the virtual IP of its load ' +
      'balancer. It changes when the subnet, the network mode or the compute platform is changed, and records stay ' +
      'behind. Here a record has another address than --vip, or the names disagree with each other, or the address ' +
      'lies outside the subnet.',
    recognisedBy:
      'The private address that a DNS server gives is not that of --vip; without --vip, not the one address inside ' +
      'the subnet that the instance’s other names lead to.',
    owner: 'dns',
    remedy: [
      'Look up the private virtual IP on the instance’s Overview or Network page (property privateIPAddresses).',
      `Correct the records: ${RECORDS}.`,
      'If an application gateway or a firewall stands in front on purpose: give its address as --vip.',
    ],
    reference: INSTANCE_ADDRESSES,
  },
  'gateway-not-serving': {
    title: 'The gateway is not served at its address',
    explanation:
      'The instance’s private address accepts no connections from its own subnet, or accepts them and then TLS or the ' +
      'health path fails. Behind a good connection, network and load balancer work, and the instance does not serve ' +
      'this host name: it is starting or failing, its custom domain is not set, its certificate could not be loaded, or ' +
      'another device has the address. Where the address is silent, an inbound rule of the subnet drops the connection, ' +
      'or the load balancer has no healthy instance to forward it to.',
    recognisedBy:
      'A good TCP connection to a host of the instance, after which the TLS handshake or the HTTP exchange fails, ' +
      'or the health path answers with a server error; or no connection at an address in this VM’s own subnet, while ' +
      'other endpoints are connected to.',
    owner: 'service',
    remedy: [
      'Instance’s Overview page: is it online, and is an update in progress? Changes of the network take 15 to 45 minutes.',
      'Custom domains page: is this very host name configured, and does its certificate load from Key Vault? The ' +
        'instance answers only to the host names that it was given.',
      'Network status page (or the NetworkStatus API, with “apim-probe compare”): a required dependency that the ' +
        'instance cannot reach keeps it from starting.',
      'If the instance is healthy: check that the address is its virtual IP, and no other device’s.',
    ],
    reference: INTERNAL_MODE,
  },
  'azure-api-net-zone-shadowed': {
    title: 'A private zone for the whole of azure-api.net hides other services’ public names',
    explanation:
      'A private DNS zone named like the whole public suffix answers for every name under it. The instance’s own ' +
      'records work, and every other API Management service, also those of Microsoft and of partners, stops ' +
      'resolving in this network.',
    recognisedBy:
      'The SOA record of azure-api.net (azure-api.us, azure-api.cn) is that of an Azure private zone ' +
      '(azureprivatedns.net), or of a zone that the configured DNS server holds itself.',
    owner: 'dns',
    remedy: [
      'Make one private zone for each host name of the instance, with the record at its apex (@): ' +
        '“apim-probe records --format az” prints the commands.',
      'Link the new zones, check that the names resolve, and only then remove the link of the wide zone.',
      'If the wide zone has to stay: set the resolution policy of its virtual network link to NxDomainRedirect where ' +
        'that is offered, or add each public name that is needed to it by hand.',
    ],
    reference: INTERNAL_MODE,
  },
  'subnet-too-small': {
    title: 'The subnet cannot hold the tier and units asked for',
    explanation:
      'Azure keeps five addresses of every subnet. In internal mode API Management Premium takes two addresses a ' +
      'unit, Developer one, and the internal load balancer one more; the smallest subnet is a /29. A test VM in the ' +
      'subnet takes an address as well, and in a /29 exactly the one that is needed.',
    recognisedBy:
      'The prefix length of the subnet (--subnet, or the instance metadata service) against --tier and --units.',
    owner: 'network',
    remedy: [
      'Use a larger subnet: /27 or larger leaves room for scaling. A subnet that is in use cannot be resized in place.',
      'Or ask for fewer units, and remove other resources from the subnet.',
      'Remove this VM, its network interface included, before the deployment where only its address is in the way.',
    ],
    reference: INJECTION_RESOURCES,
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
