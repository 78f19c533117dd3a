/**
 * Cases worked by hand, each with its reason, and properties against a second implementation.
 *
 * [IFV] "Quickstart: Diagnose a virtual machine network traffic filter problem", Microsoft, 2023-06-30: IP flow verify
 * [HOW] "How network security groups filter network traffic", Microsoft, 2020-08-24: VM1 to VM4
 * [AVNM] "Security admin rules in Azure Virtual Network Manager", Microsoft, 2022-05-25
 * [BATFISH] batfish/batfish, representation/azure/AzureConfigurationNSGTest.java (Apache-2.0) and its test-nsg files
 * [TAGS] "Virtual network service tags", Microsoft
 */
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import type { SecurityGroup, SecurityRule } from '../../src/azure/documents/types.ts';
import { addressesOf } from '../../src/azure/evaluate/address-set.ts';
import { createEvaluation, type Flow } from '../../src/azure/evaluate/security-rules.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { defaultRules, flow, group, known, NOTHING_KNOWN, rule } from './rules.ts';

const SQL = '13.65.31.249';
const BING = '13.107.21.200';
const VNET = '10.0.0.0/16';
const subnet = (...rules: SecurityRule[]) => group('subnet', [...rules, ...defaultRules('10.1.0.0/16')]);
const nic = (...rules: SecurityRule[]) =>
  group('network-interface', [...rules, ...defaultRules('10.1.0.0/16')]);
const admin = (...rules: SecurityRule[]) => group('network-manager', rules);
/** As `az network nsg show` has it: tags by name alone. */
const plain = (...rules: SecurityRule[]) => group('subnet', [...rules, ...defaultRules()]);

/** IP flow verify and the VM of [IFV]: one group on the network interface of 10.0.0.4. */
const QUICKSTART = group('network-interface', defaultRules(VNET));
const DENY_SQL = rule(200, 'deny', { to: SQL, ports: [1433], name: 'deny-sql' });
const DENY_80 = rule(100, 'deny', { to: '*', ports: [80], name: 'deny-80' });
const ALLOW_80_IN = rule(100, 'allow', { ports: [80], direction: 'inbound', name: 'allow-80' });
const WITHOUT_UDR = known({ vnet: ['10.1.0.0/16'], connected: [], userRoutes: [] });
const FORCED = known({ vnet: ['10.1.0.0/16'], userRoutes: ['0.0.0.0/0'] });
const inbound = { direction: 'inbound' } as const;

type Case = readonly [
  why: string,
  groups: readonly SecurityGroup[],
  flow: Flow,
  access: 'allow' | 'deny' | 'unknown',
  rules: readonly string[],
  network?: typeof NOTHING_KNOWN,
];

const CASES: readonly Case[] = [
  [
    '[IFV] 12.0.0.0/6 of Internet has the address',
    [QUICKSTART],
    flow(BING, 80),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    '[IFV] no other rule has 172.31.0.100',
    [QUICKSTART],
    flow('172.31.0.100', 80),
    'deny',
    ['DenyAllOutBound'],
  ],
  ['[IFV] the same inbound', [QUICKSTART], flow('172.31.0.100', 80, inbound), 'deny', ['DenyAllInBound']],
  [
    '[HOW] VM1: without a rule in NSG1, inbound 80 is denied',
    [subnet(), nic(ALLOW_80_IN)],
    flow('20.1.1.1', 80, inbound),
    'deny',
    ['DenyAllInBound'],
  ],
  [
    '[HOW] VM1: both have the rule',
    [subnet(ALLOW_80_IN), nic(ALLOW_80_IN)],
    flow('20.1.1.1', 80, inbound),
    'allow',
    ['allow-80', 'allow-80'],
  ],
  [
    '[HOW] VM1: NSG2 without the rule still denies',
    [subnet(ALLOW_80_IN), nic()],
    flow('20.1.1.1', 80, inbound),
    'deny',
    ['DenyAllInBound'],
  ],
  [
    '[HOW] VM2: only the group of the subnet',
    [subnet(ALLOW_80_IN)],
    flow('20.1.1.1', 80, inbound),
    'allow',
    ['allow-80'],
  ],
  [
    '[HOW] VM3: only that of the network interface',
    [nic(ALLOW_80_IN)],
    flow('20.1.1.1', 80, inbound),
    'allow',
    ['allow-80'],
  ],
  ['[HOW] VM4: no group at all', [], flow('20.1.1.1', 80, inbound), 'allow', []],
  [
    '[HOW] VM1 outbound: both defaults allow',
    [subnet(), nic()],
    flow(BING, 80),
    'allow',
    ['AllowInternetOutBound', 'AllowInternetOutBound'],
  ],
  ['[HOW] VM1 outbound: NSG2 denies', [subnet(), nic(DENY_80)], flow(BING, 80), 'deny', ['deny-80']],
  ['[HOW] VM1 outbound: NSG1 denies', [subnet(DENY_80), nic()], flow(BING, 80), 'deny', ['deny-80']],
  ['[HOW] VM2 outbound', [subnet(DENY_80)], flow(BING, 80), 'deny', ['deny-80']],
  ['[HOW] VM4 outbound', [], flow(BING, 80), 'allow', []],
  [
    '[HOW] traffic within a subnet is filtered too',
    [subnet(rule(300, 'deny', { name: 'deny-all' }))],
    flow('10.1.0.5', 443),
    'deny',
    ['deny-all'],
  ],
  [
    '[BATFISH] testVm2toCloudflare: BlockCloudflareDns',
    [nic(rule(100, 'deny', { to: '1.1.1.1/32', protocol: 'udp', ports: [53], name: 'BlockCloudflareDns' }))],
    flow('1.1.1.1', 53, { protocol: 'udp' }),
    'deny',
    ['BlockCloudflareDns'],
  ],
  [
    '[BATFISH] the same rule leaves TCP alone',
    [nic(rule(100, 'deny', { to: '1.1.1.1/32', protocol: 'udp', ports: [53] }))],
    flow('1.1.1.1', 53),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    '[BATFISH] testIntraSubnetFiltering: DenySSHFromVm3ToVm2',
    [
      group('subnet', [
        rule(5, 'deny', {
          from: '10.0.1.6/32',
          to: '10.1.0.4/32',
          protocol: 'tcp',
          ports: [22],
          direction: 'inbound',
          name: 'DenySSHFromVm3ToVm2',
        }),
        ...defaultRules(VNET),
      ]),
    ],
    flow('10.0.1.6', 22, inbound),
    'deny',
    ['DenySSHFromVm3ToVm2'],
  ],
  [
    '[BATFISH] testVm1toVm2SSH: priority 5 before 100',
    [
      group('network-interface', [
        rule(100, 'deny', inbound),
        rule(5, 'allow', {
          ports: [22],
          protocol: 'tcp',
          direction: 'inbound',
          name: 'AllowCidrBlockSSHInbound',
        }),
      ]),
    ],
    flow('10.0.0.4', 22, inbound),
    'allow',
    ['AllowCidrBlockSSHInbound'],
  ],
  [
    '[BATFISH] testHostToHost: rules of ports say nothing of ICMP',
    [
      nic(
        rule(100, 'deny', { protocol: 'tcp', ports: [8080], direction: 'inbound' }),
        rule(101, 'allow', { ...inbound, name: 'any' }),
      ),
    ],
    flow('10.1.0.9', 0, { ...inbound, protocol: 'icmp' }),
    'allow',
    ['any'],
  ],
  [
    'the lower number wins, whatever the order of the list',
    [subnet(rule(300, 'allow'), rule(200, 'deny'))],
    flow(SQL, 1433),
    'deny',
    ['rule-200'],
  ],
  [
    'the first match decides, not the strictest',
    [subnet(rule(200, 'allow'), rule(300, 'deny'))],
    flow(SQL, 1433),
    'allow',
    ['rule-200'],
  ],
  [
    'a narrower rule behind a wider one has no effect',
    [subnet(rule(200, 'deny', { to: '13.0.0.0/8' }), rule(300, 'allow', { to: SQL }))],
    flow(SQL, 1433),
    'deny',
    ['rule-200'],
  ],
  [
    'one port beside the range',
    [subnet(rule(200, 'deny', { ports: [[1430, 1432]] }))],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    'both ends of a range belong to it',
    [subnet(rule(200, 'deny', { ports: [[1000, 1433]] }))],
    flow(SQL, 1433),
    'deny',
    ['rule-200'],
  ],
  [
    'one of several ranges',
    [subnet(rule(200, 'deny', { ports: [80, 443, [1433, 1434]] }))],
    flow(SQL, 1433),
    'deny',
    ['rule-200'],
  ],
  [
    'a rule for UDP leaves TCP alone',
    [subnet(rule(200, 'deny', { protocol: 'udp' }))],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    'an expanded tag has the address',
    [subnet(rule(200, 'deny', { to: 'Sql=13.65.31.249/32,40.68.37.158/32' }))],
    flow(SQL, 1433),
    'deny',
    ['rule-200'],
  ],
  [
    'an expanded tag without the address is trusted',
    [subnet(rule(200, 'allow', { to: 'Sql=40.68.37.158/32' }), rule(300, 'deny'))],
    flow(SQL, 1433, { tag: 'Sql' }),
    'deny',
    ['rule-300'],
  ],
  [
    'AllowVnetOutBound of forced tunnelling expands to everything',
    [group('subnet', defaultRules('10.1.0.0/16,0.0.0.0/0'))],
    flow(SQL, 1433),
    'allow',
    ['AllowVnetOutBound'],
  ],
  [
    'the source must match as well',
    [subnet(rule(200, 'deny', { from: '10.1.0.128/25' }))],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    'a rule for answers from port 443 never matches a client',
    [subnet(rule(200, 'deny', { sourcePorts: [[443, 443]] }))],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    'a rule for half of the client ports may match',
    [subnet(rule(200, 'deny', { sourcePorts: [[50000, 65535]] }))],
    flow(SQL, 1433),
    'unknown',
    ['rule-200', 'AllowInternetOutBound'],
  ],
  [
    'both groups deny: outbound the network interface is first',
    [subnet(DENY_SQL), nic(rule(150, 'deny', { name: 'nic-deny' }))],
    flow(SQL, 1433),
    'deny',
    ['nic-deny', 'deny-sql'],
  ],
  [
    'both groups deny: inbound the subnet is first',
    [
      nic(rule(150, 'deny', { ...inbound, name: 'nic-deny' })),
      subnet(rule(99, 'deny', { ...inbound, name: 'subnet-deny' })),
    ],
    flow(SQL, 1433, inbound),
    'deny',
    ['subnet-deny', 'nic-deny'],
  ],
  [
    '[AVNM] deny ends',
    [admin(rule(10, 'deny', { name: 'admin-deny' })), subnet(rule(100, 'allow'))],
    flow(SQL, 1433),
    'deny',
    ['admin-deny'],
  ],
  [
    '[AVNM] always allow ends',
    [admin(rule(10, 'always-allow', { name: 'always' })), subnet(DENY_SQL), nic(DENY_SQL)],
    flow(SQL, 1433),
    'allow',
    ['always'],
  ],
  [
    '[AVNM] allow goes on to the groups',
    [admin(rule(10, 'allow')), subnet(DENY_SQL)],
    flow(SQL, 1433),
    'deny',
    ['deny-sql'],
  ],
  [
    '[AVNM] deny of priority 10 is before allow of 20',
    [admin(rule(20, 'allow'), rule(10, 'deny'))],
    flow(SQL, 1433),
    'deny',
    ['rule-10'],
  ],
  [
    '[AVNM] without a match the groups decide',
    [admin(rule(10, 'deny', { ports: [3389] })), subnet()],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    'two documents of admin rules share one order',
    [admin(rule(30, 'deny')), admin(rule(20, 'always-allow'))],
    flow(SQL, 1433),
    'allow',
    ['rule-20'],
  ],
  [
    'a tag by name matches what belongs to it',
    [plain(rule(200, 'allow', { to: 'Sql' }), rule(300, 'deny'))],
    flow(SQL, 1433, { tag: 'Sql' }),
    'allow',
    ['rule-200'],
  ],
  [
    'another tag may have the same address',
    [plain(rule(200, 'allow', { to: 'AzureCloud' }), rule(300, 'deny'))],
    flow(SQL, 1433, { tag: 'Sql' }),
    'unknown',
    ['rule-200', 'rule-300'],
  ],
  [
    'one tag allows and the rest denies, on another port',
    [plain(rule(200, 'allow', { to: 'Storage', ports: [443] }), rule(300, 'deny'))],
    flow(SQL, 1433, { tag: 'Sql' }),
    'deny',
    ['rule-300'],
  ],
  [
    'an unknown match does not matter where both do the same',
    [plain(rule(200, 'deny', { to: 'AzureCloud' }), rule(300, 'deny'))],
    flow(SQL, 1433),
    'deny',
    ['rule-300'],
  ],
  [
    'a regional tag may be of another region',
    [plain(rule(200, 'allow', { to: 'Sql.WestEurope' }), rule(300, 'deny'))],
    flow(SQL, 1433, { tag: 'Sql' }),
    'unknown',
    ['rule-200', 'rule-300'],
    known({ region: 'westeurope' }),
  ],
  [
    'no service tag has a private address',
    [plain(rule(200, 'allow', { to: 'Sql' }), rule(300, 'deny'))],
    flow('10.1.0.9', 1433, { tag: 'Sql' }),
    'deny',
    ['rule-300'],
  ],
  [
    'an unknown group decides nothing where another denies',
    [nic(rule(200, 'deny', { to: 'AzureCloud' })), subnet(DENY_SQL)],
    flow(SQL, 1433),
    'deny',
    ['deny-sql'],
  ],
  [
    'an unknown admin rule that always allows leaves it open',
    [admin(rule(10, 'always-allow', { to: 'AzureCloud' })), subnet(DENY_SQL)],
    flow(SQL, 1433),
    'unknown',
    ['rule-10'],
  ],
  [
    'an application security group has private members only',
    [plain(rule(200, 'deny', { to: 'asg:/asg/db' }))],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
    WITHOUT_UDR,
  ],
  [
    'its members are not known',
    [plain(rule(200, 'deny', { to: 'asg:/asg/db' }))],
    flow('10.1.0.9', 1433),
    'unknown',
    ['rule-200', 'AllowVnetOutBound'],
    WITHOUT_UDR,
  ],
  [
    '[TAGS] Internet is outside the virtual network',
    [plain()],
    flow(BING, 80),
    'allow',
    ['AllowInternetOutBound'],
    WITHOUT_UDR,
  ],
  [
    '[TAGS] VirtualNetwork or Internet: both allow',
    [plain()],
    flow(BING, 80),
    'allow',
    ['AllowInternetOutBound'],
  ],
  [
    '[TAGS] VirtualNetwork has the address space',
    [plain(rule(4096, 'deny', { to: 'Internet' }))],
    flow('10.1.9.9', 443),
    'allow',
    ['AllowVnetOutBound'],
    WITHOUT_UDR,
  ],
  [
    '[TAGS] an address behind a peering, without the documents that show it',
    [plain()],
    flow('10.9.0.4', 443),
    'unknown',
    ['AllowVnetOutBound', 'DenyAllOutBound'],
    known({ vnet: ['10.1.0.0/16'] }),
  ],
  [
    '[TAGS] effective routes show the peering',
    [plain()],
    flow('10.9.0.4', 443),
    'allow',
    ['AllowVnetOutBound'],
    known({ vnet: ['10.1.0.0/16'], connected: ['10.9.0.0/16'], userRoutes: [] }),
  ],
  [
    '[TAGS] effective routes show that there is none',
    [plain()],
    flow('10.9.0.4', 443),
    'deny',
    ['DenyAllOutBound'],
    WITHOUT_UDR,
  ],
  [
    '[TAGS] VirtualNetwork might contain default routes',
    [plain(rule(100, 'allow', { to: 'VirtualNetwork' }), rule(4096, 'deny'))],
    flow(SQL, 1433),
    'unknown',
    ['rule-100', 'rule-4096'],
    FORCED,
  ],
  [
    '[TAGS] and without user routes it does not',
    [plain(rule(100, 'allow', { to: 'VirtualNetwork' }), rule(4096, 'deny'))],
    flow(SQL, 1433),
    'deny',
    ['rule-4096'],
    WITHOUT_UDR,
  ],
  [
    '[TAGS] AzureLoadBalancer is the host',
    [plain(rule(4096, 'deny', inbound), rule(300, 'allow', { ...inbound, from: 'AzureLoadBalancer' }))],
    flow('168.63.129.16', 6390, inbound),
    'allow',
    ['rule-300'],
  ],
  [
    '[TAGS] AzureLoadBalancer is nothing else',
    [plain(rule(4096, 'deny', inbound), rule(300, 'allow', { ...inbound, from: 'AzureLoadBalancer' }))],
    flow('20.1.1.1', 6390, inbound),
    'deny',
    ['rule-4096'],
  ],
  [
    '* of a rule is both families',
    [plain(rule(200, 'deny'))],
    flow('2603:1020::1', 443),
    'deny',
    ['rule-200'],
  ],
  [
    'IPv4 prefixes leave IPv6 alone',
    [plain(rule(200, 'deny', { to: '0.0.0.0/0' }), rule(300, 'allow'))],
    flow('2603:1020::1', 443),
    'allow',
    ['rule-300'],
  ],
  [
    'IPv6 prefixes',
    [plain(rule(200, 'deny', { to: '2603:1020::/32' }))],
    flow('2603:1020::1', 443),
    'deny',
    ['rule-200'],
  ],
  [
    'a list that is cut off before its defaults',
    [group('subnet', [rule(200, 'allow', { ports: [443] })])],
    flow(SQL, 1433),
    'unknown',
    [],
  ],
  [
    'a rule without any address matches nothing',
    [subnet(rule(200, 'deny', { to: [] }))],
    flow(SQL, 1433),
    'allow',
    ['AllowInternetOutBound'],
  ],
];

t.test('cases worked by hand', async (t) => {
  for (const [why, groups, each, access, names, network = NOTHING_KNOWN] of CASES) {
    const ruling = createEvaluation(groups, network)(each);
    const found = { access: ruling.access, rules: ruling.rules.map((matched) => matched.rule.name) };
    t.strictSame(found, { access, rules: names }, why);
  }
  t.ok(CASES.length >= 40);
});

t.test('a tag as an end of the flow: the rows of API Management’s table', async (t) => {
  const management: Flow = {
    direction: 'inbound',
    protocol: 'tcp',
    source: { addresses: null, tag: 'ApiManagement' },
    destination: { addresses: addressesOf(['10.1.0.0/27']), tag: 'VirtualNetwork' },
    port: 3443,
  };
  const judge = (from: readonly string[], to: string, network = WITHOUT_UDR) =>
    createEvaluation(
      [plain(rule(200, 'allow', { ...inbound, from, to }), rule(4096, 'deny', inbound))],
      network,
    )(management).access;
  t.equal(judge(['ApiManagement'], 'VirtualNetwork'), 'allow');
  t.equal(judge(['apimanagement'], '10.1.0.0/24'), 'allow', 'names are compared without case');
  t.equal(judge(['Internet'], '*'), 'allow', 'a public service is on the Internet');
  t.equal(judge(['*'], '*'), 'allow');
  t.equal(judge(['VirtualNetwork'], '*'), 'deny');
  t.equal(judge(['VirtualNetwork'], '*', FORCED), 'unknown', 'it might contain the default route');
  t.equal(judge(['AzureLoadBalancer', '10.0.0.0/8'], '*'), 'deny');
  t.equal(judge(['AzureCloud'], '*'), 'unknown');
  t.equal(judge(['52.0.0.0/8'], '*'), 'unknown');
  t.equal(judge(['ApiManagement'], '10.1.0.4/32'), 'deny', 'one address of the subnet is not enough');
  t.equal(judge(['ApiManagement.WestEurope'], '*'), 'unknown');
  t.equal(judge(['ApiManagement.WestEurope'], '*', { ...WITHOUT_UDR, region: 'westeurope' }), 'allow');
});

// Properties

const RUNS = fuzzRuns();
const PREFIXES = ['*', '10.1.0.0/24', '10.0.0.0/8', '13.65.0.0/16', '13.65.31.249/32', '20.0.0.0/6'];
const anyRule = (accesses: readonly SecurityRule['access'][]) =>
  fc
    .record({
      access: fc.constantFrom(...accesses),
      to: fc.array(fc.constantFrom(...PREFIXES), { minLength: 1, maxLength: 2 }),
      from: fc.constantFrom(...PREFIXES),
      protocol: fc.constantFrom('any', 'tcp', 'udp' as const),
      ports: fc.array(fc.constantFrom(443, 1433, [0, 1000] as const, [0, 65535] as const), {
        minLength: 1,
        maxLength: 2,
      }),
      direction: fc.constantFrom('inbound', 'outbound' as const),
    })
    .map((parts) => (priority: number) => rule(priority, parts.access, parts));
const anyRules = (accesses: readonly SecurityRule['access'][] = ['allow', 'deny']) =>
  fc
    .array(anyRule(accesses), { maxLength: 6 })
    .map((makers) => makers.map((make, index) => make(100 + ((index * 7) % 11) * 100)));
const anyGroups = fc
  .tuple(anyRules(['allow', 'deny', 'always-allow']), anyRules(), anyRules())
  .map(([first, onNic, onSubnet]) => [group('network-manager', first), nic(...onNic), subnet(...onSubnet)]);
const anyFlow = fc
  .record({
    address: fc.constantFrom('10.1.0.7', '13.65.31.249', '13.65.1.1', '21.1.1.1', '172.31.0.1'),
    port: fc.constantFrom(80, 443, 1433),
    protocol: fc.constantFrom('tcp', 'udp' as const),
    direction: fc.constantFrom('inbound', 'outbound' as const),
  })
  .map((parts) => ({ parts, flow: flow(parts.address, parts.port, parts) }));

type Packet = { address: string; port: number; protocol: string; direction: string };

/** A second implementation: recursive, by ipaddr.js, with rules that all have known addresses. */
function permits(groups: readonly SecurityGroup[], packet: Packet): boolean {
  const near = '10.1.0.4';
  const [from, to] = packet.direction === 'outbound' ? [near, packet.address] : [packet.address, near];
  const inside = (address: string, cidrs: readonly string[]): boolean =>
    cidrs.some(
      (cidr) => !cidr.includes(':') && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr)),
    );
  const applies = (each: SecurityRule): boolean =>
    each.direction === packet.direction &&
    ['any', packet.protocol].includes(each.protocol) &&
    each.destinationPorts.some(([low, high]) => packet.port >= low && packet.port <= high) &&
    inside(
      from,
      each.source.prefixes.map(({ cidr }) => cidr),
    ) &&
    inside(
      to,
      each.destination.prefixes.map(({ cidr }) => cidr),
    );
  const first = (rules: readonly SecurityRule[]): string | undefined => {
    const [head] = rules.filter(applies).sort((one, other) => one.priority - other.priority);
    return head?.access;
  };
  const central = first(groups.filter(({ kind }) => kind === 'security-admin').flatMap(({ rules }) => rules));
  if (central === 'deny') return false;
  if (central === 'always-allow') return true;
  return groups.filter(({ kind }) => kind === 'nsg').every(({ rules }) => first(rules) === 'allow');
}

t.test('the decision is that of a second implementation', async () => {
  fc.assert(
    fc.property(anyGroups, anyFlow, (groups, { flow: each, parts }) => {
      const { access } = createEvaluation(groups, NOTHING_KNOWN)(each);
      return access === (permits(groups, parts) ? 'allow' : 'deny');
    }),
    { numRuns: RUNS },
  );
});

/** Every way in which the tags of these rules may have the address or not. */
function worlds(groups: readonly SecurityGroup[]): SecurityGroup[][] {
  const tags = [
    ...new Set(groups.flatMap(({ rules }) => rules.flatMap(({ destination }) => destination.tags))),
  ];
  return Array.from({ length: 2 ** tags.length }, (_, bits) =>
    groups.map((each) => ({
      ...each,
      rules: each.rules.map((one) => {
        const holds = one.destination.tags.some((tag) => (bits >> tags.indexOf(tag)) & 1);
        return holds ? rule(one.priority, one.access, { ...one, to: '*', from: '*' }) : one;
      }),
    })),
  );
}

t.test('a decision holds whatever the unknown tags have, and else it is unknown', async () => {
  const open = fc.array(fc.record({ access: fc.constantFrom('allow', 'deny' as const), slot: fc.nat(10) }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(anyRules(), open, anyRules(), anyFlow, (rules, unknown, onNic, { parts }) => {
      const each = flow(parts.address, parts.port, { protocol: parts.protocol });
      // No service has a private address, so the tags could not have it.
      if (parts.address.startsWith('10.') || parts.address.startsWith('172.')) return;
      const tagged = unknown.map(({ access, slot }, index) =>
        rule(150 + slot * 100 + index, access, { to: `Tag${index}` }),
      );
      const groups = [subnet(...rules, ...tagged), nic(...onNic)];
      const packet = { ...parts, direction: 'outbound' };
      const outcomes = new Set(worlds(groups).map((world) => (permits(world, packet) ? 'allow' : 'deny')));
      const expected = outcomes.size === 1 ? [...outcomes][0] : 'unknown';
      const { access } = createEvaluation(groups, NOTHING_KNOWN)(each);
      if (access !== expected) throw new Error(`${access}, not ${expected}`);
    }),
    { numRuns: RUNS },
  );
});

t.test('a rule behind all others never changes a decision', async () => {
  fc.assert(
    fc.property(anyRules(), anyRule(['allow', 'deny']), anyFlow, (rules, last, { flow: each }) => {
      const before = createEvaluation([subnet(...rules)], NOTHING_KNOWN)(each);
      const after = createEvaluation([subnet(...rules, last(65535))], NOTHING_KNOWN)(each);
      return before.access === after.access;
    }),
    { numRuns: RUNS },
  );
});

t.test('a rule that denies all, before all others, denies all', async () => {
  fc.assert(
    fc.property(anyRules(), anyFlow, (rules, { flow: each, parts }) => {
      const all = rule(99, 'deny', { direction: parts.direction, name: 'deny-all' });
      const ruling = createEvaluation([subnet(...rules, all)], NOTHING_KNOWN)(each);
      return ruling.access === 'deny' && ruling.rules[0]?.rule.name === 'deny-all';
    }),
    { numRuns: RUNS },
  );
});

t.test('a rule of many is found, and none that does not apply', async (t) => {
  const rules = Array.from({ length: 10_000 }, (_, index) =>
    rule(index % 4000, 'deny', {
      to: `${11 + (index % 80)}.${index % 250}.${(index >> 4) % 250}.0/26`,
      ports: [[400, 2000]],
    }),
  );
  const ports = [443, 1433, 80, 5671, 5672, 1886];
  const flows = Array.from({ length: 450 }, (_, index) =>
    flow(`${104 + (index % 8)}.${index % 250}.200.200`, ports[index % ports.length] ?? 443),
  );
  const evaluate = createEvaluation([subnet(...rules)], NOTHING_KNOWN);
  t.ok(flows.every((each) => evaluate(each).access === 'allow'));
  t.equal(evaluate(flow('11.0.0.1', 443)).rules[0]?.rule.name, 'rule-0');
});
