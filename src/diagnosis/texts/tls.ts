import type { Cause } from '../../model/vocabulary.ts';
import type { CauseText } from './type.ts';

/** Causes that appear in the TLS handshake. */
export const TLS_CAUSES = {
  'sni-filtered': {
    title: 'A firewall reads the server name and cuts it',
    explanation:
      'The TCP connection works. The TLS handshake dies as soon as it names the server (SNI, RFC 6066), while ' +
      'on the same address a handshake with no name, or another one, gets further. So a device on the path ' +
      'reads the name and refuses this one.',
    recognisedBy:
      'TLS is reset, closed or silent after ClientHello, and the control handshake on the same address, ' +
      'without the name or with another, goes further.',
    owner: 'network',
    remedy: [
      'Allow the host names on the device that filters: in Azure Firewall an application rule, protocol ' +
        'HTTPS, port 443, source this subnet, with the names as target FQDNs.',
      'Or route these destinations around it: service endpoints or private endpoints for Storage, SQL, Key ' +
        'Vault and Event Hubs, routes by service tag for the rest.',
      'Check that no web category, threat intelligence or IDPS rule of the device applies to the name.',
    ],
    reference: 'RFC 6066, section 3 (Server Name Indication); Azure Firewall rule processing logic',
  },
  'tls-intercepted': {
    title: 'TLS is opened by an inspecting device',
    explanation:
      'The certificate bears the right name but was not issued by a public certification authority of the ' +
      'service. A device on the path ends the TLS session and makes up certificates. API Management does not ' +
      'trust that authority and cannot be taught to for its own dependencies, so it will fail there.',
    recognisedBy:
      'The chain leads to no public root, or to one of --ca-file whose issuer is none of the service’s, while ' +
      'the name matches. The issuer’s organisation names the device or its owner.',
    owner: 'network',
    remedy: [
      'Exempt the destinations of API Management from TLS inspection: in Azure Firewall Premium application ' +
        'rules without “TLS inspection”, elsewhere a “do not decrypt” rule for this subnet.',
      'Or route them around the device: service endpoints for Storage, Sql, KeyVault and EventHub, routes by ' +
        'service tag with next hop Internet for the rest.',
      'Installing the device’s root certificate on this VM does not help: API Management will not have it.',
    ],
    reference: 'Azure Certificate Authority details; Azure Firewall Premium features (TLS inspection)',
  },
  'wrong-certificate': {
    title: 'The endpoint holds the wrong certificate',
    explanation:
      'A TLS server answered with a certificate for other names, one whose time is over or has not begun, or ' +
      '(on your own host names) one from an authority that is not trusted here. Either the name leads to the ' +
      'wrong server, or the server’s certificate was not renewed or not set.',
    recognisedBy:
      'The name or the validity fails, with a good local clock and no sign of inspection; or, on a host name of ' +
      'your own, a chain that leads to no public root and none of --ca-file.',
    owner: 'service',
    remedy: [
      'Name: check that the DNS record leads to the right address (private endpoint, VIP), and that the host ' +
        'name is configured on the service.',
      'Validity: renew the certificate; with Key Vault check that the service still may read it there.',
      'Private authority: give its root to this tool with --ca-file, and to the clients.',
    ],
    reference: 'RFC 9525 (service identity in TLS) and RFC 5280 (X.509 certificates)',
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
