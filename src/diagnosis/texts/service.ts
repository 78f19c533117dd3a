import type { Cause } from '../../model/vocabulary.ts';
import type { CauseText } from './type.ts';

/** Causes at the service that answers at the end of the path. */
export const SERVICE_CAUSES = {
  'wrong-service': {
    title: 'Something else listens there',
    explanation:
      'The connection was answered, but not by the service that was meant: the reply is of another protocol, or ' +
      'of another product. The name leads to the wrong address, the port belongs to something else, or a ' +
      'device on the path answers with a page that this tool does not know.',
    recognisedBy:
      'The reply is not of the expected protocol (TLS included), or lacks what only the service sends: a request id with an ' +
      'error code from Storage, a service version from Key Vault, a feed or tracking id from Event Hubs, an ' +
      'issuer of its cloud from Entra ID, an accepted bind from KMS.',
    owner: 'service',
    remedy: [
      'Compare the address that was dialled with the service’s own: the private endpoint’s, or one in the ' +
        'ranges of its service tag. Correct the DNS record, the hosts file or --connect-to where they differ.',
      'Read status, headers and the start of the reply in the report: they show who answered.',
      'If a firewall or proxy answered: allow the host name and port on it.',
    ],
    reference: 'Azure IP Ranges and Service Tags',
  },
  'service-firewall-denied': {
    title: 'The service’s own network rules refuse this subnet',
    explanation:
      'The path works: the service itself answered, and refused because its network rules do not allow this subnet. ' +
      'Nothing on the way has to be changed. API Management will get the same answer from this resource.',
    recognisedBy:
      'Storage answers AuthorizationFailure (“not authorized to perform this operation”), Key Vault ' +
      'ForbiddenByFirewall, ForbiddenByConnection or ForbiddenByNsp, Event Hubs “Ip has been prevented to connect”.',
    owner: 'service',
    remedy: [
      'Resource’s Networking page, “Selected networks”: add this virtual network and subnet. The subnet needs ' +
        'the service endpoint of the service for that (Microsoft.Storage, Microsoft.KeyVault, Microsoft.EventHub).',
      'Or give the resource a private endpoint that this subnet can reach, and link its private DNS zone.',
      'Where traffic leaves through a NAT gateway or firewall: add its public address to the resource’s IP ' +
        'rules. Storage in the same region does not see that address, so use the subnet’s rule there.',
      'A stand-in resource whose rules API Management’s own will not share proves the path; no change is due.',
    ],
    reference: 'Virtual Network service endpoints; Configure Azure Storage firewalls and virtual networks',
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
