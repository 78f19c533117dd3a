/** Files that are not what they should be: each problem names its place and the fix. */
import fc from 'fast-check';
import t from 'tap';
import { LARGEST_REPLY, readAzureDocuments } from '../../../src/azure/read.ts';
import { fuzzRuns } from '../../fuzz-runs.ts';
import { utf8, utf16 } from '../replies.ts';
import { problemIn, readAll, readOne } from './read.ts';
import * as samples from './samples.ts';

const [RULE] = samples.NSG.securityRules;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202e]/;
const nsgWith = (...rules: unknown[]) => ({ ...samples.NSG, securityRules: rules });

t.test('malformed prefixes, ports and words are named with their place', async (t) => {
  const again = 'save it again with: az network nsg show --resource-group GROUP --name NSG --output json';
  for (const [changes, place, expected] of [
    [
      { destinationAddressPrefix: '10.0.0.0/33' },
      'destinationAddressPrefix',
      '“10.0.0.0/33” is neither a prefix nor a service tag',
    ],
    [{ destinationAddressPrefix: '10.0.0/8' }, 'destinationAddressPrefix', '“10.0.0/8” is neither'],
    [{ sourceAddressPrefixes: ['10.0.0.0/8', '300.1.1.1'] }, 'sourceAddressPrefix', '“300.1.1.1” is neither'],
    [{ sourceAddressPrefix: 'fd00::/129' }, 'sourceAddressPrefix', '“fd00::/129” is neither'],
    [
      { sourceAddressPrefix: '10.0.0.9-10.0.0.1' },
      'sourceAddressPrefix',
      '“10.0.0.9-10.0.0.1” is a range that ends before it begins',
    ],
    [
      { destinationPortRange: '70000' },
      'destinationPortRange',
      '“70000” is not a port from 0 to 65535 or a range of them',
    ],
    [{ destinationPortRange: '443-80' }, 'destinationPortRange', '“443-80” is not a port'],
    [{ sourcePortRange: 'https' }, 'sourcePortRange', '“https” is not a port'],
    [{ access: 'Maybe' }, 'access', '“Maybe” is not one of allow, deny, alwaysallow'],
    [{ protocol: 'Gre' }, 'protocol', '“Gre” is not one of'],
    [{ direction: null }, 'direction', 'Invalid input: expected string, received null'],
    [{ priority: 'first' }, 'priority', 'Invalid input'],
  ] as const) {
    const problem = problemIn(nsgWith(RULE, { ...RULE, ...changes }));
    t.equal(
      problem.slice(0, problem.indexOf(expected) + expected.length),
      `holds a network security group with defects (.securityRules[1].${place}: ${expected}`,
    );
    t.ok(problem.endsWith(`); ${again}`), problem);
  }
  const [group] = samples.EFFECTIVE_NSG.value;
  const effective = {
    value: [
      group,
      {
        ...group,
        effectiveSecurityRules: [{ ...samples.EFFECTIVE_RULE, expandedSourceAddressPrefix: ['x/y'] }],
      },
    ],
  };
  t.match(
    problemIn(effective),
    /^holds effective security rules with defects \(\.value\[1\]\.effectiveSecurityRules\[0\]\.sourceAddressPrefix: “x\/y”/,
  );
  t.match(
    problemIn([samples.VNET, { ...samples.ROUTE_TABLE, routes: [{ addressPrefix: '1.2.3' }] }]),
    /^holds a route table with defects \(\.\[1\]\.routes\[0\]\.nextHopType/,
    'which of several',
  );
});

t.test('a priority must be there', async (t) => {
  for (const priority of [null, undefined, '', true]) {
    t.match(problemIn(nsgWith({ ...RULE, priority })), /securityRules\[0\]\.priority/, String(priority));
  }
});

t.test('overlapping prefixes, unknown tags and IPv6 are read as they are', async (t) => {
  const { rules } = readOne(
    nsgWith({
      ...RULE,
      sourceAddressPrefix: null,
      sourceAddressPrefixes: [
        '10.0.0.0/8',
        '10.1.0.0/16',
        '10.0.0.0/8',
        'fd00::/8',
        '2001:db8::1',
        '10.2.3.4',
      ],
      destinationAddressPrefix: 'FutureService.WestEurope2',
    }),
    'nsg',
  );
  t.same(
    rules[0]?.source.prefixes.map(({ cidr }) => cidr),
    ['10.0.0.0/8', '10.1.0.0/16', 'fd00::/8', '2001:db8::1/128', '10.2.3.4/32'],
  );
  t.same(rules[0]?.destination, { prefixes: [], tags: ['FutureService.WestEurope2'], applicationGroups: [] });
});

t.test('several tags in one rule, with and without their addresses', async (t) => {
  const rule = {
    ...samples.EFFECTIVE_RULE,
    destinationAddressPrefix: null,
    destinationAddressPrefixes: ['Sql', 'Storage', '10.9.0.0/16'],
  };
  const read = (expandedDestinationAddressPrefix: unknown) =>
    readOne([{ effectiveSecurityRules: [{ ...rule, expandedDestinationAddressPrefix }] }], 'effective-nsg')
      .groups[0]?.rules[0]?.destination;
  t.match(read(['13.0.0.0/8', '10.9.0.0/16']), {
    prefixes: [
      { cidr: '10.9.0.0/16', tag: null },
      { cidr: '13.0.0.0/8', tag: 'Sql, Storage' },
    ],
    tags: [],
  });
  t.match(read(null), { prefixes: [{ cidr: '10.9.0.0/16' }], tags: ['Sql', 'Storage'] });
});

t.test('cut anywhere, a file is refused and nothing is thrown', async (t) => {
  const json = JSON.stringify(samples.EFFECTIVE_NSG, null, 2);
  for (let end = 0; end < json.length; end += 61) {
    t.match(problemIn(json.slice(0, end)), /^is (?:cut off|empty)/);
  }
  t.match(
    problemIn(json.slice(0, 1200)),
    /^is cut off: the JSON ends in the middle, at line \d+, column \d+; save it again with: az network nic list-effective-nsg/,
  );
  t.match(problemIn(utf16(samples.NSG).subarray(0, 301)), /^is cut off: UTF-16/);
});

t.test('other JSON of Azure is named, with the document to save instead', async (t) => {
  const vm = {
    id: samples.idOf('Microsoft.Compute/virtualMachines/probe'),
    name: 'probe',
    type: 'Microsoft.Compute/virtualMachines',
  };
  for (const [what, content, expected] of [
    [
      'a virtual machine',
      vm,
      /^holds a resource of type microsoft\.compute\/virtualmachines, which is not read; save this instead: az network nic show/,
    ],
    ['a list of them', [vm], /^holds a resource of type microsoft\.compute/],
    [
      'rules alone',
      [
        {
          ...RULE,
          id: `${samples.NSG.id}/securityRules/a`,
          type: 'Microsoft.Network/networkSecurityGroups/securityRules',
        },
      ],
      /type microsoft\.network\/networksecuritygroups\/securityrules.*az network nsg show/,
    ],
    [
      'a policy',
      { id: samples.idOf('Microsoft.Network/firewallPolicies/p'), name: 'p', properties: { sku: {} } },
      /rule-collection-group list/,
    ],
    [
      'another resource',
      { id: samples.idOf('Microsoft.Storage/storageAccounts/a'), name: 'a' },
      /type microsoft\.storage\/storageaccounts, which is not read; name the documents of the network/,
    ],
    [
      'a template',
      { $schema: 'https://schema.management.azure.com/x', contentVersion: '1.0.0.0', resources: [] },
      /^is a template, with expressions/,
    ],
    [
      'an error',
      { error: { code: 'NicMustBeAttachedToRunningVm', message: 'x' } },
      /^holds an error of Azure and not the reply: NicMustBeAttachedToRunningVm: x; correct that/,
    ],
    ['a flat error', { code: 'AuthorizationFailed', message: 'no right' }, /^holds an error of Azure/],
    [
      'one in a list',
      [
        samples.NSG,
        { StatusCode: 403, Content: '{"error":{"code":"AuthorizationFailed","message":"no right"}}' },
      ],
      /^holds a response with status 403 and not the reply: AuthorizationFailed: no right$/,
    ],
    ['an empty list', [], /^is an empty list/],
    [
      'an unfinished one',
      { StatusCode: 202, Content: '' },
      /^holds a response with status 202, .* wait for it: az network nic list-effective-nsg/,
    ],
    ['a page', '<html><title>Sign in</title>', /^is an HTML page/],
    ['a report of ours', { schemaVersion: '2.0.0', targets: [] }, /^is a report of apim-probe/],
    [
      'a service of 2016',
      { ...samples.SERVICE, publicIpAddresses: undefined, staticIps: ['20.50.1.2'], vpnType: 'Internal' },
      /^holds an API Management service of an older API version.*save it again with: az apim show/,
    ],
  ] as const) {
    t.match(problemIn(content), expected, what);
  }
});

t.test('50,000 rules are read; more are refused, and so is a larger file', async (t) => {
  const expandedDestinationAddressPrefix = null;
  const rule = (at: number) => ({
    ...{
      name: `r${at}`,
      priority: 100 + at,
      direction: 'Outbound',
      access: 'Allow',
      protocol: 'Tcp',
      expandedDestinationAddressPrefix,
    },
    ...{
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: `10.${(at >> 8) & 255}.${at & 255}.0/24`,
      destinationPortRange: '443',
    },
  });
  const rules = Array.from({ length: 50_001 }, (_, at) => rule(at));
  const bytes = utf8([{ effectiveSecurityRules: rules.slice(1) }]);
  t.ok(bytes.length < LARGEST_REPLY);
  const [document] = readAll(bytes);
  t.equal(document?.kind === 'effective-nsg' ? document.groups[0]?.rules.length : null, 50_000);
  t.match(
    problemIn([{ effectiveSecurityRules: rules }]),
    /^holds effective security rules with defects \(\.\[0\]\.effectiveSecurityRules: has 50001 members, and at most 50000 are read; Azure allows 1,000 rules in a network security group\); save it again/,
  );
  t.match(problemIn(Buffer.alloc(LARGEST_REPLY + 1, ' ')), /^is larger than 16 MiB/);
});

t.test('50,000 defects are reported as briefly as four', async (t) => {
  const problem = problemIn({
    ...samples.NSG,
    securityRules: Array.from({ length: 50_000 }, () => ({})),
  });
  t.match(problem, /; and more\); save it again/);
  t.ok(problem.length < 1500, `${problem.length} characters`);
});

t.test('deep nesting and odd names break nothing', async (t) => {
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  t.match(problemIn(deep), /^is JSON, but none of the documents/);
  t.match(problemIn(`${'{"properties":'.repeat(20_000)}1${'}'.repeat(20_000)}`), /^is /);
  t.match(problemIn(`${'['.repeat(20_000)}${']'.repeat(20_000)}`), /^is /);
  const odd = JSON.parse('{"__proto__":{"securityRules":[]},"constructor":1,"id":7,"type":[]}') as unknown;
  t.match(problemIn(odd), /^is JSON, but none/);
  t.equal(
    readOne(JSON.stringify(samples.NSG).replace('{', '{"__proto__":{"polluted":1},'), 'nsg').name,
    'apim-nsg',
  );
  t.notOk('polluted' in {});
});

t.test('text of a file cannot control the terminal', async (t) => {
  const control = '\u001b[31m\u202e';
  for (const content of [
    nsgWith({ ...RULE, destinationAddressPrefix: control }),
    nsgWith({ ...RULE, access: control }),
    { id: `/subscriptions/x/providers/Microsoft.Odd/${control}/a` },
    { type: `Microsoft.Odd/${control}` },
  ]) {
    t.notMatch(problemIn(content), CONTROL);
  }
  t.notMatch(JSON.stringify(readAll(nsgWith({ ...RULE, name: control }))).replaceAll('\\u', ''), CONTROL);
});

t.test('no JSON in the place of any value makes it throw', async () => {
  const runs = fuzzRuns();
  const documents = samples.DOCUMENTS.map(([, document]) => document);
  fc.assert(
    fc.property(fc.constantFrom(...documents), fc.nat(), fc.jsonValue(), (document, place, value) => {
      const paths = pathsIn(document);
      readAzureDocuments(utf8(withValue(document, paths[place % paths.length] ?? [], value)));
    }),
    { numRuns: runs },
  );
});

function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, item]) => pathsIn(item, [...path, name]))];
}

function withValue(whole: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined || typeof whole !== 'object' || whole === null) return value;
  const copy: Record<string, unknown> = Array.isArray(whole) ? ([...whole] as never) : { ...whole };
  copy[name] = withValue(copy[name], rest, value);
  return copy;
}
