/** Networks in which nothing is wrong, or nothing that matters: the agent must not raise an alarm. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CUSTOM_DNS } from '../../../test/system/azure.ts';
import { named } from '../../../test/system/bind.ts';
import { Authority } from '../../../test/system/certificates.ts';
import { AZURE_DNS, dnsmasq, withRecord, type Zone } from '../../../test/system/names.ts';
import { NAMES, VIP } from '../../../test/system/services.ts';
import { CLIENT_HELLO, EVENT_HUBS, PUBLIC_RANGE, SQL, STORAGE, VAULT } from '../names.ts';
import type { Chapter, Expected } from '../situation.ts';
import type { Stage } from '../stage.ts';
import { instanceHosts, internalZones, zoneFor } from './gateway.ts';

const READY: Expected = { causes: [], explains: 'none', verdict: 'ready' };
/** The public address behind which a NAT gateway or a firewall hides the VM. */
const NAT = '20.40.0.7';
const CUSTOM_DOMAIN = 'api.contoso.example';
const NEIGHBOUR_VIP = '10.1.0.37';
const DELAY = fileURLToPath(new URL('../devices/delay.py', import.meta.url));
const PROXY = 'http://10.1.0.30:3128';

/** Translates the sources of what leaves for public addresses, but for these destinations. */
async function translate(stage: Stage, but: string): Promise<void> {
  const { azure, router } = stage.subnet;
  await azure.run('ip', 'route', 'replace', `${NAT}/32`, 'via', '100.64.0.1');
  stage.use(
    await stage.table(
      router,
      `chain translate {\ntype nat hook postrouting priority srcnat;\noifname "eth1" ${PUBLIC_RANGE} ${but} snat ip to ${NAT};\n}`,
    ),
  );
}

/** Sends packets of both directions through a program that waits. */
async function delay(stage: Stage, ms: number): Promise<void> {
  const { router } = stage.subnet;
  const program = stage.use(router.serve(['/usr/bin/python3', DELAY, 'slow', String(ms)]));
  await program.printed('ready');
  const run = (script: string) => router.run('sh', '-c', script);
  await run(
    'ip link set slow up; for each in all slow; do echo 0 > /proc/sys/net/ipv4/conf/$each/rp_filter; done',
  );
  for (const port of ['eth0', 'eth1']) {
    await run(`ip rule add iif ${port} lookup 100`);
    stage.defer(() => run(`ip rule del iif ${port} lookup 100`));
  }
  await run(`ip route add ${VIP} dev eth0 table 100 2>/dev/null; ip route add default dev slow table 100`);
  stage.defer(() => run('ip route flush table 100'));
}

export const HEALTHY: Chapter = {
  title: 'Healthy networks',
  kind: 'healthy',
  situations: [
    {
      id: 'healthy-private-endpoints',
      what: 'Private endpoints for Storage, SQL, Key Vault and Event Hubs',
      shapes: [
        {
          shape: 'all of them',
          apply: (stage) => stage.privateEndpoint(...STORAGE, SQL, VAULT, EVENT_HUBS),
          expected: READY,
        },
        {
          shape: 'all of them, demanded with --expect-private',
          args: ['storage-blob', 'sql', 'key-vault', 'event-hubs'].flatMap((group) => [
            '--expect-private',
            group,
          ]),
          apply: (stage) => stage.privateEndpoint(...STORAGE, SQL, VAULT, EVENT_HUBS),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-service-endpoints',
      what: 'Service endpoints: the services see the private address, all else the NAT gateway’s',
      shapes: [
        {
          shape: 'Storage, SQL, Key Vault, Event Hubs',
          apply: (stage) => translate(stage, `ip daddr != ${stage.at(...STORAGE, SQL, VAULT, EVENT_HUBS)}`),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-custom-dns',
      what: 'Custom DNS servers that forward well',
      shapes: [
        {
          shape: 'BIND',
          apply: async (stage) => {
            const { azure } = stage.subnet;
            stage.use(await named(azure, await stage.folder(), CUSTOM_DNS, { forwarder: AZURE_DNS }));
            await stage.resolvers(CUSTOM_DNS);
          },
          expected: READY,
        },
        {
          shape: 'dnsmasq',
          apply: (stage) => stage.customDns([`--server=${AZURE_DNS}`]),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-ipv6',
      what: 'Names have IPv6 addresses as well, and IPv6 has no route',
      shapes: [
        {
          shape: 'every host',
          apply: (stage) =>
            stage.resolve(
              stage.zones.map((zone) => ({
                ...zone,
                records: new Map(
                  [...zone.records].map(([host, answer]) => [
                    host,
                    'a' in answer ? { ...answer, aaaa: '2603:1020:201:6::4' } : answer,
                  ]),
                ),
              })),
            ),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-long-path',
      what: 'A path of 300 ms, there and back',
      shapes: [
        { shape: 'everything', timeout: 'default', apply: (stage) => delay(stage, 150), expected: READY },
      ],
    },
    {
      id: 'healthy-private-ca',
      what: 'A custom domain with a certificate of a private authority, which the user handed in',
      shapes: [
        {
          shape: 'the gateway',
          args: ['--hostname', `gateway=${CUSTOM_DOMAIN}`, '--vip', VIP],
          apply: async (stage) => {
            const folder = `${await stage.folder()}/authority`;
            await mkdir(folder);
            const authority = await Authority.create(folder, 'Contoso');
            await stage.subnet.vm.copy(authority.root, 'apim-probe/contoso.pem');
            await stage.write('apim-probe/config.yaml', 'caFile: [/etc/apim-probe/contoso.pem]\n');
            await stage.resolve([...stage.zones, zoneFor(CUSTOM_DOMAIN)]);
            await stage.replaceHttps(
              { [CUSTOM_DOMAIN]: 'location / { return 200; }' },
              await authority.issue([CUSTOM_DOMAIN]),
              VIP,
            );
          },
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-proxy-variables',
      what: 'Proxy variables are set',
      shapes: [
        {
          shape: 'all four',
          circumstances: {
            environment: { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, http_proxy: PROXY, https_proxy: PROXY },
          },
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-systemd-stub',
      what: 'A stub resolver on 127.0.0.53',
      shapes: [
        {
          shape: 'that forwards to Azure',
          apply: async (stage) => {
            stage.use(await dnsmasq(stage.subnet.vm.machine, '127.0.0.53', [`--server=${AZURE_DNS}`]));
            await stage.write(
              'resolv.conf',
              'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch ax.internal.cloudapp.net\n',
            );
          },
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-small-subnet',
      what: 'A /29 for one unit, which fits once this VM is gone',
      shapes: [
        {
          shape: 'one unit',
          args: ['--subnet', '10.1.0.0/29'],
          expected: {
            causes: ['subnet-too-small'],
            explains: 'none',
            verdict: 'ready',
            isInformation: true,
            owner: 'vm',
          },
        },
      ],
    },
    {
      id: 'healthy-small-hello',
      what: 'A device that takes a ClientHello only when it is whole in its first segment',
      shapes: [
        {
          shape: 'it resets the others',
          apply: (stage) => stage.filter(`${CLIENT_HELLO} @ih,24,16 > 1200 reject with tcp reset`),
          expected: {
            causes: ['large-hello-blocked'],
            explains: 'none',
            verdict: 'ready',
            isInformation: true,
          },
        },
        {
          shape: 'it drops the others',
          apply: (stage) => stage.filter(`${CLIENT_HELLO} @ih,24,16 > 1200 drop`),
          expected: {
            causes: ['large-hello-blocked'],
            explains: 'none',
            verdict: 'ready',
            isInformation: true,
          },
        },
      ],
    },
    {
      id: 'healthy-nat-gateway',
      what: 'A NAT gateway',
      shapes: [{ shape: 'everything public', apply: (stage) => translate(stage, ''), expected: READY }],
    },
    {
      id: 'healthy-forced-tunnel',
      what: 'Forced tunnelling that allows everything: another next hop, and packets of 1,400 bytes at most',
      shapes: [
        {
          shape: 'everything public',
          apply: async (stage) => {
            const { azure, router } = stage.subnet;
            await translate(stage, '');
            for (const [machine, name] of [
              [router, 'eth1'],
              [azure, 'eth0'],
            ] as const) {
              await machine.run('ip', 'link', 'set', name, 'mtu', '1400');
              stage.defer(() => machine.run('ip', 'link', 'set', name, 'mtu', '1500'));
            }
          },
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-search-domain',
      what: 'A search domain of the company’s and ndots:3',
      shapes: [
        {
          shape: 'that answers NXDOMAIN',
          apply: (stage) =>
            stage.write(
              'resolv.conf',
              `nameserver ${AZURE_DNS}\nsearch corp.contoso.example contoso.example\noptions ndots:3\n`,
            ),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-second-dns-down',
      what: 'A second DNS server that is down',
      shapes: [
        {
          shape: 'and the first answers',
          apply: async (stage) => {
            await stage.filter(`ip daddr ${CUSTOM_DNS} drop`);
            await stage.resolvers(AZURE_DNS, CUSTOM_DNS);
          },
          expected: {
            causes: ['dns-server-down'],
            explains: { groups: ['dns'], hosts: [CUSTOM_DNS] },
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'healthy-neighbouring-subnet',
      what: 'This VM stands in a subnet beside the instance’s',
      shapes: [
        {
          shape: 'after the deployment',
          args: ['--apim', NAMES.apim, '--vip', NEIGHBOUR_VIP, '--subnet', '10.1.0.32/27'],
          apply: async (stage) => {
            await stage.divert(`ip daddr ${NEIGHBOUR_VIP} dnat ip to ${VIP}`);
            const own: Zone[] = instanceHosts(stage).map((host) => zoneFor(host, NEIGHBOUR_VIP));
            await stage.resolve(internalZones(stage, own));
          },
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-slow-service',
      what: 'A slow service: 1.5 s for each answer',
      shapes: [
        {
          shape: 'SQL and Key Vault',
          timeout: 'default',
          apply: (stage) => stage.relay([SQL, VAULT], { delayMs: 750 }, [443, 1433]),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-instance',
      what: 'An instance in internal mode whose names are private zones of their own',
      shapes: [
        {
          shape: 'after the deployment',
          args: ['--apim', NAMES.apim, '--vip', VIP],
          apply: (stage) =>
            stage.resolve(
              internalZones(
                stage,
                instanceHosts(stage).map((host) => zoneFor(host)),
              ),
            ),
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-few-files',
      what: 'A low limit of open files (ulimit -n 48): the agent has to wait for its own connections',
      shapes: [
        {
          shape: 'on a path that works',
          circumstances: { within: ['prlimit', '--nofile=48'] },
          expected: READY,
        },
      ],
    },
    {
      id: 'healthy-two-addresses',
      what: 'A name with two addresses, both of which answer',
      shapes: [
        {
          shape: 'Key Vault',
          apply: async (stage) => {
            const second = '20.33.253.7';
            const first = stage.subnet.addressOf(VAULT);
            await stage.divert(`ip daddr ${second} dnat ip to ${first}`);
            await stage.resolve(withRecord(stage.zones, VAULT, { a: [first, second] }));
          },
          expected: READY,
        },
      ],
    },
  ],
};
