import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CUSTOM_DNS, PUBLIC_RANGE } from './azure.ts';
import { blockedBy, findingsOf, targetsOf } from './judge.ts';
import { AZURE_DNS, dnsmasq, PRIVATE, withRecord, type Zone } from './names.ts';
import { ARGUMENTS, ONE_ATTEMPT, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';
import { nginx } from './web.ts';

const BLOB = `${NAMES.storage}.blob.core.windows.net`;
const PRIVATE_BLOB = `${NAMES.storage}.privatelink.blob.core.windows.net`;
/** In a peered network. */
const PRIVATE_ENDPOINT = '10.2.0.9';
const SQL = `${NAMES.sql}.database.windows.net`;
/** Where something is silent: the same in less time. What the default time-outs come to, outbound.test.ts shows. */
const IMPATIENT = [...ARGUMENTS, '--timeout', '1500'];

await scene('names and those who are asked for them', ['dnsmasq'], async (t, subnet) => {
  await t.test('a DNS server that is down', async (t) => {
    await t.test('whose packets are dropped', async (t) => {
      await using _ = await subnet.fault(`ip daddr ${AZURE_DNS} drop`);
      const outcome = await subnet.vm.probe(IMPATIENT);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.equal(outcome.report.verdict, 'blocked', 'verdict');
      t.equal(outcome.report.findings[0]?.cause, 'dns-server-down', 'stated first');
      t.equal(findingsOf(outcome, 'dns-server-down').length, 1, 'and once');
      t.match(targetsOf(outcome, 'sql')[0], { failure: 'dns_timeout', cause: 'dns-server-down' });
      t.match(targetsOf(outcome, 'dns')[0], { status: 'unreachable', cause: 'dns-server-down' });
      t.ok(outcome.report.durationMs < 60_000, 'within the deadline');
    });

    await t.test('on a host that is up', async (t) => {
      // A kernel rations its ICMP replies, and without one the query times out.
      await subnet.azure.run('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0');
      await subnet.silenceDns();
      const outcome = await subnet.vm.probe(QUICK);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.equal(outcome.report.verdict, 'blocked', 'verdict');
      t.equal(outcome.report.findings[0]?.cause, 'dns-server-down', 'stated first');
      t.equal(findingsOf(outcome, 'dns-server-down').length, 1, 'and once');
      t.equal(targetsOf(outcome, 'sql')[0]?.cause, 'dns-server-down');
      const refused = outcome.report.targets.filter(({ failure }) => failure === 'dns_unreachable');
      t.ok(refused.length > 0, 'the port is known to be closed');
      await subnet.resolve(subnet.zones);
    });

    await t.test('while a second one works', async (t) => {
      await subnet.vm.resolvers(CUSTOM_DNS, AZURE_DNS);
      await using _ = await subnet.fault(`ip daddr ${CUSTOM_DNS} drop`);
      const outcome = await subnet.vm.probe(IMPATIENT);
      t.equal(outcome.report.verdict, 'degraded', 'one that works is enough', { stderr: outcome.stderr });
      t.equal(outcome.code, 0, 'exit code 0');
      const [finding, ...others] = findingsOf(outcome, 'dns-server-down');
      t.match(finding, { severity: 'warning', explanation: 'Every look-up starts there and waits 5 s' });
      t.strictSame(finding?.evidence, [`dns/${CUSTOM_DNS}:53`], 'only the dead server is named');
      t.strictSame(others, [], 'once');
      const missed = outcome.report.targets.filter(({ status }) => status === 'unreachable');
      t.strictSame(
        missed.map(({ id }) => id),
        [`dns/${CUSTOM_DNS}:53`],
        'the names resolve all the same',
      );
      await subnet.vm.resolvers(AZURE_DNS);
    });
  });

  await t.test('names', async (t) => {
    t.afterEach(() => subnet.resolve(subnet.zones));

    await t.test('one that does not exist', async (t) => {
      await subnet.resolve(withRecord(subnet.zones, SQL, null));
      const outcome = await subnet.vm.probe(QUICK);
      blockedBy(t, outcome, { cause: 'name-does-not-exist', groups: ['sql'], failures: ['dns_nxdomain'] });
    });

    await t.test('one that a private zone claims without having it', async (t) => {
      const zone = { name: 'privatelink.blob.core.windows.net', primary: PRIVATE, records: new Map() };
      await subnet.resolve([...withRecord(subnet.zones, BLOB, { cname: PRIVATE_BLOB }), zone]);
      const outcome = await subnet.vm.probe(QUICK);
      blockedBy(t, outcome, {
        cause: 'private-zone-missing-record',
        groups: ['storage-blob'],
        failures: ['dns_nxdomain'],
      });
    });

    await t.test('one whose private zone is not linked to this network', async (t) => {
      const zone: Zone = {
        name: 'privatelink.blob.core.windows.net',
        primary: 'ns1-201.azure-dns.com',
        records: new Map([[PRIVATE_BLOB, { a: subnet.addressOf(BLOB) }]]),
      };
      await subnet.resolve([...withRecord(subnet.zones, BLOB, { cname: PRIVATE_BLOB }), zone]);
      const outcome = await subnet.vm.probe(QUICK);
      t.equal(outcome.code, 0, 'exit code 0, as the public address answers', { stderr: outcome.stderr });
      const [finding] = findingsOf(outcome, 'private-zone-not-linked');
      t.strictSame(
        finding?.evidence,
        targetsOf(outcome, 'storage-blob').map(({ id }) => id),
      );
    });

    await t.test('one whose private zone is not linked, and whose public side refuses', async (t) => {
      const zone: Zone = {
        name: 'privatelink.blob.core.windows.net',
        primary: 'ns1-201.azure-dns.com',
        records: new Map([[PRIVATE_BLOB, { a: subnet.addressOf(BLOB) }]]),
      };
      await subnet.resolve([...withRecord(subnet.zones, BLOB, { cname: PRIVATE_BLOB }), zone]);
      const folder = join(subnet.folder, 'denying');
      await mkdir(folder);
      const content =
        'add_header x-ms-request-id 6a1b2c3d-701e-0001-0001-000000000000 always; ' +
        'add_header x-ms-error-code AuthorizationFailure always; ' +
        'location / { return 403 "<Error><Code>AuthorizationFailure</Code><Message>This request is not authorized to perform this operation.</Message></Error>"; }';
      const certificate = await subnet.authority.issue([BLOB]);
      const address = '20.33.250.3';
      await using _ = await nginx(subnet.azure, folder, [
        { kind: 'https', host: BLOB, address, port: 443, certificate, content },
      ]);
      await using __ = await subnet.divert(`ip daddr ${subnet.addressOf(BLOB)} dnat ip to ${address}`);
      const outcome = await subnet.vm.probe(QUICK);
      t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
      t.match(outcome.report.findings, [
        {
          cause: 'private-zone-not-linked',
          severity: 'warning',
          explanation: 'The public address answers and refuses this subnet',
        },
      ]);
      t.equal(outcome.report.findings.length, 1, 'one finding');
    });

    await t.test('one that leads to a private endpoint', async (t) => {
      const zone: Zone = {
        name: 'privatelink.blob.core.windows.net',
        primary: PRIVATE,
        records: new Map([[PRIVATE_BLOB, { a: PRIVATE_ENDPOINT }]]),
      };
      await subnet.resolve([...withRecord(subnet.zones, BLOB, { cname: PRIVATE_BLOB }), zone]);
      await using _ = await subnet.divert(
        `ip daddr ${PRIVATE_ENDPOINT} dnat ip to ${subnet.addressOf(BLOB)}`,
      );
      const healthy = await subnet.vm.probe(QUICK);
      t.equal(healthy.report.verdict, 'ready', 'is as good as any', { stderr: healthy.stderr });
      t.equal(targetsOf(healthy, 'storage-blob')[0]?.addresses[0]?.scope, 'private', 'and known as private');

      await using __ = await subnet.fault(
        `iifname "eth0" ip daddr ${PUBLIC_RANGE} ct original ip daddr ${PUBLIC_RANGE} drop`,
      );
      const alone = await subnet.vm.probe(IMPATIENT);
      t.equal(targetsOf(alone, 'storage-blob')[0]?.status, 'reachable', 'and does without a path outside');
      t.equal(alone.report.findings[0]?.cause, 'no-outbound-path', 'which is missing', {
        stderr: alone.stderr,
      });
      t.notOk(
        findingsOf(alone, 'no-outbound-path')[0]?.evidence.some((id) => id.startsWith('storage-blob/')),
      );
    });

    await t.test('one that only the hosts file knows', async (t) => {
      await subnet.resolve(withRecord(subnet.zones, SQL, null));
      await subnet.vm.write('hosts', `127.0.0.1 localhost\n${subnet.addressOf(SQL)} ${SQL}\n`);
      const outcome = await subnet.vm.probe(QUICK);
      await subnet.vm.write('hosts', '127.0.0.1 localhost\n');
      t.equal(targetsOf(outcome, 'sql')[0]?.status, 'reachable', 'is dialled', { stderr: outcome.stderr });
      const { overrides } = outcome.report.environment.dns.hostsFile;
      t.strictSame(
        overrides,
        [{ host: SQL, addresses: [subnet.addressOf(SQL)] }],
        'and the report has the reason',
      );
    });

    await t.test('one whose answer does not fit into a datagram', async (t) => {
      const label = 'a'.repeat(60);
      const alias = (index: number) => `${index}.${label}.${label}.${label}-${index}.example`;
      const chain = Array.from(
        { length: 8 },
        (_, index): [string, Zone['records'] extends ReadonlyMap<string, infer A> ? A : never] => [
          alias(index),
          index === 7 ? { a: subnet.addressOf(BLOB) } : { cname: alias(index + 1) },
        ],
      );
      const zone: Zone = { name: 'example', primary: 'ns1-201.azure-dns.com', records: new Map(chain) };
      await subnet.resolve([...withRecord(subnet.zones, BLOB, { cname: alias(0) }), zone]);
      const outcome = await subnet.vm.probe(QUICK);
      const [blob] = targetsOf(outcome, 'storage-blob');
      t.equal(blob?.status, 'reachable', 'is asked again over TCP', { stderr: outcome.stderr });
      t.ok(
        blob?.resolutions.every(({ truncated }) => truncated),
        'and the report states it',
      );
      t.equal(blob?.addresses[0]?.via.length, 8, 'with every alias');
    });
  });

  await t.test("a customer's own DNS server", async (t) => {
    await t.test('that refuses everything, in a run without names', async (t) => {
      await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, []);
      const args = ['--only', 'dns', '--timeout', '1500'];
      await subnet.vm.resolvers(CUSTOM_DNS, AZURE_DNS);
      const beside = await subnet.vm.probe(args);
      t.equal(beside.report.verdict, 'degraded', 'beside one that works', { stderr: beside.stderr });
      t.match(findingsOf(beside, 'dns-forwarding-broken'), [
        { severity: 'warning', explanation: 'is turned away at once' },
      ]);
      await subnet.vm.resolvers(CUSTOM_DNS);
      const alone = await subnet.vm.probe(args);
      t.equal(alone.report.verdict, 'blocked', 'alone', { stderr: alone.stderr });
      t.strictSame(findingsOf(alone, 'dns-forwarding-broken')[0]?.evidence, [`dns/${CUSTOM_DNS}:53`]);
    });

    await t.test('that forwards to no server', async (t) => {
      await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, []);
      await subnet.vm.resolvers(CUSTOM_DNS);
      const outcome = await subnet.vm.probe(QUICK);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.equal(outcome.report.findings[0]?.cause, 'dns-forwarding-broken', 'stated first');
      t.equal(findingsOf(outcome, 'dns-forwarding-broken').length, 1, 'and once');
      t.match(targetsOf(outcome, 'sql')[0], { failure: 'dns_refused', cause: 'dns-forwarding-broken' });
    });

    await t.test('that forwards to Azure', async (t) => {
      await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, [`--server=${AZURE_DNS}`]);
      await subnet.vm.resolvers(CUSTOM_DNS);
      const outcome = await subnet.vm.probe(QUICK);
      t.equal(outcome.code, 0, 'exit code 0', { stderr: outcome.stderr });
      t.equal(outcome.report.verdict, 'ready', 'verdict');
    });

    await t.test('that knows a private address where Azure knows a public one', async (t) => {
      // --local: else it forwards the question for AAAA, and once it has the alias of that reply it gives Azure's address.
      const answers = [`--server=${AZURE_DNS}`, `--address=/${BLOB}/10.1.0.9`, `--local=/${BLOB}/`];
      await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, answers);
      await subnet.vm.resolvers(AZURE_DNS, CUSTOM_DNS);
      const outcome = await subnet.vm.probe(QUICK);
      const [finding] = findingsOf(outcome, 'dns-servers-disagree');
      t.strictSame(
        finding?.evidence,
        targetsOf(outcome, 'storage-blob').map(({ id }) => id),
        'finding',
        {
          stderr: outcome.stderr,
        },
      );
    });

    await t.test('that invents answers', async (t) => {
      await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, ['--address=/#/20.33.0.1']);
      await subnet.vm.resolvers(CUSTOM_DNS);
      const outcome = await subnet.vm.probe(ONE_ATTEMPT);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.equal(outcome.report.findings[0]?.cause, 'dns-tampered', 'stated first');
      const control = outcome.report.controls.find(({ name }) => name === 'dns-random-name');
      t.equal(control?.outcome, 'anomalous', 'the control shows it');
    });
  });
});
