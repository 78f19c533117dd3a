/** Reasons, each with the rows that are not right because of it, by `situation/shape`. */
const MISSES: Readonly<Record<string, readonly string[]>> = {
  'A dead DNS server beside one that answers counts as a required endpoint.': [
    'dns-server-silent/the second of two',
    'dns-server-silent/the first of two',
    'dns-server-closed/the second of two',
    'healthy-second-dns-down/and the first answers',
  ],
  'The answer of Azure DNS is not held against that of the configured server when the latter leads nowhere.':
    [
      'dns-servers-disagree/the first is wrong',
      'dns-stale-record/an address that is silent',
      'dns-stale-record/an address that refuses',
    ],
  'No name is asked twice.': ['dns-answers-change/one of them knows an old address'],
  'Nothing reads resolv.conf and nsswitch.conf as glibc does, and there is no rule for it.': [
    'dns-not-configured/resolv.conf is empty',
    'dns-not-configured/its one line is not understood',
    'dns-not-configured/nsswitch.conf has files alone',
    'dns-not-configured/nsswitch.conf stops before DNS',
  ],
  'A refusal by the public side hides that the private endpoint is not visible here.': [
    'private-zone-not-linked/the public side refuses (403)',
  ],
  'There is no rule for a missing route, so it is taken for a rejection on the way.': [
    'ipv6-only/Key Vault',
    'no-route/no default route; DNS and metadata have their own, as Azure’s DHCP gives them',
    'no-route/no default route at all',
    'no-route/an unreachable route for one /24 prefix',
  ],
  'The region that is given is not compared with that of the metadata.': [
    'region-mismatch/a misspelt region',
    'region-mismatch/another region',
  ],
  'There is one finding for each service tag, where a port, a prefix or everything has the fault in common.':
    [
      'drop-port/443',
      'drop-port/80',
      'drop-prefix/Storage, SQL, Key Vault and Event Hubs are in it',
      'reject-reset/everything public',
      'reject-prohibited/everything public',
      'reject-unreachable/everything public',
    ],
  'The finding does not speak of regions.': ['drop-region/all services of that account'],
  'Endpoints that died amid loss are judged on their own.': [
    'intermittent-loss/40 % of the connections',
    'intermittent-loss/20 % of the connections',
    'intermittent-loss/60 % of the connections',
  ],
  'There is no rule for a broken return path.': [
    'return-path-broken/everything public',
    'return-path-broken/and nothing of the VM’s gets there',
  ],
  'Packet sizes are not probed, so lost replies are taken for cut handshakes.': [
    'packet-size-blackhole/towards the VM',
    'packet-size-blackhole/from SQL alone',
  ],
  'One page of no known product, at one host, is taken for the host’s own refusal.': [
    'page-for-certificate-host/crl3.digicert.com, 403',
  ],
  'A silent VIP in the VM’s own subnet is judged as a public endpoint.': [
    'vip-silent/on every port',
    'vip-silent/on 3443 alone',
  ],
  'The text does not say that the custom domain’s certificate was not set.': [
    'default-certificate/the gateway’s domain',
  ],
  'There is no rule for a test VM in a private subnet.': [
    'vm-without-outbound/a second account in another region is silent',
    'vm-without-outbound/no account in another region is given',
  ],
};

/**
 * The reason of each row that is not right today. A run fails when any other row is wrong, so that the diagnosis cannot
 * get worse unnoticed; a row leaves the list as soon as it is right.
 */
export const KNOWN_MISSES: ReadonlyMap<string, string> = new Map(
  Object.entries(MISSES).flatMap(([reason, ids]) => ids.map((id): [string, string] => [id, reason])),
);
