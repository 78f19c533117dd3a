import { LOCAL_LIMITS } from '../../../probes/local-limits.ts';
import type { Cause } from '../../model/vocabulary.ts';
import {
  APPLIANCES,
  DEFAULT_OUTBOUND,
  FIREWALL_FAQ,
  FIREWALL_RULES,
  LINUX_TIME,
  manual,
  NAT_GATEWAY,
  NETWORK_REFERENCE,
  NETWORK_WATCHER,
  OPEN_FILES,
  OUTBOUND_SMTP,
  rfc,
  see,
  TCP_TUNING,
  TRAFFIC_ROUTING,
  WINDOWS_TIME,
} from './documents.ts';
import type { CauseText } from './type.ts';

/** Causes on the path: routes, security groups, firewalls, and the VM itself. */
export const PATH_CAUSES = {
  'outbound-dropped': {
    title: 'Outbound packets are silently dropped',
    explanation:
      'The connection request left this VM and nothing came back, at every address. A network security ' +
      'group’s deny rule, a network rule of Azure Firewall and a route whose next hop is None or a dead ' +
      'appliance all look like this; a service that is merely stopped does not.',
    recognisedBy: 'The TCP connection times out at every address and in every attempt, while others connect.',
    owner: 'network',
    remedy: [
      'NSG of the subnet and of the NIC: add an outbound rule that allows the service tag and port, with a ' +
        'lower priority number than any deny rule. Network Watcher’s IP flow verify names the rule that decides, and ' +
        'VNet flow logs record the flows that it denied.',
      'Route table of the subnet: check the effective routes of the NIC. A 0.0.0.0/0 route to a virtual ' +
        'appliance needs a rule there; next hop None drops everything.',
      'Azure Firewall or another appliance on the way: allow the service tag in a network rule, or the ' +
        'host name in an application rule.',
      'For Storage, SQL, Key Vault and Event Hubs: a service endpoint on the subnet avoids the detour.',
    ],
    reference: NETWORK_REFERENCE,
  },
  'outbound-rejected': {
    title: 'Connections are actively refused',
    explanation:
      'Something answered the connection request with a refusal: a TCP reset, or an ICMP “unreachable” or ' +
      '“prohibited”. Network security groups never do this, they drop. So either a firewall or appliance on ' +
      'the way rejects, this VM’s own firewall does, or the host was reached and nothing listens there.',
    recognisedBy: 'RST or ICMP destination unreachable or prohibited in reply to the TCP connection request.',
    owner: 'network',
    remedy: [
      'Look in the firewall’s or appliance’s log for this VM’s address and the port, and allow the flow.',
      'Check this VM’s own firewall (nftables, iptables, Windows Defender Firewall) for outbound rejections.',
      'If the address is private: check that it is the one of the private endpoint or of the host that is ' +
        'meant, and that the service listens on the port.',
      'ICMP “unreachable” also means a missing route: check the effective routes of the NIC.',
    ],
    reference: see(rfc(9293, ' (TCP, reset generation)'), rfc(792, ' (ICMP, destination unreachable)')),
  },
  'packet-size-blackhole': {
    title: 'Full-size packets are lost',
    explanation:
      'Small packets pass and full-size ones vanish, without the ICMP message that tells the sender to use smaller ones ' +
      '(path MTU discovery). Connections open and small requests work; large ones hang.',
    recognisedBy:
      'Towards a service: at an address whose TLS works, a ClientHello of two segments fails twice, a small one passes ' +
      'in between, and the same large one passes in segments of 500 bytes. On the way back: where handshakes end in ' +
      'silence, the server twice answers a ClientHello that it refuses, with a few bytes, and the certificates that ' +
      'the usual one asks for in between never arrive. Or SQL or SMTP answers in its own protocol, and each time the ' +
      'certificates that follow do not arrive.',
    owner: 'network',
    remedy: [
      'Look for a tunnel (VPN, ExpressRoute with encryption, SD-WAN) on the path and set its TCP MSS clamping, 1,350 ' +
        'bytes for Azure VPN gateways.',
      'Let ICMP “fragmentation needed” (type 3, code 4) pass through firewalls on the path.',
      'To confirm on the VM: sudo ip link set dev eth0 mtu 1300 makes both sides send smaller packets. If their size is ' +
        'the cause, a run passes then. Set it to 1500 again afterwards.',
    ],
    reference: see(rfc(4821, ' (packetization layer path MTU discovery)'), TCP_TUNING),
  },
  'return-path-broken': {
    title: 'Connections open, and no data comes back',
    explanation:
      'TCP connections to public addresses are completed, and after that no reply arrives: over TLS, HTTP and the like not ' +
      'one byte, over SMTP and AMQP at most what is sent first. ' +
      'Usually the two directions take different paths (an asymmetric route), and a firewall that sees only one of them ' +
      'drops packets of connections that it does not know. A device that drops all data of this subnet, in either ' +
      'direction, looks the same.',
    recognisedBy:
      'At three or more public hosts, over TLS and over at least one protocol without it, all connections are completed ' +
      'and all replies missing (bytesReceived is 0; greetings of SMTP and AMQP do not count), and the reserved address does ' +
      'not connect.',
    owner: 'network',
    remedy: [
      'Compare the two directions: the effective routes of this VM’s NIC (where 0.0.0.0/0 goes), and the routes of the ' +
        'subnets of the firewall and of the gateway back to this subnet. Both directions must pass the same instance ' +
        'of the same firewall.',
      'With several firewalls behind a load balancer: let each use source NAT, so that replies return to the one that ' +
        'holds the connection.',
      'Look in the firewall’s log for packets of this subnet that it drops as out of state, and for its limit of ' +
        'connections.',
    ],
    reference: see(APPLIANCES, TRAFFIC_ROUTING),
  },
  'vm-without-outbound': {
    title: 'The test VM has no outbound path of its own',
    explanation:
      'In a private subnet, the default of virtual networks created with the newest API since 2026-03-31, a VM without a ' +
      'public IP, a NAT gateway or a load balancer’s outbound rule reaches nothing public but Storage of its own region. ' +
      'API Management in internal mode leaves by a public address of its own, so it need not share this. A service ' +
      'endpoint for Storage beside a default route to something that drops (forced tunnelling), and an NSG that allows ' +
      'the service tag Storage alone, look the same to a VM, and they do concern the instance.',
    recognisedBy:
      'The metadata service names no public address of this VM; Storage answers, and all else that is public, among it ' +
      'SQL, Key Vault or Event Hubs, times out.',
    owner: 'vm',
    remedy: [
      'See whether the VM has a public address (“az vm list-ip-addresses --ids VM_ID --output table”). If it has one, the ' +
        'subnet being private is not the cause: go to step 4.',
      'Else find out which one it is: “az network vnet subnet show --ids SUBNET_ID --query ' +
        '"{defaultOutboundAccess:defaultOutboundAccess, nat:natGateway.id, routes:routeTable.id, ' +
        'endpoints:serviceEndpoints[].service, nsg:networkSecurityGroup.id}"”. With defaultOutboundAccess false and no ' +
        'nat, the subnet is private, unless an outbound rule of a load balancer gives the VM a path. With ' +
        'Microsoft.Storage among the endpoints and a 0.0.0.0/0 route to an appliance (“az network nic ' +
        'show-effective-route-table --ids NIC_ID --output table”), it is the tunnel. Otherwise read the outbound rules of ' +
        'the NSG.',
      'In a private subnet: give the test VM a public IP (install/test-vm.bicep does, unless publicIp is false), and run ' +
        'again. A NAT gateway on the subnet works too, and then becomes the outbound path of the instance as well.',
      'With a tunnel or an NSG: allow the destinations of API Management there. A public IP of the VM does not help ' +
        'against a 0.0.0.0/0 route.',
    ],
    reference: DEFAULT_OUTBOUND,
  },
  'no-outbound-path': {
    title: 'Nothing public can be reached',
    explanation:
      'Every connection to a public address times out. First possibility: this VM alone has no outbound path. In a ' +
      'virtual network created with the newest API since 2026-03-31 subnets are private by default: without a public ' +
      'IP, a NAT gateway, an outbound rule of a load balancer or a firewall a VM reaches nothing public there, except ' +
      'Storage of its own region. API Management in internal mode has a public address of its own for outbound traffic, ' +
      'so such a VM does not show that the instance has no path. Networks created before keep their default outbound ' +
      'access, also for new VMs. Second: the default route leads to something that drops, or an NSG denies the Internet ' +
      'as a whole, and the instance shares that.',
    recognisedBy:
      'Connections to at least three public hosts were tried and all timed out, not one was answered or ' +
      'refused, and the private endpoints, if there are any, do not time out.',
    owner: 'network',
    remedy: [
      'If the subnet is private (defaultOutboundAccess is false in “az network vnet subnet show --ids SUBNET_ID”) and the ' +
        'VM has no public IP (“az vm list-ip-addresses --ids VM_ID --output table”): give the test VM one, or the ' +
        'subnet an outbound path, best a NAT gateway, and run again. A NAT gateway also becomes the outbound path of the ' +
        'instance. A route with next hop Internet does not work in a private subnet without one of these.',
      'Effective routes of the NIC: where does 0.0.0.0/0 go? Next hop None drops; a virtual appliance or a ' +
        'gateway must forward and let these destinations pass.',
      'Outbound NSG rules of the subnet and NIC: allow the service tags of API Management’s port table above ' +
        'any rule that denies Internet.',
      'With forced tunnelling: service endpoints for Storage, Sql, KeyVault and EventHub, a route for service ' +
        'tag ApiManagement with next hop Internet, and the other dependencies allowed in the firewall.',
    ],
    reference: see(DEFAULT_OUTBOUND, TRAFFIC_ROUTING),
  },
  'no-route': {
    title: 'This VM has no route there',
    explanation:
      'The operating system of this VM refused to send, because its routing table has no route for the address, or one ' +
      'that rejects it. No packet left the VM, so this says nothing about Azure’s routes, security groups or firewalls.',
    recognisedBy:
      'The connection fails at once with “unreachable”, and no route in /proc/net/route covers the address, or the one ' +
      'that does is of the type unreachable, prohibit or blackhole.',
    owner: 'vm',
    remedy: [
      'On the VM: “ip route show default” prints the default route, which Azure’s DHCP gives to the primary interface. ' +
        'Renew the lease (“sudo networkctl renew eth0”, “sudo dhclient eth0”, or restart the VM), and look for a static ' +
        'configuration that lacks the gateway.',
      'For one address, “ip route get ADDRESS” prints the route or the refusal. Remove a route of the type ' +
        'unreachable, prohibit or blackhole that is not wanted; VPN clients and hardening scripts add such routes.',
    ],
    reference: see(manual('ip-route', 8), manual('proc_net', 5)),
  },
  'transparent-proxy': {
    title: 'A device on the path completes TCP handshakes itself',
    explanation:
      'A connection to 192.0.2.1, an address that RFC 5737 reserves for documentation, was accepted. So a device ' +
      'between this VM and the Internet answers connection requests itself, and a completed connection proves ' +
      'nothing here. Azure Firewall does so on ports 80 and 443, and on any port of an application rule. ' +
      'What it then does not allow ends without a reply.',
    recognisedBy:
      'The control connection to 192.0.2.1:443 succeeds. It explains endpoints whose only proof is a connection, ' +
      'and TLS or protocols that end in silence or a cut right after it.',
    owner: 'network',
    remedy: [
      'Find the device: it is the next hop of 0.0.0.0/0 in the effective routes of the NIC, or a proxy behind it.',
      'Allow the destinations there: in Azure Firewall an application rule with the host names for HTTP and ' +
        'HTTPS, a network rule with the service tag and port for SQL, AMQP and all else.',
      'Or send these destinations around the device: service endpoints for Storage, Sql, KeyVault and ' +
        'EventHub, routes by service tag with next hop Internet for the others.',
    ],
    reference: see(rfc(5737, ' (addresses for documentation)'), FIREWALL_FAQ),
  },
  'block-page': {
    title: 'A firewall or proxy answered instead of the service',
    explanation:
      'The reply is a block page: a device on the path read the request, refused it by its rules and wrote ' +
      'the answer itself. The service never saw the request.',
    recognisedBy:
      'A status, header, page or redirect known to be a product’s: Azure Firewall’s 470 or “Action: Deny”, Squid’s error ' +
      'header, Zscaler’s Server header, and the pages of more than 40 others. Over plain HTTP also a redirect to a host ' +
      'or port that is not the service’s, and one page at hosts of several owners. HTTP in the place of TLS or of another ' +
      'protocol at several services.',
    owner: 'network',
    remedy: [
      'Ask for the host names and ports to be allowed on that device; in Azure Firewall that is an ' +
        'application rule with source this subnet, protocol and port, and the target FQDNs.',
      'Check the rule order: a deny rule or a web category above the allow rule wins.',
      'Run again, and look for the request in the device’s log if it is still refused.',
    ],
    reference: FIREWALL_RULES,
  },
  'clock-skew': {
    title: 'This VM’s clock is wrong',
    explanation:
      'The local clock differs from the peers’ by more than five minutes. Certificates then look expired or ' +
      'not valid yet, and tokens and shared access signatures are refused. The network is not at fault.',
    recognisedBy:
      'NTP time or the Date of the replies differs from the local clock by more than 5 minutes; or, where no ' +
      'reply gave a time, the validity of public certificates fails on at least three hosts at once in the same direction.',
    owner: 'vm',
    remedy: [
      'Linux: check chrony (chronyc tracking) and that it uses the host clock /dev/ptp_hyperv; then ' +
        '“chronyc makestep”.',
      'Windows: w32tm /query /status, then w32tm /resync.',
      'If the VM synchronises over the network: allow UDP port 123 outbound.',
    ],
    reference: see(LINUX_TIME, WINDOWS_TIME),
  },
  'vm-limit': {
    title: 'This VM ran out of a resource that the tests need',
    explanation:
      'The operating system of this VM refused a socket, a port, a file or memory. Nothing was sent, so neither the ' +
      'network nor the services are at fault, and nothing is known of the endpoints. The run lowered the number of ' +
      'connections that are open at a time and tried again before it gave up.',
    recognisedBy:
      'The error codes EMFILE or ENFILE (open files), EADDRNOTAVAIL of an IPv4 address or EADDRINUSE (local ports), ' +
      'ENOBUFS, ENOMEM, or EAGAIN (processes), in repeated attempts.',
    owner: 'vm',
    remedy: [
      'Find out what holds the resources (“lsof”, “ss -s”, “free -m”), and end it or wait for its end.',
      'Run again with a lower --concurrency and a longer --deadline.',
      ...new Set(Object.values(LOCAL_LIMITS).map(({ remedy }) => remedy)),
    ],
    reference: see(
      manual('errno', 3),
      manual('connect', 2),
      manual('getrlimit', 2),
      manual('ip', 7),
      OPEN_FILES,
    ),
  },
  'smtp-port-25-blocked': {
    title: 'Azure blocks outbound mail on port 25',
    explanation:
      'Azure itself drops TCP port 25 from virtual machines to the Internet. The port is open in Enterprise ' +
      'Agreement subscriptions, can be opened on request in pay-as-you-go and partner subscriptions, and stays ' +
      'closed in Visual Studio, free, student and pass subscriptions. Ports 587 and 25028 are not affected, and ' +
      'neither is mail within the virtual network.',
    recognisedBy:
      'Connections to port 25 of a public host time out, while port 587 or 25028 of the same host answers, and no ' +
      'other public host answers on port 25.',
    owner: 'platform',
    remedy: [
      'Use port 587 or 25028 of the relay, or a relay inside the virtual network. API Management’s documents no ' +
        'longer list the mail relays, so for the service itself nothing has to be done unless the instance is old.',
      'If port 25 is needed: ask Azure support to open it, in a subscription where that is possible.',
      'If it should be open in this subscription: look for a rule of your own that closes port 25, in the NSG and ' +
        'in the firewall on the way.',
    ],
    reference: OUTBOUND_SMTP,
  },
  'intermittent-loss': {
    title: 'Some attempts pass and some do not',
    explanation:
      'The same endpoint worked in one attempt or at one address and failed in another. Typical reasons are ' +
      'exhausted SNAT ports, asymmetric routes, an appliance with an unhealthy instance, or a rule that ' +
      'allows only some of the service’s addresses.',
    recognisedBy:
      'Attempts of one run, or addresses of one name, that end differently. Where at least three public endpoints show ' +
      'this, an endpoint that failed in every attempt is counted as lost if the measured rate lets expect that; a ' +
      'required one has then had a last attempt, 12 s after its first.',
    owner: 'network',
    remedy: [
      'If always the same addresses fail: allow the whole service tag instead of single addresses.',
      'Check SNAT: the NAT gateway’s or load balancer’s metrics for dropped and failed connections.',
      'Check the health of each instance of an appliance or firewall on the way, and that replies return ' +
        'through the same instance.',
      'Run several times, over some minutes, and compare the reports.',
    ],
    reference: NAT_GATEWAY,
  },
  undetermined: {
    title: 'The cause is not clear',
    explanation:
      'The endpoint was not reached, and what was seen fits none of the known causes well enough to name one. ' +
      'The failure shows what happened; the report’s attempts hold all the evidence. As a remark it names ' +
      'certificate hosts that answered with an HTTP error in the place of a file that they are known to publish. ' +
      'They count as reached, because hosts move files; but nothing proves who answered.',
    recognisedBy:
      'No other cause is recognised. As a remark: a certificate host’s reply has an HTTP error or redirect, or a ' +
      'long body without its length.',
    owner: 'network',
    remedy: [
      'Read the attempts of the endpoint in the JSON report: step, time and error of each.',
      'Look up the failure with “apim-probe explain”, and follow its next step.',
      'Run Network Watcher’s connection troubleshoot from this VM to the same host and port.',
    ],
    reference: NETWORK_WATCHER,
  },
} as const satisfies Partial<Record<Cause, CauseText>>;
