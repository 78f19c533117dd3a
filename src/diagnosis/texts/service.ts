import type { Cause } from '../../model/vocabulary.ts';
import {
  AMQP,
  MAIL_INSPECTION,
  PERIMETER,
  rfc,
  SERVICE_ENDPOINTS,
  SERVICE_TAGS,
  STORAGE_FIREWALL,
  see,
} from './documents.ts';
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
      'issuer of its cloud from Entra ID, an accepted bind from KMS. Or it has what the service never has: a SQL server ' +
      'without encryption, SASL mechanisms of another AMQP broker, the reply of an FTP server to EHLO.',
    owner: 'service',
    remedy: [
      'Compare the address that was dialled with the service’s own: the private endpoint’s, or one in the ' +
        'ranges of its service tag. Correct the DNS record, the hosts file or --connect-to where they differ.',
      'Read status, headers and the start of the reply in the report: they show who answered.',
      'If a firewall or proxy answered: allow the host name and port on it.',
    ],
    reference: SERVICE_TAGS,
  },
  'service-firewall-denied': {
    title: 'The service’s own network rules refuse this subnet',
    explanation:
      'The path works: the service itself answered, and refused because its network rules do not allow this subnet. ' +
      'Nothing on the way has to be changed. API Management will get the same answer from this resource.',
    recognisedBy:
      'Storage answers AuthorizationFailure (“not authorized to perform this operation”), Key Vault ' +
      'ForbiddenByFirewall, ForbiddenByConnection or ForbiddenByNsp, Event Hubs “Ip has been prevented to connect”. ' +
      'An error at a dependency that --from names, unless NetworkStatus reports success there; else a warning.',
    owner: 'service',
    remedy: [
      'Resource’s Networking page, “Selected networks”: add this virtual network and subnet. The subnet needs ' +
        'the service endpoint of the service for that (Microsoft.Storage, Microsoft.KeyVault, Microsoft.EventHub).',
      'Or give the resource a private endpoint that this subnet can reach, and link its private DNS zone.',
      'Where traffic leaves through a NAT gateway or firewall: add its public address to the resource’s IP ' +
        'rules. Storage in the same region does not see that address, so use the subnet’s rule there.',
      'If the Networking page says “Secured by perimeter”, rules of the resource do not count: add an inbound access ' +
        'rule to its profile in the network security perimeter. Storage and Event Hubs answer with the same text.',
      'Since 15 March 2026 the exception for trusted Microsoft services does not admit the gateway of API ' +
        'Management to a target of its policies. Its control plane still needs it, at a vault with certificates of ' +
        'custom host names and at an account for backups.',
      'If this is a test resource, and the one that API Management will use has other rules: the path is proven, and ' +
        'nothing has to be changed.',
    ],
    reference: see(SERVICE_ENDPOINTS, STORAGE_FIREWALL, PERIMETER),
  },
  'service-refused': {
    title: 'The service itself refuses',
    explanation:
      'Connections open, and the answer is of the service’s own protocol: a refusal. The network path is not the cause. ' +
      'The refusal has a text or a code, which names the reason, and sometimes the address that was refused.',
    recognisedBy:
      'The reply is a refusal of the protocol: 4xx or 5xx from a mail relay, a kiss code from a time server, an error in ' +
      'place of the PRELOGIN reply, a close or a failed SASL outcome of AMQP, DENIED or too many clients from Redis, a ' +
      'fault of RPC, an error status of SMB. NOAUTH from Redis only asks for a login and does not count.',
    owner: 'service',
    remedy: [
      'Read the refusal in the finding: it names the reason. Correct that on the service, or ask its operator to.',
      'Temporary refusals (SMTP 4xx, RATE, temporary_congestion): wait 15 minutes and run again from the same address.',
      'If the service admits only known addresses: allow the public outbound address of API Management there, which may ' +
        'differ from this VM’s.',
    ],
    reference: see(rfc(5321, ', section 4.2'), rfc(5905, ', section 7.4'), AMQP),
  },
  'starttls-stripped': {
    title: 'A device on the path hides what mail relays offer, probably STARTTLS',
    explanation:
      'The relay’s list of capabilities holds a word of eight letters that was overwritten with X, and no STARTTLS: a ' +
      'firewall that inspects SMTP hides encryption from the client. Mail then leaves unencrypted, or not at all where ' +
      'TLS is required, and no certificate shows who the relay is. CHUNKING has eight letters too: for a relay that ' +
      'offers no TLS itself, only that is hidden.',
    recognisedBy: 'The reply to EHLO has XXXXXXXA, or the like, and does not have STARTTLS.',
    owner: 'network',
    remedy: [
      'On the firewall on the way, allow TLS in the SMTP inspection (Cisco ASA: “allow-tls” in the policy map of type ' +
        'inspect esmtp), or take the relay’s ports out of the inspection.',
      'If no mail has to leave from this subnet: nothing has to be done.',
    ],
    reference: see(MAIL_INSPECTION, rfc(3207, ', section 6')),
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
