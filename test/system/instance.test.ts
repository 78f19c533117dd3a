/** The instance's own host names, once it exists: their DNS answers, and whether it serves them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { CUSTOM_DNS, type Subnet } from './azure.ts';
import { named } from './bind.ts';
import { findingsOf, targetsOf } from './judge.ts';
import { AZURE_DNS, PRIVATE, PUBLIC, type Zone } from './names.ts';
import { ARGUMENTS, scene } from './scene.ts';
import { NAMES, VIP } from './services.ts';
import { nginx } from './web.ts';

const ARGS = [...ARGUMENTS, '--apim', NAMES.apim];
/** Nothing that works takes longer here, and the control that must not connect takes as long as it may. */
const QUICK = ['--timeout', '1500'];
const RUN = [...ARGS, '--vip', VIP, ...QUICK];

const SUFFIX = 'azure-api.net';
const GATEWAY = `${NAMES.apim}.${SUFFIX}`;
const PORTAL = `${NAMES.apim}.developer.${SUFFIX}`;
const MANAGEMENT = `${NAMES.apim}.management.${SUFFIX}`;

const isOwn = (host: string): boolean => host.endsWith(SUFFIX);
const hostsOf = (subnet: Subnet): string[] =>
  subnet.zones.flatMap(({ records }) => [...records.keys()]).filter(isOwn);

/** The public zones without the instance, which internal mode keeps out of them, and these beside them. */
const without = (subnet: Subnet, ...own: readonly Zone[]): Zone[] => [
  ...subnet.zones.filter(({ name }) => !isOwn(name)),
  ...(own.some(({ name }) => name === SUFFIX) ? [] : [{ name: SUFFIX, primary: PUBLIC, records: new Map() }]),
  ...own,
];

/** One private zone for a host name, with the address at its apex. */
const zoneFor = (host: string, a: string = VIP): Zone => ({
  name: host,
  primary: PRIVATE,
  records: new Map([[host, { a }]]),
});

const causes = (outcome: Awaited<ReturnType<Subnet['vm']['probe']>>) =>
  outcome.report.findings.map(({ cause }) => cause);

await scene(
  'an instance in internal mode',
  ['named'],
  async (t, subnet) => {
    t.afterEach(async () => {
      await subnet.resolve(subnet.zones);
      await subnet.vm.resolvers(AZURE_DNS);
      await subnet.vm.write('hosts', '127.0.0.1 localhost\n');
    });
    const hosts = hostsOf(subnet);

    await t.test('whose names are private zones of their own', async (t) => {
      await subnet.resolve(without(subnet, ...hosts.map((host) => zoneFor(host))));
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
      t.strictSame(outcome.report.findings, []);
      t.equal(outcome.report.environment.network.vip, VIP);
      const [gateway] = targetsOf(outcome, 'gateway').filter(({ host }) => host === GATEWAY);
      t.match(gateway, { addressesFrom: AZURE_DNS, attempts: [{ addressFrom: 'name', address: VIP }] });
    });

    await t.test('whose names are missing from DNS', async (t) => {
      await subnet.resolve(without(subnet));
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.strictSame(causes(outcome), ['gateway-record-missing'], 'one root cause');
      const [finding] = findingsOf(outcome, 'gateway-record-missing');
      t.match(finding?.explanation, 'it works, and only DNS is missing');
      t.match(finding?.remedy[0], `apim-probe records --apim ${NAMES.apim} --vip ${VIP}`);
      for (const target of [...targetsOf(outcome, 'gateway'), ...targetsOf(outcome, 'control-plane')]) {
        t.match(target, { status: 'unreachable', failure: 'dns_nxdomain', cause: 'gateway-record-missing' });
        t.match(target.attempts, [{ addressFrom: 'vip', address: VIP, ok: true }], target.id);
      }
    });

    await t.test('whose zone covers the whole suffix', async (t) => {
      const records = new Map(hosts.map((host) => [host, { a: VIP }] as const));
      await subnet.resolve(without(subnet, { name: SUFFIX, primary: PRIVATE, records }));
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
      t.strictSame(causes(outcome), ['azure-api-net-zone-shadowed']);
    });

    await t.test('that one DNS server of two has wrong in three ways, under a zone of its own', async (t) => {
      await subnet.resolve(without(subnet, ...hosts.map((host) => zoneFor(host))));
      const stale = { a: '10.1.0.29' };
      const records = new Map([
        [GATEWAY, { a: subnet.addressOf(`${NAMES.keyVault}.vault.azure.net`) }],
        [MANAGEMENT, stale],
      ]);
      const zone: Zone = { name: SUFFIX, primary: 'dc01.contoso.local', records };
      const folder = join(subnet.folder, 'bind');
      await using _ = await named(subnet.azure, folder, CUSTOM_DNS, { zones: [zone], forwarder: AZURE_DNS });
      await subnet.vm.resolvers(AZURE_DNS, CUSTOM_DNS);
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.report.verdict, 'degraded', 'as the first server decides', { stderr: outcome.stderr });
      t.strictSame(
        new Set(causes(outcome)),
        new Set([
          'gateway-record-missing',
          'gateway-record-public',
          'gateway-record-wrong',
          'azure-api-net-zone-shadowed',
          'dns-servers-disagree',
        ]),
      );
      for (const cause of [
        'gateway-record-missing',
        'gateway-record-public',
        'gateway-record-wrong',
      ] as const) {
        const [finding, ...more] = findingsOf(outcome, cause);
        t.strictSame(more, [], 'once');
        t.match(finding, { severity: 'warning', title: `according to ${CUSTOM_DNS}` });
      }
      t.ok(findingsOf(outcome, 'gateway-record-missing')[0]?.evidence.includes(`gateway/${PORTAL}:443`));
      t.match(findingsOf(outcome, 'azure-api-net-zone-shadowed')[0]?.explanation, 'holds the zone itself');
    });

    await t.test('that is not configured for its names', async (t) => {
      const folder = join(subnet.folder, 'refusing');
      await mkdir(folder);
      const address = '20.33.250.1';
      const file = join(folder, 'nginx.conf');
      const server = `server { listen ${address}:443 ssl; ssl_reject_handshake on; }`;
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${join(folder, name)};`,
      );
      const events = 'events { worker_connections 64; }';
      await writeFile(
        file,
        `user root; daemon off; pid ${folder}/pid; error_log stderr crit; ${events} http { access_log off; ${paths.join(' ')} ${server} }\n`,
      );
      await using refusing = subnet.azure.serve(['nginx', '-p', folder, '-c', file]);
      await refusing.until(async () => (await subnet.azure.listening()).has(`${address}:443`));
      await using _ = await subnet.divert(`ip daddr ${VIP} tcp dport 443 dnat ip to ${address}`);
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.code, 1, 'exit code 1', { stderr: outcome.stderr });
      t.strictSame(causes(outcome), ['gateway-not-serving']);
      const [finding] = findingsOf(outcome, 'gateway-not-serving');
      t.match(finding?.explanation, `${MANAGEMENT}:3443 is served at the same address`);
      const [gateway] = targetsOf(outcome, 'gateway').filter(({ host }) => host === GATEWAY);
      t.match(gateway, { failure: 'tls_alert', cause: 'gateway-not-serving' });
    });

    await t.test('that is silent in the subnet of this VM', async (t) => {
      {
        await using _ = await subnet.fault(`ip daddr ${VIP} drop`);
        const outcome = await subnet.vm.probe(RUN);
        t.equal(outcome.report.verdict, 'blocked', 'verdict', { stderr: outcome.stderr });
        t.strictSame(causes(outcome), ['gateway-not-serving']);
        const [finding] = findingsOf(outcome, 'gateway-not-serving');
        t.match(finding?.remedy.join(' '), 'TCP 6390 from service tag AzureLoadBalancer');
        t.notMatch(finding?.remedy.join(' '), /peering|VPN|on the way/);
      }
      await using _ = await subnet.fault(`ip daddr ${VIP} tcp dport 3443 drop`);
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.report.verdict, 'degraded', 'on 3443 alone', { stderr: outcome.stderr });
      t.match(findingsOf(outcome, 'gateway-not-serving'), [
        { severity: 'warning', explanation: 'this VM is not that source' },
      ]);
      t.equal(outcome.report.findings.length, 1, 'once');
    });

    await t.test('that only the hosts file of this VM knows', async (t) => {
      await subnet.resolve(without(subnet));
      await subnet.vm.write('hosts', `127.0.0.1 localhost\n${VIP} ${hosts.join(' ')}\n`);
      const outcome = await subnet.vm.probe(RUN);
      t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
      t.strictSame(causes(outcome), ['gateway-record-missing', 'hosts-file-override']);
      t.match(
        findingsOf(outcome, 'hosts-file-override')[0],
        { severity: 'info' },
        'the documented way to try it',
      );
      t.match(findingsOf(outcome, 'gateway-record-missing')[0], { severity: 'warning' }, 'and DNS is judged');
    });

    await custom(t, subnet);
  },
  { args: ARGS },
);

/** Custom domains stand in the place of the default names, and so do their certificates. */
async function custom(t: Test, subnet: Subnet): Promise<void> {
  await t.test('with a custom domain whose certificate ends soon', async (t) => {
    const host = 'api.contoso.example';
    const address = '20.33.250.2';
    const folder = join(subnet.folder, 'custom');
    await mkdir(folder);
    const certificate = await subnet.authority.issue([host], 12);
    const content = 'location / { return 200; }';
    await using _ = await nginx(subnet.azure, folder, [
      { kind: 'https', host, address, port: 443, certificate, content },
    ]);
    await using __ = await subnet.divert(`ip daddr ${VIP} tcp dport 443 dnat ip to ${address}`);
    await subnet.resolve([...subnet.zones, zoneFor(host)]);
    const args = [...ARGUMENTS, '--hostname', `gateway=${host}`, '--vip', VIP, '--only', 'gateway', ...QUICK];
    const outcome = await subnet.vm.probe(args);
    t.match(
      targetsOf(outcome, 'gateway').filter(({ status }) => status !== 'untested'),
      [{ id: `gateway/${host}:443`, status: /^reachable$/ }],
      'is reached',
      { stderr: outcome.stderr },
    );
    t.match(findingsOf(outcome, 'wrong-certificate'), [
      { severity: 'warning', title: `The certificate of ${host} expires in 11 days` },
    ]);
  });

  await t.test('with a custom domain that is not in the certificate', async (t) => {
    const host = 'other.contoso.example';
    await subnet.resolve([...subnet.zones, zoneFor(host)]);
    const args = [...ARGUMENTS, '--hostname', `gateway=${host}`, '--vip', VIP, '--only', 'gateway', ...QUICK];
    const outcome = await subnet.vm.probe(args);
    const [gateway] = targetsOf(outcome, 'gateway').filter((target) => target.host === host);
    t.match(gateway, { failure: 'tls_name_mismatch', cause: 'wrong-certificate' });
    t.match(findingsOf(outcome, 'wrong-certificate'), [
      { title: `The instance has no certificate for ${host}`, explanation: 'the default certificate' },
    ]);
  });
}
