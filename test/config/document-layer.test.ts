/** Options that Azure's documents give, below every other source. */
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { reportedOptions } from '../../src/config/effective.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import * as samples from '../azure/documents/samples.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const HOUR = 3600 * 1000;

function loadFrom(
  t: Test,
  contents: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, readonly string[]>> = {},
  age = HOUR,
) {
  const cwd = t.testdir({});
  for (const [name, content] of Object.entries(contents)) {
    writeFileSync(join(cwd, name), JSON.stringify(content));
    utimesSync(join(cwd, name), (NOW - age) / 1000, (NOW - age) / 1000);
  }
  const from = Object.keys(contents).map((name) => join(cwd, name));
  return load(
    { flags: { from, ...flags }, env: {}, cwd, systemConfig: join(cwd, 'none.yaml'), now: NOW },
    readers,
  );
}

t.test('the service and its subnet fill the options', async (t) => {
  const loaded = loadFrom(t, { 'apim.json': samples.SERVICE, 'vnet.json': samples.VNET });
  t.match(loaded.options, {
    apim: 'contoso',
    vip: '10.1.0.10',
    tier: 'premium',
    units: 2,
    platform: 'stv2',
    location: [],
    subnet: '10.1.0.0/27',
    hostname: [
      { role: 'gateway', host: 'api.contoso.com' },
      { role: 'developer', host: 'portal.contoso.com' },
    ],
  });
  t.equal(loaded.origins.apim, 'import apim.json');
  t.equal(loaded.origins.subnet, 'import vnet.json');
  t.same(loaded.notes, []);
  const reported = reportedOptions(loaded);
  t.same(reported['vip'], { value: '10.1.0.10', from: 'import' });
  t.same(reported['location'], { value: [], from: 'default' });
});

t.test('a flag beats a document', async (t) => {
  const flags = {
    vip: ['10.9.9.9'],
    units: ['5'],
    subnet: ['10.7.0.0/26'],
    hostname: ['portal=p.contoso.com'],
  };
  const { options, origins } = loadFrom(
    t,
    { 'apim.json': samples.SERVICE, 'subnet.json': samples.SUBNET },
    flags,
  );
  t.match(options, {
    ...{ apim: 'contoso', vip: '10.9.9.9', units: 5, subnet: '10.7.0.0/26' },
    hostname: [{ role: 'portal', host: 'p.contoso.com' }],
  });
  t.equal(origins.vip, 'flag --vip');
});

t.test('each tier, and those that cannot be in a virtual network', async (t) => {
  for (const [name, tier, platform] of [
    ['Developer', 'developer', 'import apim.json'],
    ['Premium', 'premium', 'import apim.json'],
    ['PremiumV2', 'premium-v2', 'default'],
    ['StandardV2', 'standard-v2', 'default'],
    ['BasicV2', 'premium', 'import apim.json'],
    ['Basic', 'premium', 'import apim.json'],
  ] as const) {
    const loaded = loadFrom(t, { 'apim.json': { ...samples.SERVICE, sku: { name, capacity: 1 } } });
    t.equal(loaded.options.tier, tier, name);
    t.equal(loaded.origins.platform, platform, name);
  }
});

t.test('external mode has a public address', async (t) => {
  const service = { ...samples.SERVICE, virtualNetworkType: 'External' };
  t.equal(loadFrom(t, { 'apim.json': service }).options.vip, '20.50.1.2');
});

t.test('several locations: their names, and no address', async (t) => {
  const additionalLocations = [
    { location: 'East US', sku: { name: 'Premium', capacity: 1 }, privateIpAddresses: ['10.2.0.9'] },
  ];
  const { options, notes } = loadFrom(t, { 'apim.json': { ...samples.SERVICE, additionalLocations } });
  t.same(options.location, ['eastus']);
  t.equal(options.vip, null);
  t.match(notes, [
    /^--from apim\.json: the service has an address in each of its locations: give --vip ADDRESS/,
  ]);
});

t.test('yesterday’s address is not used', async (t) => {
  const { options, notes } = loadFrom(t, { 'apim.json': samples.SERVICE }, {}, 25 * HOUR);
  t.equal(options.apim, 'contoso');
  t.equal(options.vip, null);
  t.match(notes, [
    /apim\.json was saved more than a day ago, so its address 10\.1\.0\.10 is not used: save it again, or give --vip/,
  ]);
});

t.test('a service that has no gateway yet', async (t) => {
  for (const provisioningState of ['Activating', 'Failed']) {
    const { options, notes } = loadFrom(t, { 'apim.json': { ...samples.SERVICE, provisioningState } });
    t.match(options, { apim: null, vip: null, hostname: [], units: 2, tier: 'premium' });
    t.match(notes, [
      new RegExp(
        `the service is in the state ${provisioningState}, so its gateway is not tested; give --apim contoso`,
      ),
    ]);
  }
});

t.test('another service than the one that is named, and several', async (t) => {
  const other = {
    ...samples.SERVICE,
    id: `${samples.SERVICE.id}2`,
    name: 'contoso2',
    sku: { name: 'Developer', capacity: 1 },
  };
  const named = loadFrom(t, { 'apim.json': samples.SERVICE }, { apim: ['fabrikam'] });
  t.match(named.options, { apim: 'fabrikam', vip: null, units: null });
  t.match(named.notes, [
    /^--from shows another API Management service than fabrikam \(contoso in apim\.json\): no option is taken/,
  ]);
  const both = { 'a.json': samples.SERVICE, 'b.json': other };
  const two = loadFrom(t, both);
  t.match(two.options, { apim: null, units: null });
  t.match(two.notes, [
    /^--from shows several API Management services \(contoso, contoso2\): give --apim NAME/,
  ]);
  t.match(loadFrom(t, both, { apim: ['contoso2'] }).options, { apim: 'contoso2', tier: 'developer' });
});

t.test('which subnet: the service’s, the network interface’s, or the only one', async (t) => {
  const vms = {
    ...samples.SUBNET,
    id: samples.SUBNET_ID.replace(/apim$/, 'vms'),
    name: 'vms',
    addressPrefix: '10.1.0.32/27',
  };
  const subnetOf = (...documents: unknown[]) => loadFrom(t, { 'all.json': documents }).options.subnet;
  t.equal(subnetOf(samples.SUBNET), '10.1.0.0/27');
  t.equal(subnetOf(vms, samples.SUBNET), null, 'either');
  t.equal(subnetOf(vms, samples.SUBNET, samples.SERVICE), '10.1.0.0/27');
  t.equal(subnetOf(vms, samples.SUBNET, samples.NIC), '10.1.0.0/27');
  t.equal(subnetOf(samples.VNET), null, 'two in one network');
  t.equal(
    subnetOf({ ...samples.SUBNET, addressPrefix: null, addressPrefixes: ['fd00::/64', '10.1.0.0/28'] }),
    '10.1.0.0/28',
  );
});

t.test('a name that is none is refused with the file that has it', async (t) => {
  t.throws(() => loadFrom(t, { 'apim.json': { ...samples.SERVICE, name: 'not a name!' } }), {
    message: /^apim: "not a name!" \(import apim\.json\) must be the service's name alone/,
  });
});
