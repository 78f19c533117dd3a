import t from 'tap';
import type { GivenDocument, SecurityRule } from '../../src/azure/documents/types.ts';
import { applyDocuments } from '../../src/effective/targets.ts';
import type { Target } from '../../src/model/report.ts';
import { defaultRules, firewallRule, group, route, rule } from '../azure/rules.ts';
import { addressOf, failed, target } from '../diagnosis/build.ts';
import {
  ENVIRONMENT,
  effectiveNsg,
  effectiveRoutes,
  firewall,
  given,
  NSG_ID,
  nic,
  nsg,
  ofSubnet,
  routeTable,
  subnet,
  TABLE_ID,
  TO_FIREWALL,
  vnet,
} from './given.ts';

const DEFAULTS = defaultRules('10.1.0.0/16');
const ALLOW_STORAGE = rule(200, 'allow', { to: 'Storage=20.60.0.0/16', ports: [443], name: 'allow-storage' });
const DENY_ALL = rule(4096, 'deny', { name: 'deny-all' });
const RULES: readonly SecurityRule[] = [ALLOW_STORAGE, DENY_ALL, ...DEFAULTS];
const SQL = failed('sql', 'db.database.windows.net', '13.65.31.249', 'tcp_timeout', {
  serviceTag: 'Sql',
  port: 1433,
  protocol: 'tds',
});
const BLOB = failed('storage-blob', 'a.blob.core.windows.net', '20.60.1.4', 'tcp_timeout', {
  serviceTag: 'Storage',
});

function apply(one: Target, ...documents: readonly GivenDocument[]): Target {
  const [applied] = applyDocuments([one], documents, ENVIRONMENT);
  return { ...one, rule: applied?.rule ?? null, route: applied?.route ?? null };
}

t.test('without documents nothing is decided', async (t) => {
  t.strictSame(apply(SQL), SQL);
  t.strictSame(apply(SQL, given('subnet.json', subnet())).rule, null, 'the group itself is not shown');
});

t.test('the rule that denies, with what a command needs', async (t) => {
  t.strictSame(apply(SQL, effectiveNsg(ofSubnet(...RULES))).rule, {
    ...{
      access: 'deny',
      kind: 'nsg',
      resource: NSG_ID,
      association: 'subnet',
      rule: 'deny-all',
      priority: 4096,
    },
    ...{ prefix: '0.0.0.0/0', tag: null, addresses: ['13.65.31.249'], document: 'effective-nsg.json' },
    freePriorities: Array.from({ length: 12 }, (_, index) => 4095 - index),
  });
  const full = Array.from({ length: 4096 }, (_, index) =>
    rule(index, 'deny', { ports: [9], name: `rule-${index}` }),
  );
  const documents = effectiveNsg(ofSubnet(...full, DENY_ALL, ...DEFAULTS));
  t.strictSame(apply(SQL, documents).rule?.freePriorities, [], 'every number is taken');
  t.equal(
    apply(SQL, effectiveNsg(ofSubnet(...DEFAULTS.slice(2)))).rule?.freePriorities?.[0],
    4096,
    'before a default rule',
  );
});

t.test('the rule that allows, with the tag that it expands', async (t) => {
  const { rule: decided } = apply(BLOB, effectiveNsg(ofSubnet(...RULES)));
  t.match(decided, { access: 'allow', rule: 'allow-storage', prefix: '20.60.0.0/16', tag: 'Storage' });
  const plain = apply(
    BLOB,
    nsg(rule(200, 'allow', { to: 'Storage', name: 'by-tag' }), DENY_ALL, ...defaultRules()),
  );
  t.match(plain.rule, { access: 'allow', rule: 'by-tag', prefix: 'Storage', tag: null });
});

t.test('of several addresses the one that is denied', async (t) => {
  const both = { ...BLOB, addresses: ['20.60.1.4', '20.150.1.4', '20.150.1.5'].map((one) => addressOf(one)) };
  t.match(apply(both, effectiveNsg(ofSubnet(...RULES))).rule, {
    rule: 'deny-all',
    addresses: ['20.150.1.4', '20.150.1.5'],
  });
});

t.test('IPv4 decides where there is any', async (t) => {
  const both = target('storage-blob', 'a.blob.core.windows.net', {
    addresses: [addressOf('2603:1020::1'), addressOf('20.60.1.4')],
    attempts: [],
  });
  t.strictSame(apply(both, effectiveNsg(ofSubnet(...RULES))).rule?.addresses, ['20.60.1.4']);
});

t.test('two groups: that of the subnet is named, because the instance has it too', async (t) => {
  const onNic = group('network-interface', [rule(100, 'deny', { name: 'nic-deny' }), ...DEFAULTS]);
  t.match(apply(SQL, effectiveNsg(onNic, ofSubnet(...RULES))).rule, {
    rule: 'deny-all',
    association: 'subnet',
  });
  t.match(apply(BLOB, effectiveNsg(onNic, ofSubnet(...RULES))).rule, {
    rule: 'nic-deny',
    association: 'network-interface',
  });
});

t.test('what the platform answers itself is not judged', async (t) => {
  const documents = effectiveNsg(ofSubnet(rule(100, 'deny'), ...DEFAULTS));
  const dns = target('dns', '168.63.129.16', { protocol: 'dns', port: 53, attempts: [] });
  t.equal(apply(dns, documents).rule, null);
  t.equal(apply(failed('custom', 'here', '127.0.0.1', 'tcp_timeout'), documents).rule, null);
  t.equal(
    apply(failed('kms', 'azkms.core.windows.net', '20.118.99.224', 'tcp_timeout', { port: 1688 }), documents)
      .rule,
    null,
  );
  t.equal(
    apply(target('dns', '10.1.0.9', { protocol: 'dns', port: 53, attempts: [] }), documents).rule?.access,
    'deny',
  );
});

t.test('no group at all allows', async (t) => {
  const open = [given('subnet.json', subnet({ nsg: null })), given('nic.json', nic())];
  t.match(apply(SQL, ...open).rule, {
    access: 'allow',
    rule: 'no network security group',
    document: 'subnet.json',
  });
  t.match(apply(SQL, effectiveNsg()).rule, { access: 'allow', rule: 'no network security group' });
});

t.test('the documents of the resources', async (t) => {
  const named = [given('subnet.json', subnet()), nsg(DENY_ALL, ...defaultRules())];
  t.match(apply(SQL, ...named).rule, {
    access: 'deny',
    rule: 'deny-all',
    document: 'nsg.json',
    association: 'subnet',
  });
  t.match(apply(SQL, nsg(DENY_ALL, ...defaultRules())).rule, { access: 'deny' }, 'attached to one subnet');
  const other = given('subnet.json', subnet({ nsg: '/subscriptions/s/other' }));
  t.equal(apply(SQL, other, nsg(DENY_ALL, ...defaultRules())).rule, null, 'that of another subnet');
  const onNic = given('nic.json', nic({ nsg: NSG_ID.toUpperCase() }));
  t.match(apply(SQL, other, onNic, nsg(DENY_ALL, ...defaultRules())).rule, {
    association: 'network-interface',
  });
  t.equal(apply(SQL, other, onNic, nsg(...defaultRules())).rule, null, 'the group of the subnet may deny');
});

t.test('documents without a doubt come first', async (t) => {
  const doubtful = {
    ...effectiveNsg(ofSubnet(...RULES)),
    doubt: 'of another network interface',
    file: 'old.json',
  };
  t.equal(apply(SQL, doubtful, effectiveNsg(ofSubnet(...DEFAULTS))).rule?.document, 'effective-nsg.json');
  t.equal(apply(SQL, doubtful).rule?.document, 'old.json');
});

t.test('effective routes', async (t) => {
  const drop = route('13.64.0.0/11', 'None', { source: 'user', name: 'drop' });
  t.match(apply(SQL, effectiveRoutes(drop)).route, {
    ...{ prefix: '13.64.0.0/11', source: 'user', name: 'drop', nextHopType: 'None', nextHopAddress: null },
    ...{ addresses: ['13.65.31.249'], document: 'effective-routes.json' },
  });
  t.match(apply(SQL, effectiveRoutes(TO_FIREWALL)).route, {
    nextHopAddress: '10.2.0.4',
    name: 'to-firewall',
  });
  t.match(apply(SQL, effectiveRoutes()).route, { nextHopType: 'Internet', source: 'system' });
});

t.test('of several addresses the one that is dropped', async (t) => {
  const both = { ...SQL, addresses: [addressOf('13.65.31.249'), addressOf('40.68.37.158')] };
  const drop = route('40.68.0.0/16', 'None', { source: 'user', name: 'drop' });
  t.match(apply(both, effectiveRoutes(drop)).route, { name: 'drop', addresses: ['40.68.37.158'] });
});

t.test('a route table alone does not show service endpoints and expanded tags', async (t) => {
  const named = given(
    'subnet.json',
    subnet({ routeTable: TABLE_ID, serviceEndpoints: ['Microsoft.Storage'] }),
  );
  const table = routeTable(TO_FIREWALL);
  t.match(apply(SQL, named, table).route, { nextHopAddress: '10.2.0.4' });
  t.equal(apply(BLOB, named, table).route, null, 'the service endpoint may be longer');
  t.equal(apply(BLOB, table).route, null, 'no document shows whether there is one');
  const tagged = route([], 'Internet', { source: 'user', name: 'tagged', tags: ['Sql'] });
  t.equal(apply(SQL, named, routeTable(TO_FIREWALL, tagged)).route, null);
  const management = route([], 'Internet', { source: 'user', name: 'management', tags: ['ApiManagement'] });
  t.match(apply(SQL, named, routeTable(TO_FIREWALL, management)).route, { name: 'to-firewall' });
  t.equal(apply(SQL, given('subnet.json', subnet()), table).route, null, 'the table of another subnet');
});

t.test('a firewall behind the route decides too', async (t) => {
  const open = effectiveNsg(ofSubnet(...DEFAULTS));
  const routes = effectiveRoutes(TO_FIREWALL);
  const allow = firewallRule('storage', 'allow', { destinationTags: ['Storage'], ports: [[443, 443]] });
  t.match(apply(SQL, open, routes, firewall(allow)).rule, {
    access: 'deny',
    kind: 'firewall',
    rule: 'no rule matches',
    priority: null,
  });
  t.match(apply(BLOB, open, routes, firewall(allow)).rule, {
    access: 'allow',
    kind: 'firewall',
    rule: 'storage',
    prefix: 'Storage',
  });
  t.equal(apply(SQL, open, effectiveRoutes(), firewall(allow)).rule?.kind, 'nsg', 'not on the way');
  t.equal(
    apply(SQL, effectiveNsg(ofSubnet(...RULES)), routes, firewall(allow)).rule?.rule,
    'deny-all',
    'never gets there',
  );
  const open1433 = firewallRule('cloud', 'allow', { destinationTags: ['AzureCloud'] });
  t.equal(
    apply(SQL, open, routes, firewall(open1433)).rule?.kind,
    'nsg',
    'whether AzureCloud has it is unknown',
  );
});

t.test('VirtualNetwork by the network’s own document', async (t) => {
  const rules = [rule(100, 'allow', { to: 'VirtualNetwork', name: 'vnet' }), DENY_ALL, ...defaultRules()];
  const documents = [given('vnet.json', vnet({ subnets: [subnet()] })), nsg(...rules)];
  t.match(apply(SQL, ...documents).rule, { access: 'deny', rule: 'deny-all' });
  t.match(apply(failed('custom', '10.1.9.9', '10.1.9.9', 'tcp_timeout'), ...documents).rule, {
    access: 'allow',
    rule: 'vnet',
  });
  t.equal(apply(SQL, nsg(...rules)).rule, null, 'it might contain a default route');
});
