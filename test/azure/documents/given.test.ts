/** Which documents count, how far, and what the report says of them. */
import t from 'tap';
import { examineDocuments } from '../../../src/azure/documents/given.ts';
import { ReportedDocument } from '../../../src/model/azure-documents.ts';
import { STATUS_REPLY } from '../replies.ts';
import { readAll } from './read.ts';
import * as samples from './samples.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const HOUR = 3600 * 1000;
const VM = {
  subscriptionId: samples.SUBSCRIPTION,
  resourceGroup: 'network',
  addresses: ['10.1.0.4', 'fe80::1'],
};
const OTHER = 'bbbbbbbb-1111-4222-8333-444444444444';

function file(name: string, content: unknown, savedAt = NOW - HOUR) {
  return { file: name, savedAt, documents: readAll(content) };
}

function doubtOf(content: unknown, savedAt?: number, vm = VM): string | null | undefined {
  const { given, reported } = examineDocuments([file('a.json', content, savedAt)], vm, NOW);
  t.equal(given[0]?.doubt, reported[0]?.doubt);
  return reported[0]?.doubt;
}

t.test('documents of this VM, saved today, count fully', async (t) => {
  const all = samples.DOCUMENTS.map(([kind, content]) => file(`${kind}.json`, content));
  const { given, reported, notes } = examineDocuments([...all, file('status.json', STATUS_REPLY)], VM, NOW);
  t.same(
    given.map(({ doubt }) => doubt),
    all.map(() => null),
  );
  t.same(notes, []);
  t.same(
    reported.map((one) => ReportedDocument.parse(one).kind),
    [...samples.DOCUMENTS.map(([kind]) => kind), 'network-status'],
    'in the order given',
  );
  t.same(reported[0], {
    kind: 'effective-nsg',
    resource: samples.SUBNET_ID,
    collectedAt: '2026-11-30T11:00:00.000Z',
    file: 'effective-nsg.json',
    doubt: null,
  });
  t.same(
    reported.slice(1).map(({ resource }) => resource?.split('/').at(-1) ?? null),
    [
      null,
      'apim',
      'hub',
      'apim-nsg',
      'to-firewall',
      'nat',
      'probe-nic',
      'apim-ip',
      'contoso',
      'privatelink.vaultcore.azure.net',
      'azure-api.net',
      'apim',
      null,
      null,
    ],
  );
});

t.test('older than a day', async (t) => {
  t.equal(doubtOf(samples.NSG, NOW - 24 * HOUR), null);
  t.equal(
    doubtOf(samples.NSG, NOW - 25 * HOUR),
    'It was saved more than a day before this run, at 2026-11-29T11:00:00.000Z; save it again.',
  );
  t.equal(doubtOf(samples.NSG, NOW + HOUR), null, 'a clock that is behind');
});

t.test('another subscription', async (t) => {
  const elsewhere = (content: unknown) =>
    JSON.parse(JSON.stringify(content).replaceAll(samples.SUBSCRIPTION, OTHER));
  for (const content of [
    samples.SUBNET,
    samples.NSG,
    samples.SERVICE,
    samples.PUBLIC_IP,
    samples.EFFECTIVE_NSG,
  ]) {
    t.equal(
      doubtOf(elsewhere(content)),
      `It is of the subscription ${OTHER}, and this VM is in ${samples.SUBSCRIPTION}.`,
    );
  }
  for (const content of [samples.LINKS, samples.RECORDS, samples.FIREWALL_RULES, samples.LOCKS]) {
    t.equal(doubtOf(elsewhere(content)), null, 'zones and firewalls are often in another one');
  }
  const hidden = JSON.parse(JSON.stringify(samples.NSG).replaceAll(samples.SUBSCRIPTION, 'xxxxxxxx-xxxx'));
  t.equal(doubtOf(hidden), null, 'an id that was hidden says nothing');
  t.equal(
    doubtOf(elsewhere(samples.NSG), NOW, { ...VM, subscriptionId: OTHER.toUpperCase() }),
    null,
    'in any case',
  );
});

t.test('a network interface that this VM does not have', async (t) => {
  const other = { ...samples.NIC, ipConfigurations: [{ privateIPAddress: '10.1.0.9' }] };
  t.equal(doubtOf(other), 'It is of a network interface with 10.1.0.9, and this VM has 10.1.0.4, fe80::1.');
  t.equal(doubtOf({ ...samples.NIC, ipConfigurations: null }), null);
  t.equal(doubtOf(other, NOW, { ...VM, addresses: [] }), null, 'nothing to compare with');
});

t.test('effective rules and routes of another virtual network', async (t) => {
  const elsewhere = { ...VM, addresses: ['10.9.0.4'] };
  t.match(
    doubtOf(samples.EFFECTIVE_ROUTES, NOW, elsewhere),
    /^It is of a network interface in another virtual network \(10\.1\.0\.0\/24\): this VM has 10\.9\.0\.4\.$/,
  );
  t.match(
    doubtOf(samples.EFFECTIVE_NSG, NOW, elsewhere),
    /another virtual network \(10\.1\.0\.0\/24, 168\.63\.129\.16\/32\)/,
  );
});

t.test('effective rules of another network interface of this VM’s network', async (t) => {
  const [group] = samples.EFFECTIVE_NSG.value;
  const of = (nic: string) => [{ ...group, association: { networkInterface: { id: nic } } }];
  const nicFile = file('nic.json', samples.NIC);
  const other = `${samples.NIC_ID}-2`;
  const judge = (nic: string, files = [nicFile]) =>
    examineDocuments([file('rules.json', of(nic)), ...files], VM, NOW).reported[0]?.doubt;
  t.equal(judge(samples.NIC_ID.toUpperCase()), null, 'this VM’s own');
  t.equal(judge(other), 'It is of the network interface probe-nic-2, which is not of this VM.');
  t.equal(judge(other, []), null, 'in the resource group of the VM it may be its own');
  t.match(
    judge(other.replace('/network/', '/other/'), []),
    /^It is of the network interface probe-nic-2 in the resource group other, and this VM is in network; give az network nic show/,
  );
});

t.test('a page of several', async (t) => {
  t.equal(
    doubtOf({ ...samples.EFFECTIVE_ROUTES, nextLink: 'https://management.azure.com/next' }),
    'Its reply has further pages (nextLink), which are not in the file.',
  );
});

t.test('several doubts are several sentences', async (t) => {
  t.match(
    doubtOf(samples.NIC, NOW - 48 * HOUR, { ...VM, addresses: ['10.9.9.9'] }),
    /^It was saved .* again\. It is of a network interface/,
  );
});

t.test('of two states of one resource the newest counts', async (t) => {
  const older = file('old.json', samples.NSG, NOW - 3 * HOUR);
  const newer = file(
    'new.json',
    { ...samples.NSG, id: samples.NSG.id.toUpperCase(), securityRules: [] },
    NOW - HOUR,
  );
  for (const files of [
    [older, newer],
    [newer, older],
  ]) {
    const { given, reported, notes } = examineDocuments(files, VM, NOW);
    t.same(
      given.map((one) => one.file),
      ['new.json'],
    );
    t.same(reported.map((one) => [one.file, one.doubt]).sort(), [
      ['new.json', null],
      ['old.json', 'new.json shows the same resource in another state, and was saved later.'],
    ]);
    t.same(notes, [
      '--from: old.json and new.json show different states of apim-nsg; new.json was saved later, and counts',
    ]);
  }
  const twice = examineDocuments([older, file('copy.json', samples.NSG, NOW - 3 * HOUR)], VM, NOW);
  t.same(
    twice.given.map((one) => one.file),
    ['copy.json'],
  );
  t.same(
    [twice.notes, twice.reported.map(({ doubt }) => doubt)],
    [[], [null, null]],
    'a copy is not a contradiction',
  );
});

t.test('effective routes of one network', async (t) => {
  const [local, ...rest] = samples.EFFECTIVE_ROUTES.value;
  const files = [
    file('one.json', samples.EFFECTIVE_ROUTES, NOW - 2 * HOUR),
    file('two.json', [local], NOW - HOUR),
    file('other.json', [{ ...local, addressPrefix: ['10.1.0.0/16'] }, ...rest]),
  ];
  t.same(
    examineDocuments(files, VM, NOW).given.map((one) => one.file),
    ['two.json', 'other.json'],
  );
});

t.test('a subnet alone, and in a newer document of its network', async (t) => {
  const own = file('subnet.json', samples.SUBNET, NOW - 3 * HOUR);
  const changed = { ...samples.VNET, subnets: [{ ...samples.SUBNET, natGateway: null }] };
  const inside = examineDocuments([own, file('vnet.json', changed)], VM, NOW);
  t.same(
    inside.given.map((one) => one.file),
    ['vnet.json'],
  );
  t.match(inside.notes, [/subnet\.json and vnet\.json show different states of apim/]);
  const same = examineDocuments([own, file('vnet.json', samples.VNET)], VM, NOW);
  t.same(
    same.given.map((one) => one.file),
    ['subnet.json', 'vnet.json'],
  );
  t.same(same.notes, []);
  const older = examineDocuments([file('vnet.json', changed, NOW - 5 * HOUR), own], VM, NOW);
  t.same(
    older.given.map((one) => one.file),
    ['vnet.json', 'subnet.json'],
  );
});
