import type { Failure } from '../../probes/failures.ts';

/** The meaning of a failure, and where to look next. */
export interface FailureText {
  readonly means: string;
  readonly next: string;
}

/** One entry for each failure, for `explain` and for findings with an unclear cause. */
export const FAILURE_TEXTS: Readonly<Record<Failure, FailureText>> = {
  dns_timeout: {
    means: 'The DNS server sent no reply in time.',
    next: 'Check that the server runs and that UDP and TCP port 53 pass between this subnet and it.',
  },
  dns_unreachable: {
    means: 'The DNS server’s address cannot be reached: the network or the host refused the datagram.',
    next: 'Check the server’s address, the route to it, and that something listens on port 53 there.',
  },
  dns_nxdomain: {
    means: 'The DNS server answers that the name does not exist (NXDOMAIN).',
    next: 'Check the spelling; if it is right, look for a private DNS zone that claims the name without a record.',
  },
  dns_nodata: {
    means: 'The name exists, but has neither an IPv4 nor an IPv6 address (NODATA).',
    next: 'Look for a record set without A records, in a private DNS zone or at the end of the CNAME chain.',
  },
  dns_servfail: {
    means: 'The DNS server could not find an answer (SERVFAIL): a forwarder or an authority failed it.',
    next: 'Check the server’s forwarders; ask 168.63.129.16 for the same name to compare.',
  },
  dns_refused: {
    means: 'The DNS server refuses to answer this client (REFUSED).',
    next: 'Allow recursion for this subnet’s addresses on the server.',
  },
  dns_malformed: {
    means: 'The DNS reply could not be understood, or its CNAME records form a loop.',
    next: 'Query the name with “nslookup” or “dig” and look at the answer; something on port 53 may not be DNS.',
  },
  dns_bogus_address: {
    means:
      'Every address of the name is one that no service can have (0.0.0.0, loopback, link-local, multicast), so none was ' +
      'dialled.',
    next: 'Look for the name in a DNS filter, and for a record or a hosts file entry that blocks it.',
  },
  tcp_timeout: {
    means: 'No reply to the TCP connection request: it, or its answer, was dropped.',
    next: 'Check NSG rules (Network Watcher, IP flow verify), effective routes and firewalls, in this order.',
  },
  tcp_refused: {
    means: 'The connection request was answered with a reset: nothing listens, or a device rejects.',
    next: 'Check the address, the port and the log of the firewall on the way; an NSG never rejects, it drops.',
  },
  tcp_unreachable: {
    means: 'The network or host is unreachable: no route on this VM, or an ICMP message reported it.',
    next: 'Check the VM’s own routes, the effective routes of the NIC, and firewalls that answer with ICMP.',
  },
  tcp_reset: {
    means: 'The TCP connection was reset right after it was opened.',
    next: 'Look in the log of the firewall or load balancer on the way for a rule that resets.',
  },
  tls_timeout: {
    means: 'The connection was opened, but the TLS handshake did not end in time.',
    next: 'Check for a firewall that swallows the ClientHello, and for lost large packets (path MTU).',
  },
  tls_reset: {
    means: 'The connection was reset during the TLS handshake.',
    next: 'Look for a firewall that filters by server name (SNI), and allow the host name there.',
  },
  tls_closed: {
    means: 'The peer closed the connection during the TLS handshake, without an alert.',
    next: 'Look for a firewall that filters by server name (SNI); Azure Firewall ends denied HTTPS like this.',
  },
  tls_alert: {
    means: 'The peer ended the TLS handshake with an alert.',
    next:
      'Read the alert in the attempt’s error: unrecognized_name means that the host serves other names, ' +
      'protocol_version that it has no TLS 1.2, which every service of Azure has (TLS 1.0 and 1.1 ended on 2025-08-31).',
  },
  tls_not_tls: {
    means: 'The peer answered the TLS ClientHello with something that is not TLS.',
    next: 'Check the port, and whether a proxy answers in plain text in the service’s place.',
  },
  tls_bad_certificate: {
    means: 'The peer speaks TLS, but its certificate cannot be read, or it sent none.',
    next: 'Look for a device that builds certificates itself, and for a damaged file on a server of your own.',
  },
  tls_untrusted: {
    means:
      'The certificate chain leads to no trusted root or is refused on the way to it, or its issuer is not one that the ' +
      'service uses.',
    next:
      'Read the issuer: it names the inspecting device, or your own CA, which --ca-file can add. Where the error names a ' +
      'certificate, that one must be replaced.',
  },
  tls_name_mismatch: {
    means: 'The certificate is valid for other names only.',
    next: 'Check that DNS leads to the right address, and the host names that the service is configured with.',
  },
  tls_expired: {
    means: 'A certificate of the chain has expired, by this VM’s clock.',
    next: 'Check this VM’s clock first, then renew the certificate.',
  },
  tls_not_yet_valid: {
    means: 'A certificate of the chain is not valid yet, by this VM’s clock.',
    next: 'Check this VM’s clock first, then the certificate’s start date.',
  },
  protocol_timeout: {
    means: 'The connection works, but the service’s own protocol got no reply in time.',
    next: 'Check for a device that completes connections for others, and for lost large packets (path MTU).',
  },
  protocol_closed: {
    means: 'The peer closed the connection before it answered in the service’s protocol.',
    next: 'Check for a firewall that ends the connection after the first bytes, and the service’s own firewall.',
  },
  protocol_mismatch: {
    means: 'The peer answered, but not in the service’s protocol, or not as the service itself does.',
    next: 'Check that the address and port are the service’s, and what else listens there.',
  },
  protocol_refused: {
    means: 'The service answered in its protocol and refused the conversation.',
    next: 'Read the refusal in the attempt’s error, and check the service’s own network rules.',
  },
  http_blocked: {
    means: 'The HTTP reply is the block page of a firewall or proxy.',
    next: 'Allow the host name on the device that the page names.',
  },
  http_unexpected: {
    means: 'The HTTP reply is not one that this service gives.',
    next: 'Read status, headers and the start of the body in the report: they show who answered.',
  },
  udp_timeout: {
    means: 'No reply to the datagrams. UDP has no handshake: they, or the replies, were dropped or ignored.',
    next: 'Check NSG rules and firewalls for the UDP port, and that the service runs.',
  },
  udp_refused: {
    means: 'An ICMP message reported that the UDP port is unreachable or prohibited.',
    next: 'Check the address and port, and firewalls that answer with ICMP.',
  },
  deadline_exceeded: {
    means: 'The run’s time was over before this was done; nothing is known about the endpoint.',
    next: 'Run again with a longer --deadline, or with --only to test fewer endpoints.',
  },
  local_limit: {
    means:
      'This VM ran out of a resource that a test needs (open files, local ports, memory), so nothing is known about ' +
      'the endpoint.',
    next: 'Read the reason in the report: it names what there was none left of, and how there will be more.',
  },
  unexpected: {
    means: 'An error that this version does not know.',
    next: 'Read the attempt’s error in the report, and send the report to the maintainers.',
  },
};
