import type { Cause } from '../../model/vocabulary.ts';
import {
  CERTIFICATE_AUTHORITIES,
  FIREWALL_PREMIUM,
  FIREWALL_RULES,
  LARGE_HELLOS,
  rfc,
  see,
} from './documents.ts';
import type { CauseText } from './type.ts';

/** Causes that appear in the TLS handshake. */
export const TLS_CAUSES = {
  'tls-blocked': {
    title: 'Every TLS handshake is cut',
    explanation:
      'TCP connections open and other protocols return data, but every TLS handshake to a public address is reset, ' +
      'closed, refused or swallowed, with and without a server name. So a device on the path does not let TLS pass, ' +
      'or its TLS inspection fails.',
    recognisedBy:
      'No TLS handshake at a public address passes on the port; at several addresses it fails with the real name, another name ' +
      'and no name; and at least one endpoint without TLS returns data.',
    owner: 'network',
    remedy: [
      'Look in the log of the firewall or proxy for this VM’s address and port 443, for the rule or profile that ends TLS.',
      'Exempt this subnet from TLS inspection. A device whose inspection certificate or licence has expired ends every ' +
        'handshake.',
      'Allow the destinations of API Management for TLS: in Azure Firewall application rules with protocol HTTPS, or ' +
        'network rules by service tag, source this subnet.',
    ],
    reference: see(rfc(8446, ', section 4 (handshake protocol)'), FIREWALL_RULES),
  },
  'sni-filtered': {
    title: 'A firewall reads the server name and cuts it',
    explanation:
      'The TCP connection works. The TLS handshake dies as soon as it names the server (SNI, RFC 6066), while ' +
      'on the same address a handshake with no name, or another one, gets further. So a device on the path ' +
      'reads the name and refuses this one.',
    recognisedBy:
      'TLS is reset, closed, silent or refused by alert (handshake_failure, access_denied, unrecognized_name) after ' +
      'ClientHello in every attempt, and the control handshake on the same address, without the name or with another, ' +
      'goes further twice.',
    owner: 'network',
    remedy: [
      'Allow the host names on the device that filters: in Azure Firewall an application rule, protocol ' +
        'HTTPS, port 443, source this subnet, with the names as target FQDNs.',
      'Or route these destinations around it: service endpoints or private endpoints for Storage, SQL, Key ' +
        'Vault and Event Hubs, routes by service tag for the rest.',
      'Check that no web category, threat intelligence or IDPS rule of the device applies to the name.',
    ],
    reference: see(rfc(6066, ', section 3 (Server Name Indication)'), FIREWALL_RULES),
  },
  'large-hello-blocked': {
    title: 'A device refuses a TLS ClientHello of two segments',
    explanation:
      'Clients with post-quantum key exchange (X25519MLKEM768) send a ClientHello of about 1,600 bytes, which takes two ' +
      'TCP segments. A device on the path, or the service’s front end, wants it whole in the first segment. API ' +
      'Management’s Windows machines send a small one, as far as public documents tell, so they pass.',
    recognisedBy:
      'At an address whose TLS works, the large ClientHello fails twice, a small one passes in between, and the large ' +
      'one fails in TCP segments of 500 bytes too.',
    owner: 'network',
    remedy: [
      'API Management needs no change. Other software in this network that uses post-quantum key exchange (current ' +
        'browsers, Go, OpenSSL 3.5, Node.js 24) will fail until the device is updated.',
      'Update the device: FortiGate needs a newer IPS engine, PAN-OS 11.1.2-h9 or later. Or exempt this subnet from ' +
        'TLS inspection.',
    ],
    reference: see(rfc(8446, ', section 4.1.2 (ClientHello)'), LARGE_HELLOS),
  },
  'tls-intercepted': {
    title: 'TLS is opened by an inspecting device',
    explanation:
      'The certificate bears the right name but was not issued by a public certification authority of the ' +
      'service. A device on the path ends the TLS session and makes up certificates. API Management does not ' +
      'trust that authority and cannot be taught to for its own dependencies, so it will fail there.',
    recognisedBy:
      'The chain leads to no public root, or only to one of --ca-file, and none of the keys of Azure’s authorities ' +
      'verifies it: names can be copied. The certificate’s name matches, or several addresses of Azure present the ' +
      'same one for other names. The device is named by its own authority.',
    owner: 'network',
    remedy: [
      'Exempt the destinations of API Management from TLS inspection: in Azure Firewall Premium application ' +
        'rules without “TLS inspection”, elsewhere a “do not decrypt” rule for this subnet.',
      'Or route them around the device: service endpoints for Storage, Sql, KeyVault and EventHub, routes by ' +
        'service tag with next hop Internet for the rest.',
      'Installing the device’s root certificate on this VM does not help: API Management will not have it.',
    ],
    reference: see(CERTIFICATE_AUTHORITIES, FIREWALL_PREMIUM),
  },
  'wrong-certificate': {
    title: 'The endpoint holds the wrong certificate',
    explanation:
      'A TLS server answered with a certificate for other names, one whose time is over or has not begun, or ' +
      '(on your own host names) one from an authority that is not trusted here. Either the name leads to the ' +
      'wrong server, or the server’s certificate was not renewed or not set. The finding says which certificate of ' +
      'the chain is out of date, is too weak or may not issue for this name, or that it cannot be read.',
    recognisedBy:
      'The name or the validity fails, with a good local clock and no sign of inspection; or, on a host name of ' +
      'your own, a chain that leads to no public root and none of --ca-file, or that clients refuse on the way to it.',
    owner: 'service',
    remedy: [
      'Name: check that the DNS record leads to the right address (private endpoint, VIP), and that the host ' +
        'name is configured on the service.',
      'Validity: renew the certificate; with Key Vault check that the service still may read it there.',
      'Private authority: give its root to this tool with --ca-file, and to the clients.',
    ],
    reference: see(rfc(9525, ' (service identity in TLS)'), rfc(5280, ' (X.509 certificates)')),
  },
  'certificate-chain': {
    title: 'The service’s certificate is genuine, its chain is not complete',
    explanation:
      'The server sends its own certificate without one of its issuers, with one that has expired, or with a chain ' +
      'that verifiers refuse for another reason. A key of Azure’s authorities verifies it all the same, so no device ' +
      'opened it. Windows, where API Management runs, fetches missing issuers itself over port 80 (Authority ' +
      'Information Access); OpenSSL, Java and Node.js do not.',
    recognisedBy:
      'The chain does not verify as the server sent it, and does with the known authorities of Azure; or it is an ' +
      'Azure service, and only an issuer’s certificate is out of date. A remark where Windows completes the chain, a ' +
      'warning where it cannot or where the endpoint is your own.',
    owner: 'service',
    remedy: [
      'Allow port 80 from this subnet to the hosts that serve issuer certificates, such as caissuers.microsoft.com, ' +
        'www.microsoft.com and cacerts.digicert.com.',
      'On an endpoint of your own: send the whole chain, the current intermediates included.',
      'Other clients in this network, which do not fetch issuers: give them the missing certificate.',
    ],
    reference: see(CERTIFICATE_AUTHORITIES, rfc(5280, ', section 4.2.2.1 (Authority Information Access)')),
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
