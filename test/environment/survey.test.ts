/** The survey with test files and fixed replies. */
import fc from 'fast-check';
import t from 'tap';
import { nameDnsServer } from '../../src/common/host-port.ts';
import { survey } from '../../src/environment/index.ts';
import type { Machine, MetadataReply } from '../../src/environment/types.ts';
import { Report } from '../../src/model/report.ts';
import { optionsWith } from '../run/options.ts';
import { machineWith } from './machine.ts';

const RESOLV_CONF = 'nameserver 168.63.129.16\nsearch a.example\n';
const ABSENT: MetadataReply = { kind: 'absent', why: 'ECONNREFUSED: connect' };

const INSTANCE = {
  compute: {
    azEnvironment: 'AzurePublicCloud',
    location: 'WestEurope',
    name: 'vm-probe-01',
    vmSize: 'Standard_B2s',
    osType: 'Linux',
    zone: '1',
    subscriptionId: 'AAAABBBB-0000-4000-8000-00000000d0e5',
    resourceGroupName: 'rg-Probe (test).1',
  },
  network: { interface: [{ ipv4: { subnet: [{ address: '10.20.0.0', prefix: '26' }] } }] },
};

const served = (document: unknown, status = 200): MetadataReply => ({
  kind: 'http',
  status,
  body: typeof document === 'string' ? document : JSON.stringify(document),
});

async function surveyed(
  t: Parameters<typeof machineWith>[0],
  reply: MetadataReply | null,
  changes: Parameters<typeof optionsWith>[0] = {},
  interfaces: Machine['interfaces'] = () => ({}),
) {
  const files = { resolvConf: RESOLV_CONF, hosts: '10.0.0.7 a.example\n' };
  const machine = machineWith(t, files, { interfaces });
  const found = await survey(optionsWith(changes), machine, reply && (async () => reply));
  Report.shape.environment.parse(found.environment);
  if (found.metadata !== null) Report.shape.controls.element.parse(found.metadata);
  return { ...found, machine };
}

t.test('an Azure VM reports its cloud, region and subnet', async (t) => {
  const { environment, metadata, machine, servers, searchDomains, hosts, hasIPv6 } = await surveyed(
    t,
    served(INSTANCE),
  );
  t.same(environment, {
    cloud: 'public',
    region: 'westeurope',
    vm: {
      region: 'westeurope',
      name: 'vm-probe-01',
      hostName: 'host-of-ours',
      subscriptionId: 'aaaabbbb-0000-4000-8000-00000000d0e5',
      resourceGroup: 'rg-Probe (test).1',
      size: 'Standard_B2s',
      osType: 'Linux',
      zone: '1',
    },
    network: {
      interfaces: [],
      subnet: '10.20.0.0/26',
      subnetCapacity: {
        tier: 'premium',
        units: 1,
        total: 64,
        usable: 59,
        needed: 3,
        // No interface shows it, but the metadata service names this VM's subnet.
        vmInside: true,
        unitsThatFit: 28,
        unitsWithoutVm: 29,
      },
      vip: null,
    },
    dns: {
      servers: ['168.63.129.16'],
      source: machine.resolverFiles.configured,
      searchDomains: ['a.example'],
      system: {
        ...{ order: ['files', 'dns'], timeoutMs: 5000, attempts: 2, ndots: 1, rotate: false },
        ...{ serverNamed: true, asksDns: true, sourcesFile: null },
      },
      hostsFile: { path: machine.hostsFile, entries: 1, overrides: [] },
    },
    proxies: [],
    clockOffsetMs: null,
    privileged: false,
    notes: [],
  });
  t.match(metadata, { outcome: 'expected' });
  t.same(servers, [{ address: '168.63.129.16', port: 53 }]);
  t.same(searchDomains, ['a.example']);
  t.same([...hosts], [['a.example', ['10.0.0.7']]]);
  t.notOk(hasIPv6);
});

t.test('the name of a region may have blanks', async (t) => {
  const compute = { ...INSTANCE.compute, location: 'West Europe' };
  t.equal((await surveyed(t, served({ ...INSTANCE, compute }))).environment.region, 'westeurope');
});

t.test('a service that only tells callers to come back leaves the cloud assumed, and is one', async (t) => {
  const { environment, metadata } = await surveyed(t, served('', 429));
  t.match(metadata, {
    outcome: 'unknown',
    detail: { text: 'the instance metadata service could not answer: it answered with status 429' },
  });
  t.match(environment.notes, [
    /^the instance metadata service could not answer \(.*429\); the public cloud is assumed: give --cloud/,
  ]);
});

t.test('the subnet is that of the interface from which the VM reaches others', async (t) => {
  const at = (privateIpAddress: string, address: string) => ({
    ipv4: { ipAddress: [{ privateIpAddress, publicIpAddress: '' }], subnet: [{ address, prefix: '24' }] },
  });
  const document = {
    ...INSTANCE,
    network: { interface: [at('10.9.0.4', '10.9.0.0'), at('10.1.0.4', '10.1.0.0')] },
  };
  const subnet = async (outbound: string | null, interfaces: Machine['interfaces'] = () => ({})) => {
    const machine = machineWith(t, {}, { interfaces, outboundAddress: async () => outbound });
    const { environment } = await survey(optionsWith({}), machine, async () => served(document));
    return environment.network.subnet;
  };
  t.equal(await subnet('10.1.0.4'), '10.1.0.0/24');
  t.equal(await subnet('10.9.0.4'), '10.9.0.0/24');
  t.equal(
    await subnet(null, having('10.1.0.4')),
    '10.1.0.0/24',
    'without a route the first interface counts',
  );
  t.equal(await subnet('172.17.0.2'), '10.9.0.0/24', 'in a container no address matches');
});

t.test('sources of names, where the C library is not glibc', async (t) => {
  const files = { resolvConf: RESOLV_CONF, nsswitch: 'hosts: files\n' };
  const sourcesOf = async (changes: Partial<Machine>) => {
    const found = await survey(optionsWith({}), machineWith(t, files, changes), null);
    const { system, notes } = { ...found.environment.dns, notes: found.environment.notes };
    return [
      found.sources.map(({ name }) => name).join(),
      system?.asksDns,
      notes.some((one) => /musl/.test(one)),
    ];
  };
  t.same(await sourcesOf({}), ['files', false, false]);
  t.same(await sourcesOf({ isMusl: true }), ['files,dns', true, true]);
  t.same(await sourcesOf({ platform: 'win32' }), ['files,dns', undefined, false]);
});

t.test('a public address may stand in the load balancer document alone', async (t) => {
  const interfaces = [{ ipv4: { ipAddress: [{ privateIpAddress: '10.1.0.4', publicIpAddress: '' }] } }];
  const document = { ...INSTANCE, network: { interface: interfaces } };
  const publicAddress = async (loadBalancer: string | null) =>
    (await surveyed(t, { kind: 'http', status: 200, body: JSON.stringify(document), loadBalancer }))
      .environment.vm?.publicAddress;
  const balancer = (content: object) => JSON.stringify({ loadbalancer: content });
  const at = (frontendIpAddress: string) => [{ frontendIpAddress, privateIpAddress: '10.1.0.4' }];
  t.equal(await publicAddress(balancer({ publicIpAddresses: at('20.1.2.3'), outboundRules: [] })), true);
  t.equal(await publicAddress(balancer({ publicIpAddresses: [], outboundRules: at('20.1.2.3') })), true);
  t.equal(
    await publicAddress(balancer({ publicIpAddresses: at('10.1.0.9'), inboundRules: at('20.1.2.3') })),
    false,
  );
  t.equal(
    await publicAddress(balancer({ outboundRules: at('2603:10e1:100:2::1:1') })),
    false,
    'IPv6 is none',
  );
  t.equal(await publicAddress(''), false, 'no load balancer');
  for (const unclear of [null, '<html>', '{}']) t.equal(await publicAddress(unclear), undefined);
});

t.test('unknown facts of the VM are null', async (t) => {
  const { subscriptionId: _id, resourceGroupName: _group, ...compute } = INSTANCE.compute;
  for (const [document, hostName] of [
    [{ ...INSTANCE, compute }, () => ''],
    [
      { ...INSTANCE, compute: { ...compute, subscriptionId: 'not an id', resourceGroupName: '' } },
      () => {
        throw new Error('EPERM');
      },
    ],
  ] as const) {
    const machine = machineWith(t, { resolvConf: RESOLV_CONF }, { hostName });
    const { environment } = await survey(optionsWith(), machine, async () => served(document));
    t.match(environment.vm, { hostName: null, subscriptionId: null, resourceGroup: null });
  }
});

for (const [name, cloud] of [
  ['AzureUSGovernmentCloud', 'government'],
  ['AzureUSGovernment', 'government'],
  ['AZURECHINACLOUD', 'china'],
] as const) {
  t.test(`${name} is the cloud ${cloud}`, async (t) => {
    const compute = { ...INSTANCE.compute, azEnvironment: name };
    const { environment } = await surveyed(t, served({ ...INSTANCE, compute }));
    t.equal(environment.cloud, cloud);
    t.same(environment.notes, []);
  });
}

t.test('outside Azure the missing service is not anomalous', async (t) => {
  const { environment, metadata } = await surveyed(t, ABSENT);
  t.equal(environment.cloud, 'public');
  t.equal(environment.region, null);
  t.equal(environment.vm, null);
  t.match(metadata, {
    outcome: 'unknown',
    detail: { text: 'no instance metadata service at 169.254.169.254 (ECONNREFUSED: connect)' },
  });
});

t.test('without a request there is no control', async (t) => {
  const { metadata, environment } = await surveyed(t, null, { cloud: 'china', region: 'chinanorth3' });
  t.equal(metadata, null);
  t.equal(environment.cloud, 'china');
  t.equal(environment.region, 'chinanorth3');
});

for (const [what, reply, why] of [
  ['a status', served('<html>', 404), 'it answered with status 404'],
  ['a page', served('<!doctype html><title>Sign in</title>'), 'its answer is not JSON'],
  ['half a document', served('{"compute":{"azEnvironment":"Az'), 'its answer is not JSON'],
  ['another document', served({ instanceId: 'i-0123' }), 'its answer is not an instance document'],
  ['null', served('null'), 'its answer is not an instance document'],
  ['no HTTP', { kind: 'malformed', why: 'HPE_INVALID_CONSTANT' } as const, 'HPE_INVALID_CONSTANT'],
] as const) {
  t.test(`${what} in its place is not a metadata service`, async (t) => {
    const { environment, metadata } = await surveyed(t, reply);
    const text = `169.254.169.254 is not an instance metadata service: ${why}`;
    t.match(metadata, { outcome: 'anomalous', detail: { text } });
    t.equal(environment.vm, null);
    t.equal(environment.cloud, 'public');
    t.match(environment.notes, [
      /^no instance metadata service answered; the public cloud is assumed: give --cloud/,
    ]);
  });
}

t.test('wrong types are missing values', async (t) => {
  const document = {
    compute: { azEnvironment: 7, location: ['westeurope'], name: null, vmSize: {}, osType: true, zone: 1 },
    network: { interface: 'eth0' },
  };
  const { environment } = await surveyed(t, served(document));
  t.same(environment.vm, {
    ...{ name: '', hostName: 'host-of-ours', subscriptionId: null, resourceGroup: null },
    ...{ size: '', osType: '', zone: null },
  });
  t.equal(environment.region, null);
  t.equal(environment.network.subnet, null);
  t.same(environment.notes, ['the metadata service names no cloud; the public cloud is assumed']);
});

t.test('hostile strings are made printable', async (t) => {
  const evil = '\u001b]0;owned\u0007\u202e';
  const document = {
    compute: {
      azEnvironment: evil,
      location: 'west/europe',
      name: evil,
      vmSize: evil,
      osType: evil,
      zone: evil,
    },
    network: { interface: [{ ipv4: { subnet: [{ address: '10.0.0.0', prefix: `24${evil}` }] } }] },
  };
  const { environment } = await surveyed(t, served(document));
  t.equal(environment.region, null);
  t.equal(environment.network.subnet, null);
  t.equal(environment.vm?.name, '\\u{1b}]0;owned\\u{7}\\u{202e}');
  t.match(environment.notes, [
    /the cloud \\u\{1b\}\]0;owned.* which this version does not know; the public cloud/,
  ]);
});

t.test('a malformed subnet is ignored', async (t) => {
  for (const [address, prefix] of [
    ['010.0.0.0', '24'],
    ['10.0.0.0', '33'],
    ['10.0.0.0', ''],
    ['10.1', '8'],
    ['fe80::', '64'],
  ]) {
    const network = { interface: [{ ipv4: { subnet: [{ address, prefix }] } }] };
    const { environment } = await surveyed(t, served({ ...INSTANCE, network }));
    t.equal(environment.network.subnet, null, `${address}/${prefix}`);
  }
});

t.test('any JSON gives a valid environment', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), fc.record({ compute: fc.jsonValue(), network: fc.jsonValue() })),
      async (document) => {
        await surveyed(t, served(document));
      },
    ),
    { numRuns: 50 },
  );
});

t.test('options take precedence over the service', async (t) => {
  const given = await surveyed(t, served(INSTANCE), { cloud: 'government', region: 'usgovvirginia' });
  t.equal(given.environment.cloud, 'government');
  t.equal(given.environment.region, 'usgovvirginia');
  t.same(given.environment.notes, [
    'the metadata service names the public cloud; --cloud government is followed',
  ]);
  const same = await surveyed(t, served(INSTANCE), { cloud: 'public' });
  t.same(same.environment.notes, []);
});

t.test('--dns-server replaces the system’s servers', async (t) => {
  const dnsServer = [
    { address: '10.0.0.4', port: 53 },
    { address: 'fd00::53', port: 5353 },
    { address: '10.0.0.4', port: 53 },
  ];
  const { environment, servers } = await surveyed(t, ABSENT, { dnsServer, cloud: 'public' });
  t.same(environment.dns.servers, ['10.0.0.4', '[fd00::53]:5353']);
  t.equal(environment.dns.source, '--dns-server');
  t.same(servers, dnsServer.slice(0, 2));
  t.same(environment.notes, ['--dns-server names 10.0.0.4 more than once; it is asked once']);
  t.equal(nameDnsServer({ address: '10.0.0.4', port: 5353 }), '10.0.0.4:5353');
});

t.test('an unreadable file gives a note', async (t) => {
  const machine = machineWith(t, {});
  const { environment } = await survey(
    optionsWith({ cloud: 'public' }),
    { ...machine, hostsFile: t.testdir() },
    async () => ABSENT,
  );
  t.match(environment.notes, [/resolv\.conf could not be read/, /could not be read: it is a folder/]);
  t.same(environment.dns.servers, ['127.0.0.1'], 'as the C library asks then');
  t.match(environment.dns.system, { serverNamed: false });
});

/** A VM with one address. */
const having = (address: string) => () => ({
  eth0: [
    {
      address,
      family: 'IPv4' as const,
      netmask: '255.255.255.0',
      cidr: `${address}/24`,
      mac: '00:0d:3a:12:34:56',
      internal: false,
    },
  ],
});

const inSubnet = (address: string, prefix: string) =>
  served({ ...INSTANCE, network: { interface: [{ ipv4: { subnet: [{ address, prefix }] } }] } });

t.test('the subnet’s capacity is for the requested tier and units', async (t) => {
  const capacityOf = async (...given: Parameters<typeof surveyed>) =>
    (await surveyed(...given)).environment.network.subnetCapacity;
  t.match(await capacityOf(t, inSubnet('10.0.1.0', '29')), {
    vmInside: true,
    unitsThatFit: 0,
    unitsWithoutVm: 1,
  });
  t.match(await capacityOf(t, inSubnet('10.0.1.0', '30')), { usable: 0, unitsThatFit: 0, unitsWithoutVm: 0 });
  t.match(await capacityOf(t, ABSENT, { subnet: '10.0.1.0/28', units: 4 }, having('10.0.1.7')), {
    units: 4,
    vmInside: true,
    unitsThatFit: 4,
  });
  t.match(await capacityOf(t, ABSENT, { subnet: '10.0.1.0/28' }, having('10.0.1.16')), {
    vmInside: false,
    unitsThatFit: 5,
  });
  t.match(await capacityOf(t, ABSENT, { subnet: '10.0.1.0/28', tier: 'developer' }), {
    unitsThatFit: 1,
    needed: 2,
  });
  t.equal(await capacityOf(t, ABSENT), null, 'the subnet is unknown');
});

t.test('--subnet takes precedence over the metadata service, and a contradiction gives a note', async (t) => {
  const { environment } = await surveyed(t, inSubnet('10.0.1.0', '26'), { subnet: '10.0.2.0/27' });
  t.equal(environment.network.subnet, '10.0.2.0/27');
  t.match(environment.network.subnetCapacity, { usable: 27, vmInside: false });
  t.same(environment.notes, [
    'the metadata service names the subnet 10.0.1.0/26; the subnet 10.0.2.0/27 that was given is followed',
  ]);
  const same = await surveyed(t, inSubnet('10.0.1.0', '26'), { subnet: '10.0.1.0/26' });
  t.same(same.environment.notes, []);
});
