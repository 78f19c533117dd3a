/**
 * [LOGIC] "Azure Firewall rule processing logic", Microsoft, 2020-04-10: examples 1 and 2
 * [POLICY] the same page, "Rule processing by using Firewall Policy": groups, then collections, by priority; NAT, network,
 *   application
 */
import t from 'tap';
import type { FirewallRule } from '../../src/azure/documents/types.ts';
import { addressesOf } from '../../src/azure/evaluate/address-set.ts';
import { createFirewall, type FirewallFlow } from '../../src/azure/evaluate/firewall.ts';
import { firewallRule } from './rules.ts';

const web = (host: string, given: Partial<FirewallFlow> = {}): FirewallFlow => ({
  source: addressesOf(['10.1.0.4']),
  destination: addressesOf(['142.250.1.1']),
  tag: null,
  ...{ host, transport: 'tcp', application: 'https', port: 443, ...given },
});
const sql = (given: Partial<FirewallFlow> = {}): FirewallFlow =>
  web('db.database.windows.net', {
    destination: addressesOf(['13.65.31.249']),
    tag: 'Sql',
    application: null,
    port: 1433,
    ...given,
  });
const cidr = (text: string) => [{ cidr: text, tag: null }];
const everywhere = { destinations: cidr('0.0.0.0/0') };
const hosts = (names: readonly string[]) =>
  ({
    kind: 'application',
    protocols: ['http', 'https'],
    hosts: names,
    ports: [
      [80, 80],
      [443, 443],
    ],
  }) as const;

type Case = readonly [
  why: string,
  rules: readonly FirewallRule[],
  flow: FirewallFlow,
  access: string,
  rule: string | null,
];

const CASES: readonly Case[] = [
  [
    '[LOGIC] example 1: the network rule ends',
    [
      firewallRule('Deny-google', 'deny', hosts(['google.com'])),
      firewallRule('Allow-web', 'allow', {
        ...everywhere,
        ports: [
          [80, 80],
          [443, 443],
        ],
      }),
    ],
    web('google.com'),
    'allow',
    'Allow-web',
  ],
  [
    '[LOGIC] example 2: the lower priority number denies',
    [
      firewallRule('Allow-SSH', 'allow', { ...everywhere, ports: [[22, 22]], priority: [200, 200] }),
      firewallRule('Deny-SSH', 'deny', { ...everywhere, ports: [[22, 22]], priority: [200, 100] }),
    ],
    web('host', { port: 22, application: null }),
    'deny',
    'Deny-SSH',
  ],
  ['[LOGIC] nothing matches', [], sql(), 'deny', null],
  [
    '[POLICY] the group before the collection',
    [
      firewallRule('first', 'deny', { ...everywhere, priority: [100, 900] }),
      firewallRule('second', 'allow', { ...everywhere, priority: [200, 100] }),
    ],
    sql(),
    'deny',
    'first',
  ],
  [
    '[POLICY] network rules of a later group before application rules',
    [
      firewallRule('app', 'deny', { ...hosts(['*']), priority: [100, 100] }),
      firewallRule('net', 'allow', { ...everywhere, priority: [300, 100] }),
    ],
    web('a.example.net'),
    'allow',
    'net',
  ],
  [
    'NAT rules are for what comes in',
    [firewallRule('dnat', 'allow', { ...everywhere, kind: 'nat' })],
    sql(),
    'deny',
    null,
  ],
  [
    'the tag that the destination has',
    [firewallRule('sql', 'allow', { destinationTags: ['sql'] })],
    sql(),
    'allow',
    'sql',
  ],
  [
    'another tag may have the address',
    [firewallRule('cloud', 'allow', { destinationTags: ['AzureCloud'] })],
    sql(),
    'unknown',
    'cloud',
  ],
  [
    'a regional tag may be of another region',
    [firewallRule('west', 'allow', { destinationTags: ['Sql.WestEurope'] })],
    sql(),
    'unknown',
    'west',
  ],
  [
    'members of an IP group are not listed',
    [firewallRule('group', 'allow', { ...everywhere, sources: [], ipGroups: ['/ipGroups/a'] })],
    sql(),
    'unknown',
    'group',
  ],
  [
    'another source',
    [firewallRule('other', 'allow', { ...everywhere, sources: cidr('10.2.0.0/24') })],
    sql(),
    'deny',
    null,
  ],
  [
    'another port',
    [firewallRule('other', 'allow', { ...everywhere, ports: [[443, 443]] })],
    sql(),
    'deny',
    null,
  ],
  [
    'another protocol',
    [firewallRule('udp', 'allow', { ...everywhere, protocols: ['udp'] })],
    sql(),
    'deny',
    null,
  ],
  [
    'any protocol',
    [firewallRule('any', 'allow', { ...everywhere, protocols: ['any'] })],
    sql(),
    'allow',
    'any',
  ],
  [
    'a host name in a network rule',
    [firewallRule('name', 'allow', { hosts: ['db.database.windows.net'] })],
    sql(),
    'allow',
    'name',
  ],
  [
    'an application rule does not carry TDS as HTTPS',
    [firewallRule('app', 'allow', hosts(['*']))],
    sql(),
    'deny',
    null,
  ],
  [
    'a wildcard',
    [firewallRule('app', 'allow', hosts(['*.blob.core.windows.net']))],
    web('a.blob.core.windows.net'),
    'allow',
    'app',
  ],
  [
    'a wildcard needs its dot',
    [firewallRule('app', 'allow', hosts(['*.core.windows.net']))],
    web('xcore.windows.net'),
    'deny',
    null,
  ],
  [
    'names without case',
    [firewallRule('app', 'allow', hosts(['Login.MicrosoftOnline.com']))],
    web('login.microsoftonline.com'),
    'allow',
    'app',
  ],
  [
    'an FQDN tag is not listed',
    [firewallRule('update', 'allow', { ...hosts([]), hostTags: ['WindowsUpdate'] })],
    web('ctldl.windowsupdate.com'),
    'unknown',
    'update',
  ],
  [
    'an unknown rule does not matter where both allow',
    [
      firewallRule('cloud', 'allow', { destinationTags: ['AzureCloud'] }),
      firewallRule('all', 'allow', { ...everywhere, priority: [200, 200] }),
    ],
    sql(),
    'allow',
    'all',
  ],
];

t.test('cases worked by hand', async (t) => {
  for (const [why, rules, flow, access, name] of CASES) {
    const ruling = createFirewall(rules)(flow);
    t.strictSame({ access: ruling.access, rule: ruling.rule?.name ?? null }, { access, rule: name }, why);
  }
});
