/**
 * [UDR] "Virtual network traffic routing", Microsoft, 2023-05-27: the routing example of Subnet1 with its twelve routes
 * [EXACT] the same document, "Exact Match" for routes with service tags
 */
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import type { Route } from '../../src/azure/documents/types.ts';
import { createRouting } from '../../src/azure/evaluate/routes.ts';
import { fuzzRuns } from '../fuzz-runs.ts';
import { route } from './rules.ts';

const user = (prefix: string | string[], hop: string, name: string, tag?: string) =>
  route(prefix, hop, {
    source: 'user',
    name,
    nextHopAddresses: hop === 'VirtualAppliance' ? ['10.0.100.4'] : [],
    ...(tag === undefined ? {} : { tag }),
  });
const bgp = (prefix: string) => route(prefix, 'VirtualNetworkGateway', { source: 'bgp' });
const invalid = (prefix: string, hop: string) => route(prefix, hop, { isActive: false });

const SUBNET1: readonly Route[] = [
  invalid('10.0.0.0/16', 'VnetLocal'),
  user('10.0.0.0/16', 'VirtualAppliance', 'Within-VNet1'),
  user('10.0.0.0/24', 'VnetLocal', 'Within-Subnet1'),
  invalid('10.1.0.0/16', 'VNetPeering'),
  invalid('10.2.0.0/16', 'VNetPeering'),
  user('10.1.0.0/16', 'None', 'ToVNet2-1-Drop'),
  user('10.2.0.0/16', 'None', 'ToVNet2-2-Drop'),
  { ...invalid('10.10.0.0/16', 'VirtualNetworkGateway'), source: 'bgp' },
  user('10.10.0.0/16', 'VirtualAppliance', 'To-On-Prem'),
  route(['20.60.0.0/24', '20.150.0.0/17'], 'VirtualNetworkServiceEndpoint'),
  invalid('0.0.0.0/0', 'Internet'),
  user('0.0.0.0/0', 'VirtualAppliance', 'Default-NVA'),
];
const SYSTEM = [route('0.0.0.0/0', 'Internet'), route('10.0.0.0/8', 'None')];

type Case = readonly [why: string, routes: readonly Route[], address: string, expected: string | null];

const CASES: readonly Case[] = [
  ['[UDR] within the subnet', SUBNET1, '10.0.0.5', 'Within-Subnet1'],
  ['[UDR] another subnet of the network goes through the appliance', SUBNET1, '10.0.1.5', 'Within-VNet1'],
  ['[UDR] the other network is dropped', SUBNET1, '10.1.7.7', 'ToVNet2-1-Drop'],
  ['[UDR] its second range, too', SUBNET1, '10.2.0.1', 'ToVNet2-2-Drop'],
  ['[UDR] on-premises goes through the appliance', SUBNET1, '10.10.3.3', 'To-On-Prem'],
  ['[UDR] Storage takes its service endpoint', SUBNET1, '20.60.0.9', 'VirtualNetworkServiceEndpoint'],
  ['[UDR] everything else is the default route’s', SUBNET1, '8.8.8.8', 'Default-NVA'],
  [
    '[UDR] 10.0.0.0/24 is longer than 10.0.0.0/16',
    [user('10.0.0.0/16', 'None', 'sixteen'), user('10.0.0.0/24', 'None', 'twenty-four')],
    '10.0.0.5',
    'twenty-four',
  ],
  [
    '[UDR] 10.0.1.5 is not in 10.0.0.0/24',
    [user('10.0.0.0/16', 'None', 'sixteen'), user('10.0.0.0/24', 'None', 'twenty-four')],
    '10.0.1.5',
    'sixteen',
  ],
  [
    '[UDR] a user’s 0.0.0.0/0 before the system’s',
    [...SYSTEM, user('0.0.0.0/0', 'VirtualNetworkGateway', 'to-gateway')],
    '8.8.8.8',
    'to-gateway',
  ],
  ['[UDR] BGP before the system', [...SYSTEM, bgp('0.0.0.0/0')], '8.8.8.8', 'VirtualNetworkGateway'],
  [
    '[UDR] a user before BGP',
    [...SYSTEM, bgp('0.0.0.0/0'), user('0.0.0.0/0', 'Internet', 'own')],
    '8.8.8.8',
    'own',
  ],
  [
    '[UDR] the network before longer BGP routes',
    [route('10.1.0.0/16', 'VnetLocal'), bgp('10.1.2.0/24')],
    '10.1.2.3',
    'VnetLocal',
  ],
  [
    '[UDR] a peering before longer BGP routes',
    [route('10.9.0.0/16', 'VNetPeering'), bgp('10.9.9.9/32')],
    '10.9.9.9',
    'VNetPeering',
  ],
  [
    '[UDR] a service endpoint before longer BGP routes',
    [route('20.60.0.0/16', 'VirtualNetworkServiceEndpoint'), bgp('20.60.1.0/24')],
    '20.60.1.1',
    'VirtualNetworkServiceEndpoint',
  ],
  [
    '[UDR] the system’s default does not come before longer BGP routes',
    [...SYSTEM, bgp('20.0.0.0/8')],
    '20.60.1.1',
    'VirtualNetworkGateway',
  ],
  [
    'BGP aside, a user’s longer route still wins',
    [route('10.1.0.0/16', 'VnetLocal'), bgp('10.1.2.0/24'), user('10.1.0.0/20', 'None', 'mine')],
    '10.1.2.3',
    'mine',
  ],
  [
    '[EXACT] an explicit prefix before the same one of a tag',
    [user('20.60.0.0/24', 'Internet', 'tag', 'Storage'), user('20.60.0.0/24', 'None', 'explicit')],
    '20.60.0.9',
    'explicit',
  ],
  [
    '[EXACT] a regional tag before a top-level one',
    [
      user('20.60.0.0/24', 'None', 'top', 'Storage'),
      user('20.60.0.0/24', 'Internet', 'regional', 'Storage.EastUS'),
    ],
    '20.60.0.9',
    'regional',
  ],
  [
    '[EXACT] a top-level tag before AzureCloud of a region',
    [
      user('20.60.0.0/24', 'None', 'cloud', 'AzureCloud.eastasia'),
      user('20.60.0.0/24', 'Internet', 'top', 'Storage'),
    ],
    '20.60.0.9',
    'top',
  ],
  [
    '[EXACT] AzureCloud of a region before AzureCloud',
    [
      user('20.60.0.0/24', 'None', 'cloud', 'AzureCloud'),
      user('20.60.0.0/24', 'Internet', 'regional', 'AzureCloud.eastasia'),
    ],
    '20.60.0.9',
    'regional',
  ],
  [
    '[EXACT] a longer prefix of AzureCloud before a shorter explicit one',
    [user('20.60.0.0/16', 'None', 'explicit'), user('20.60.0.0/24', 'Internet', 'cloud', 'AzureCloud')],
    '20.60.0.9',
    'cloud',
  ],
  [
    'a private endpoint’s /32 is longer than the appliance’s route',
    [user('10.1.0.0/16', 'VirtualAppliance', 'nva'), route('10.1.2.9/32', 'InterfaceEndpoint')],
    '10.1.2.9',
    'InterfaceEndpoint',
  ],
  ['system routes drop private ranges', SYSTEM, '10.200.0.1', 'None'],
  ['an invalid route is ignored', [invalid('8.8.8.0/24', 'None'), ...SYSTEM], '8.8.8.8', 'Internet'],
  ['no active route has it', [route('10.0.0.0/8', 'None')], '8.8.8.8', null],
  [
    'IPv6',
    [...SYSTEM, route('::/0', 'Internet'), user('2603:1020::/32', 'None', 'six')],
    '2603:1020::1',
    'six',
  ],
  ['IPv4 routes leave IPv6 alone', SYSTEM, '2603:1020::1', null],
  ['text that is no address', SYSTEM, 'Storage', null],
];

t.test('cases worked by hand', async (t) => {
  for (const [why, routes, address, expected] of CASES) {
    const chosen = createRouting(routes)(address);
    t.equal(chosen === null ? null : (chosen.route.name ?? chosen.route.nextHopType), expected, why);
  }
});

const RUNS = fuzzRuns();
const anyPrefix = fc
  .tuple(
    fc.constantFrom('10.1.0.0', '10.1.2.0', '20.60.0.0', '20.60.1.0', '0.0.0.0'),
    fc.constantFrom(0, 8, 16, 23, 24, 32),
  )
  .map(([network, bits]) => `${ipaddr.IPv4.networkAddressFromCIDR(`${network}/${bits}`)}/${bits}`);
const anyRoutes = fc
  .array(
    fc.record({
      prefix: anyPrefix,
      source: fc.constantFrom('user', 'bgp', 'system' as const),
      isActive: fc.boolean(),
      hop: fc.constantFrom('None', 'Internet', 'VnetLocal'),
    }),
    { maxLength: 10 },
  )
  .map((all) =>
    all.map(({ prefix, source, isActive, hop }, index) =>
      route(prefix, hop, { source, isActive, name: `route-${index}` }),
    ),
  );
const anyAddress = fc.constantFrom('10.1.0.0', '10.1.2.7', '20.60.0.0', '20.60.1.255', '8.8.8.8');

t.test('the choice is that of a second implementation', async () => {
  fc.assert(
    fc.property(anyRoutes, anyAddress, (routes, address) => {
      const active = routes.filter(
        ({ isActive, prefixes }) =>
          isActive && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(prefixes[0]?.cidr ?? '')),
      );
      const local = active.some(
        ({ source, nextHopType }) => source === 'system' && nextHopType === 'VnetLocal',
      );
      const length = ({ prefixes }: Route): number => ipaddr.IPv4.parseCIDR(prefixes[0]?.cidr ?? '')[1];
      let best: Route | null = null;
      for (const each of active) {
        if (local && each.source === 'bgp') continue;
        const rank = ['system', 'bgp', 'user'].indexOf(each.source);
        const bestRank = best === null ? -1 : ['system', 'bgp', 'user'].indexOf(best.source);
        if (
          best === null ||
          length(each) > length(best) ||
          (length(each) === length(best) && rank > bestRank)
        )
          best = each;
      }
      return (createRouting(routes)(address)?.route.name ?? null) === (best?.name ?? null);
    }),
    { numRuns: RUNS },
  );
});

t.test('a route of a single address is always taken, a shorter one never changes the choice', async () => {
  fc.assert(
    fc.property(anyRoutes, anyAddress, (routes, address) => {
      const own = createRouting([...routes, route(`${address}/32`, 'None', { source: 'user', name: 'own' })])(
        address,
      );
      const before = createRouting(routes)(address);
      const after = createRouting([
        ...routes,
        route('0.0.0.0/0', 'None', { source: 'unknown', name: 'last' }),
      ])(address);
      const isOwn = own?.prefix.cidr === `${address}/32` && own.route.source === 'user';
      return isOwn && (before === null || before.route === after?.route);
    }),
    { numRuns: RUNS },
  );
});
