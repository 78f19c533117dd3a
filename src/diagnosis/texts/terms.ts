import type { Failure } from '../../../probes/failures.ts';
import type { Cause } from '../../model/vocabulary.ts';

/**
 * What people call a cause or failure, and what programs print when they meet it, beyond the words of its texts:
 * messages of curl, OpenSSL, .NET and the C library, numbers, abbreviations. For `explain`; separated by commas.
 */
export const TERMS: Readonly<Partial<Record<Cause | Failure, string>>> = {
  'name-does-not-exist': 'nxdomain, ENOTFOUND, could not resolve host, no such host, typo',
  'private-zone-missing-record':
    'privatelink, private endpoint, nxdomain, nodata, could not resolve host, A record',
  'private-zone-not-linked': 'privatelink, private endpoint, public address, virtual network link, vnet link',
  'expected-private': 'privatelink, private endpoint, public address, public answer, virtual network link',
  'dns-not-configured':
    'resolv.conf, nsswitch, no nameserver, EAI_AGAIN, temporary failure in name resolution',
  'dns-server-down': 'nameserver, dns timed out, no servers could be reached, EAI_AGAIN, port 53, custom dns',
  'dns-forwarding-broken': 'forwarder, conditional forwarder, servfail, refused, 168.63.129.16, custom dns',
  'dns-servers-disagree': 'split dns, split horizon, inconsistent answers',
  'dns-tampered': 'sinkhole, wildcard, hijack, 0.0.0.0, dns filter, poisoned',
  'dns-server-slow': 'latency, slow lookup, slow dns',
  'dns-tcp-blocked': 'truncated, TC bit, port 53 tcp, large answer',
  'dns-search-domain': 'search suffix, search list, ndots, resolv.conf',
  'private-zone-shadows-suffix': 'private zone, database.windows.net, core.windows.net, nxdomain',
  'azure-api-net-zone-shadowed': 'azure-api.net, private zone, nxdomain',
  'hosts-file-override': '/etc/hosts, hosts entry, stale address',
  'dns-answers-change': 'round robin, flapping, inconsistent answers',
  'ipv6-only': 'AAAA, ipv6',
  'region-mismatch': 'location, westeurope, wrong region',
  'outbound-dropped':
    'NSG, deny, timed out, time-out, timeout, ETIMEDOUT, curl 28, route table, UDR, next hop None, blackhole, service tag, firewall',
  'outbound-rejected':
    'refused, RST, ECONNREFUSED, EHOSTUNREACH, curl 7, icmp prohibited, firewall, reject, no route to host',
  'no-outbound-path':
    'nothing works, no internet, NAT gateway, default outbound access, forced tunneling, 0.0.0.0/0',
  'no-route': 'ENETUNREACH, network is unreachable, default gateway, ip route',
  'vm-without-outbound': 'private subnet, no public IP, NAT gateway, defaultOutboundAccess, SNAT',
  'transparent-proxy': 'proxy, handshake, explicit proxy, everything connects, syn-ack',
  'tls-blocked': 'ssl, handshake, reset by peer, ECONNRESET, curl 35, cut',
  'sni-filtered':
    'server name, fqdn filtering, application rule, url filtering, reset by peer, ECONNRESET, curl 35, SSL_ERROR_SYSCALL, handshake',
  'large-hello-blocked': 'post-quantum, ML-KEM, Kyber, ClientHello, two segments, key share',
  'packet-size-blackhole':
    'MTU, MSS, PMTUD, path MTU, fragmentation, clamping, VPN, ExpressRoute, hangs, stalls',
  'return-path-broken': 'asymmetric route, asymmetric routing, one way, stateful firewall, hangs, no data',
  'tls-intercepted':
    'TLS inspection, SSL inspection, decryption, man in the middle, MITM, self-signed, self signed certificate, unknown CA, curl 60, root certificate, Zscaler',
  'wrong-certificate':
    'name mismatch, hostname mismatch, expired, curl 60, SAN, ERR_TLS_CERT_ALTNAME_INVALID',
  'certificate-chain': 'intermediate, incomplete chain, unable to get local issuer certificate, curl 60',
  'block-page':
    '407, 470, 403, proxy authentication, Squid, Zscaler, FortiGate, Palo Alto, captive portal, deny',
  'wrong-service': 'unexpected answer, other product, port reuse',
  'service-firewall-denied':
    'AuthorizationFailure, ForbiddenByFirewall, ForbiddenByConnection, 403, network rules, selected networks, public network access, IP rule, service endpoint, 40615',
  'service-refused': 'login failed, rejected, access denied, service error',
  'starttls-stripped': 'STARTTLS, SMTP, XXXX, smtp inspection, fixup',
  'gateway-record-missing':
    'internal mode, custom domain, developer portal, configuration endpoint, nxdomain, A record',
  'gateway-record-public': 'internal mode, public address, A record',
  'gateway-record-wrong': 'internal mode, VIP, stale address, private address, A record',
  'gateway-not-serving':
    '3443, 6390, AzureLoadBalancer, health probe, load balancer, status-0123456789abcdef, VIP, management endpoint',
  'subnet-too-small': '/27, /28, /29, prefix, units, scale out, address space, capacity',
  'clock-skew': 'time, NTP, drift, chrony, w32time, expired, not yet valid, 123',
  'vm-limit': 'EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS, ulimit, open files, ephemeral ports, memory',
  'smtp-port-25-blocked': '25, 587, 25028, mail, SMTP relay, email, notifications',
  'intermittent-loss':
    'SNAT, SNAT exhaustion, port exhaustion, flaky, sometimes, sporadic, packet loss, NAT gateway',
  undetermined: 'unknown, unclear, no cause',
  dns_timeout: 'timed out, no servers could be reached, 53',
  dns_unreachable: 'connection refused, 53',
  dns_nxdomain: 'ENOTFOUND, could not resolve host, no such host, curl 6',
  dns_nodata: 'no address, empty answer',
  dns_servfail: 'EAI_AGAIN, temporary failure in name resolution, server failure, curl 6',
  dns_refused: 'query refused, recursion',
  tcp_timeout: 'timed out, ETIMEDOUT, curl 28, SYN, no answer, 10060',
  tcp_refused: 'ECONNREFUSED, connection refused, RST, curl 7, 10061',
  tcp_unreachable: 'ENETUNREACH, EHOSTUNREACH, no route to host, network is unreachable, 10051, 10065',
  tcp_reset: 'ECONNRESET, reset by peer, RST, 10054',
  tls_timeout: 'timed out, handshake, curl 28',
  tls_reset: 'ECONNRESET, reset by peer, curl 35, SSL_ERROR_SYSCALL, handshake',
  tls_closed: 'unexpected EOF, SSL_ERROR_SYSCALL, curl 35, handshake',
  tls_alert: 'handshake failure, protocol version, unrecognized_name, cipher',
  tls_not_tls: 'wrong version number, plain http',
  tls_untrusted:
    'self-signed, self signed certificate, unknown CA, curl 60, unable to get local issuer certificate',
  tls_name_mismatch: 'hostname mismatch, SAN, ERR_TLS_CERT_ALTNAME_INVALID, curl 60',
  tls_expired: 'certificate has expired',
  tls_not_yet_valid: 'clock',
  protocol_timeout: 'timed out, hangs',
  protocol_closed: 'connection closed, unexpected EOF',
  http_blocked: 'block page, 403, 407, 470, proxy authentication',
  http_unexpected: 'status code',
  udp_timeout: 'timed out, NTP, 123',
  local_limit: 'EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS, ulimit, open files',
};
