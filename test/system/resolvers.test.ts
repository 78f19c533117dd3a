/** One DNS server of several that is wrong in one way, and what this VM makes of names by itself. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CUSTOM_DNS, type Subnet } from './azure.ts';
import { named } from './bind.ts';
import { findingsOf, targetsOf } from './judge.ts';
import { AZURE_DNS, dnsmasq, PRIVATE, PUBLIC, unbound, withRecord, type Zone } from './names.ts';
import { ARGUMENTS, scene } from './scene.ts';
import { NAMES } from './services.ts';

const RUN = [...ARGUMENTS, '--timeout', '1500'];
const BLOB = `${NAMES.storage}.blob.core.windows.net`;
const BLOB_ZONE = 'blob.core.windows.net';
const PRIVATE_BLOB = `${NAMES.storage}.privatelink.${BLOB_ZONE}`;
const SQL = `${NAMES.sql}.database.windows.net`;
const SEARCH_DOMAIN = 'ax.internal.cloudapp.net';
const RELAY = fileURLToPath(new URL('slow-relay.ts', import.meta.url));

const causes = (outcome: Awaited<ReturnType<Subnet['vm']['probe']>>) =>
  outcome.report.findings.map(({ cause }) => cause);

/** The public zones, with the alias that a storage account with a private endpoint has, and this privatelink zone. */
const aliased = (subnet: Subnet, primary: string, address: string | null): Zone[] => [
  ...withRecord(subnet.zones, BLOB, { cname: PRIVATE_BLOB }),
  {
    name: `privatelink.${BLOB_ZONE}`,
    primary,
    records: new Map(address === null ? [] : [[PRIVATE_BLOB, { a: address }]]),
  },
];

await scene('two DNS servers, one of them wrong', ['dnsmasq', 'named'], async (t, subnet) => {
  t.afterEach(async () => {
    await subnet.resolve(subnet.zones);
    await subnet.vm.resolvers(AZURE_DNS);
    await subnet.vm.write('hosts', '127.0.0.1 localhost\n');
  });
  const folder = (name: string) => join(subnet.folder, name);
  const both = () => subnet.vm.resolvers(AZURE_DNS, CUSTOM_DNS);
  const probe = () => subnet.vm.probe(RUN);

  await t.test('it forwards to a server that is not there', async (t) => {
    // Nothing listens there, and the kernel refuses at once.
    await using _ = await named(subnet.azure, folder('lost'), CUSTOM_DNS, { forwarder: '127.0.0.9' });
    await both();
    const outcome = await probe();
    t.equal(outcome.report.verdict, 'degraded', 'the other one resolves', { stderr: outcome.stderr });
    t.strictSame(causes(outcome), ['dns-forwarding-broken']);
    t.match(findingsOf(outcome, 'dns-forwarding-broken')[0]?.explanation, `${CUSTOM_DNS} gave SERVFAIL`);
  });

  await t.test('it forwards as it should', async (t) => {
    await using _ = await named(subnet.azure, folder('forwarding'), CUSTOM_DNS, { forwarder: AZURE_DNS });
    await both();
    const outcome = await probe();
    t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
    t.strictSame(outcome.report.findings, []);
  });

  await t.test('it is slow, and does not listen on TCP', async (t) => {
    await using relay = subnet.azure.serve([process.execPath, RELAY, CUSTOM_DNS, AZURE_DNS, '1200']);
    await relay.until(async () => (await subnet.azure.listening()).has(`${CUSTOM_DNS}:53`));
    await subnet.vm.resolvers(CUSTOM_DNS, AZURE_DNS);
    const outcome = await subnet.vm.probe([...ARGUMENTS, '--timeout', '4000']);
    t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
    t.strictSame(causes(outcome).toSorted(), ['dns-server-slow', 'dns-tcp-blocked']);
    t.match(findingsOf(outcome, 'dns-tcp-blocked')[0], {
      title: `DNS server ${CUSTOM_DNS} cannot be asked over TCP`,
      explanation: /answers over UDP; over TCP: (?:dns_unreachable|tcp_refused)/,
      evidence: [`dns/${CUSTOM_DNS}:53`],
    });
    t.match(findingsOf(outcome, 'dns-server-slow')[0], {
      title: `DNS server ${CUSTOM_DNS} takes`,
      explanation: /Every look-up starts there and waits 1\.\d s/,
    });
  });

  await t.test('it has a wildcard in the search domain', async (t) => {
    const answers = [`--server=${AZURE_DNS}`, `--address=/${SEARCH_DOMAIN}/10.9.9.9`];
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, answers);
    await both();
    const outcome = await probe();
    t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
    t.strictSame(causes(outcome), ['dns-search-domain']);
    t.match(
      findingsOf(outcome, 'dns-search-domain')[0]?.explanation,
      `${CUSTOM_DNS} answers the random name`,
    );
  });

  await t.test('it invents an answer for every name', async (t) => {
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, ['--address=/#/20.33.0.1']);
    await both();
    const outcome = await probe();
    t.equal(outcome.report.findings[0]?.cause, 'dns-tampered', 'stated first', { stderr: outcome.stderr });
    t.match(outcome.report.findings[0]?.title, CUSTOM_DNS);
    t.equal(outcome.report.verdict, 'degraded', 'the first server decides');
  });

  await t.test('it holds a zone in the place of a public suffix', async (t) => {
    const records = new Map([[BLOB, { a: subnet.addressOf(BLOB) }]]);
    const zone: Zone = { name: BLOB_ZONE, primary: 'dc01.contoso.local', records };
    await using _ = await named(subnet.azure, folder('shadow'), CUSTOM_DNS, {
      zones: [zone],
      forwarder: AZURE_DNS,
    });
    await both();
    const outcome = await probe();
    t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
    t.strictSame(causes(outcome), ['private-zone-shadows-suffix']);
    t.match(
      findingsOf(outcome, 'private-zone-shadows-suffix')[0]?.explanation,
      `${CUSTOM_DNS} names the primary`,
    );
  });

  await t.test('Azure’s private zone lacks the record that the other one has', async (t) => {
    await subnet.resolve(aliased(subnet, PRIVATE, null));
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, [
      `--server=${AZURE_DNS}`,
      `--address=/${BLOB}/10.2.0.9`,
    ]);
    await both();
    const outcome = await probe();
    t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
    const [finding] = findingsOf(outcome, 'private-zone-missing-record');
    t.match(finding?.remedy[0], `${CUSTOM_DNS} knows ${BLOB} at 10.2.0.9: give ${AZURE_DNS} the same zone`);
    t.equal(targetsOf(outcome, 'storage-blob')[0]?.cause, 'private-zone-missing-record');
  });

  await t.test('it does not see the private zone that Azure does', async (t) => {
    await subnet.resolve(aliased(subnet, PRIVATE, '10.2.0.9'));
    const outside = aliased(subnet, PUBLIC, subnet.addressOf(BLOB));
    await mkdir(folder('outside'));
    await using _ = await unbound(subnet.azure, folder('outside'), outside, [], CUSTOM_DNS);
    await subnet.vm.resolvers(CUSTOM_DNS, AZURE_DNS);
    const outcome = await probe();
    t.equal(outcome.report.verdict, 'degraded', 'the public address works', { stderr: outcome.stderr });
    const [finding] = findingsOf(outcome, 'private-zone-not-linked');
    t.match(finding?.evidence, [`storage-blob/${BLOB}:443`]);
    t.equal(findingsOf(outcome, 'dns-servers-disagree').length, 1, 'and the two disagree');
  });

  await t.test('or the hosts file is, and neither of them', async (t) => {
    await subnet.vm.write('hosts', `127.0.0.1 localhost\n10.1.0.29 ${SQL}\n`);
    const outcome = await probe();
    t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
    t.strictSame(causes(outcome), ['hosts-file-override']);
    t.match(targetsOf(outcome, 'sql')[0], { addressesFrom: 'hosts-file', cause: 'hosts-file-override' });
  });

  await t.test('the VM names none of them', async (t) => {
    await subnet.vm.write('resolv.conf', `nameserver ${AZURE_DNS}\r\n`);
    const outcome = await probe();
    t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
    t.strictSame(causes(outcome), ['dns-not-configured']);
    t.match(findingsOf(outcome, 'dns-not-configured')[0], {
      owner: 'vm',
      title: '/etc/resolv.conf names no DNS server',
      explanation: /:1 is ignored by this system: it ends in a carriage return.*Azure DNS .* answers this VM/,
    });
  });

  await t.test('the VM asks none of them', async (t) => {
    t.teardown(() => subnet.vm.write('nsswitch.conf', 'hosts: files dns\n'));
    await subnet.vm.write('nsswitch.conf', 'hosts: files [NOTFOUND=return] dns\n');
    const outcome = await probe();
    t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
    t.strictSame(causes(outcome), ['dns-not-configured']);
    t.match(findingsOf(outcome, 'dns-not-configured')[0]?.title, /^\/etc\/nsswitch\.conf keeps/);
  });

  await t.test('the VM does not read its hosts file', async (t) => {
    t.teardown(() => subnet.vm.write('nsswitch.conf', 'hosts: files dns\n'));
    await subnet.vm.write('nsswitch.conf', 'hosts: dns\n');
    await subnet.vm.write('hosts', `10.1.0.29 ${SQL}\n`);
    const outcome = await probe();
    t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
    t.match(targetsOf(outcome, 'sql')[0], { status: 'reachable', addressesFrom: AZURE_DNS });
  });
});
