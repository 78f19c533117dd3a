/** Faults of the DNS servers. */
import { fileURLToPath } from 'node:url';
import { CUSTOM_DNS } from '../../../test/system/azure.ts';
import { named } from '../../../test/system/bind.ts';
import { AZURE_DNS, dnsmasq, withRecord, type Zone } from '../../../test/system/names.ts';
import { BLOB, BY_NAME, EVENT_HUBS, REFUSING, SILENT, SQL, STORAGE, VAULT } from '../names.ts';
import type { Chapter } from '../situation.ts';
import type { Stage } from '../stage.ts';

const SLOW_RELAY = fileURLToPath(new URL('../../../test/system/slow-relay.ts', import.meta.url));
/** Two backends behind one address of a load-balanced DNS server. */
const BACKENDS = ['20.33.252.1', '20.33.252.2'] as const;
/** No other situation asks this address, so the router knows no flow to it that passes by the backends. */
const POOL = '10.2.0.5';
const HOSTS = [...STORAGE, SQL, VAULT, EVENT_HUBS] as const;
const CUSTOM_TARGET = [{ groups: ['dns'], hosts: [CUSTOM_DNS] }] as const;
const FORWARD = `--server=${AZURE_DNS}`;

/** BIND on the customer's address, forwarding to this server. */
async function forwarding(stage: Stage, forwarder: string, ...servers: readonly string[]): Promise<void> {
  stage.use(await named(stage.subnet.azure, await stage.folder(), CUSTOM_DNS, { forwarder }));
  await stage.resolvers(...(servers.length === 0 ? [CUSTOM_DNS] : servers));
}

const without = (zones: readonly Zone[], hosts: readonly string[]): readonly Zone[] =>
  hosts.reduce((rest, host) => withRecord(rest, host, null), zones);

/** One DNS address with two backends, of which the source port chooses one for each query; the second has these zones. */
async function poolWith(stage: Stage, zones: readonly Zone[]): Promise<void> {
  const [first, second] = BACKENDS;
  await stage.dnsServer(first, stage.zones);
  await stage.dnsServer(second, zones);
  await stage.divert(
    `ip daddr ${POOL} udp dport 53 dnat ip to jhash udp sport mod 2 map { 0 : ${first}, 1 : ${second} }`,
  );
  await stage.divert(`ip daddr ${POOL} tcp dport 53 dnat ip to ${first}`);
  await stage.resolvers(POOL);
}

async function slow(stage: Stage, ms: number, ...servers: readonly string[]): Promise<void> {
  const { azure } = stage.subnet;
  const relay = stage.use(azure.serve([process.execPath, SLOW_RELAY, CUSTOM_DNS, AZURE_DNS, String(ms)]));
  await relay.until(async () => (await azure.listening()).has(`${CUSTOM_DNS}:53`));
  await stage.resolvers(...servers);
}

export const DNS_SERVERS: Chapter = {
  title: 'DNS servers',
  kind: 'fault',
  situations: [
    {
      id: 'dns-server-silent',
      what: 'Queries to a configured DNS server are dropped',
      shapes: [
        {
          shape: 'the only server',
          apply: (stage) => stage.filter(`ip daddr ${AZURE_DNS} drop`),
          expected: { causes: ['dns-server-down'], explains: 'all', verdict: 'blocked' },
        },
        {
          shape: 'the second of two',
          apply: async (stage) => {
            await stage.filter(`ip daddr ${CUSTOM_DNS} drop`);
            await stage.resolvers(AZURE_DNS, CUSTOM_DNS);
          },
          expected: { causes: ['dns-server-down'], explains: CUSTOM_TARGET, verdict: 'degraded' },
        },
        {
          shape: 'the first of two',
          timeout: 'default',
          apply: async (stage) => {
            await stage.filter(`ip daddr ${CUSTOM_DNS} drop`);
            await stage.resolvers(CUSTOM_DNS, AZURE_DNS);
          },
          expected: { causes: ['dns-server-down'], explains: CUSTOM_TARGET, verdict: 'degraded' },
        },
        {
          shape: 'both',
          apply: async (stage) => {
            await stage.filter(`ip daddr { ${AZURE_DNS}, ${CUSTOM_DNS} } drop`);
            await stage.resolvers(AZURE_DNS, CUSTOM_DNS);
          },
          expected: { causes: ['dns-server-down'], explains: 'all', verdict: 'blocked' },
        },
      ],
    },
    {
      id: 'dns-server-closed',
      what: 'The host of a DNS server is up and nothing listens on port 53',
      shapes: [
        {
          shape: 'the only server',
          apply: (stage) => stage.resolvers(CUSTOM_DNS),
          expected: { causes: ['dns-server-down'], explains: 'all', verdict: 'blocked' },
        },
        {
          shape: 'the second of two',
          apply: (stage) => stage.resolvers(AZURE_DNS, CUSTOM_DNS),
          expected: { causes: ['dns-server-down'], explains: CUSTOM_TARGET, verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'dns-refused',
      what: 'A DNS server refuses every question (REFUSED)',
      shapes: [
        {
          shape: 'the only server',
          apply: (stage) => stage.customDns([]),
          expected: { causes: ['dns-forwarding-broken'], explains: BY_NAME, verdict: 'blocked' },
        },
        {
          shape: 'the second of two',
          apply: (stage) => stage.customDns([], AZURE_DNS, CUSTOM_DNS),
          expected: { causes: ['dns-forwarding-broken'], explains: 'some', verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'dns-servfail',
      what: 'The forwarder of a DNS server does not answer it (SERVFAIL)',
      shapes: [
        {
          shape: 'the only server',
          apply: (stage) => forwarding(stage, '127.0.0.9'),
          expected: { causes: ['dns-forwarding-broken'], explains: BY_NAME, verdict: 'blocked' },
        },
        {
          shape: 'the second of two',
          apply: (stage) => forwarding(stage, '127.0.0.9', AZURE_DNS, CUSTOM_DNS),
          expected: { causes: ['dns-forwarding-broken'], explains: 'some', verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'dns-one-suffix',
      what: 'A conditional forwarder for database.windows.net leads to a server that refuses',
      shapes: [
        {
          shape: 'the only server',
          apply: async (stage) => {
            const refusing = '20.33.252.9';
            stage.use(await dnsmasq(stage.subnet.azure, refusing, []));
            await stage.customDns([FORWARD, `--server=/database.windows.net/${refusing}`]);
          },
          expected: {
            causes: ['dns-forwarding-broken'],
            explains: { groups: ['sql'] },
            verdict: 'blocked',
            text: /database\.windows\.net/,
          },
        },
      ],
    },
    {
      id: 'dns-slow',
      what: 'A DNS server takes 1.2 s for each answer',
      shapes: [
        {
          shape: 'the first of two',
          timeout: 4000,
          apply: (stage) => slow(stage, 1200, CUSTOM_DNS, AZURE_DNS),
          expected: {
            causes: ['dns-server-slow'],
            also: ['dns-tcp-blocked'],
            explains: 'none',
            verdict: 'degraded',
          },
        },
        {
          shape: 'the only server',
          timeout: 'default',
          apply: (stage) => slow(stage, 1200, CUSTOM_DNS),
          expected: {
            causes: ['dns-server-slow'],
            also: ['dns-tcp-blocked'],
            explains: 'none',
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'dns-tcp',
      what: 'DNS over TCP does not get through, over UDP it does',
      shapes: [
        {
          shape: 'dropped',
          apply: (stage) => stage.filter('tcp dport 53 drop'),
          expected: { causes: ['dns-tcp-blocked'], explains: 'none', verdict: 'degraded' },
        },
        {
          shape: 'rejected',
          apply: (stage) => stage.filter('tcp dport 53 reject with tcp reset'),
          expected: { causes: ['dns-tcp-blocked'], explains: 'none', verdict: 'degraded' },
        },
      ],
    },
    {
      id: 'dns-tampered',
      what: 'A DNS server answers every name with an address of its own',
      shapes: [
        {
          shape: 'the only server',
          apply: (stage) => stage.customDns(['--address=/#/20.33.0.1']),
          expected: { causes: ['dns-tampered'], explains: 'some', verdict: 'blocked' },
        },
        {
          shape: 'the second of two',
          apply: (stage) => stage.customDns(['--address=/#/20.33.0.1'], AZURE_DNS, CUSTOM_DNS),
          expected: {
            causes: ['dns-tampered'],
            also: ['dns-servers-disagree', 'dns-search-domain'],
            explains: 'none',
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'dns-impossible-address',
      what: 'A DNS filter answers a name with an address that cannot be the service’s',
      shapes: [
        ...(['0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.1'] as const).map((address) => ({
          shape: `${address} for Key Vault`,
          apply: (stage: Stage) => stage.customDns([FORWARD, `--address=/${VAULT}/${address}`]),
          expected: {
            causes: ['dns-tampered'],
            explains: { groups: ['key-vault'] as const },
            verdict: 'blocked' as const,
          },
        })),
        {
          shape: '0.0.0.0 for the whole of windows.net',
          apply: (stage) => stage.customDns([FORWARD, '--address=/windows.net/0.0.0.0']),
          expected: { causes: ['dns-tampered'], explains: 'some', verdict: 'blocked' },
        },
      ],
    },
    {
      id: 'dns-servers-disagree',
      what: 'One DNS server knows a private address that is silent, the other the public one',
      shapes: [
        {
          shape: 'the first is wrong',
          apply: (stage) => stage.customDns([FORWARD, `--address=/${BLOB}/10.2.0.77`], CUSTOM_DNS, AZURE_DNS),
          expected: {
            causes: ['dns-servers-disagree'],
            explains: { groups: ['storage-blob'] },
            verdict: 'blocked',
          },
        },
        {
          shape: 'the second is wrong',
          apply: (stage) => stage.customDns([FORWARD, `--address=/${BLOB}/10.2.0.77`], AZURE_DNS, CUSTOM_DNS),
          expected: {
            causes: ['dns-servers-disagree'],
            explains: { groups: ['storage-blob'] },
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'dns-stale-record',
      what: 'The only configured server holds an old address; Azure DNS has the right one',
      shapes: [
        {
          shape: 'an address that is silent',
          apply: (stage) => stage.customDns([FORWARD, `--address=/${SQL}/${SILENT}`]),
          expected: {
            causes: ['dns-servers-disagree'],
            explains: { groups: ['sql'] },
            verdict: 'blocked',
          },
        },
        {
          shape: 'an address that refuses',
          apply: (stage) => stage.customDns([FORWARD, `--address=/${VAULT}/${REFUSING}`]),
          expected: {
            causes: ['dns-servers-disagree'],
            explains: { groups: ['key-vault'] },
            verdict: 'blocked',
          },
        },
      ],
    },
    {
      id: 'dns-record-here-not-there',
      what: 'The second DNS server does not know the storage account',
      shapes: [
        {
          shape: 'NXDOMAIN from the second',
          apply: async (stage) => {
            await stage.dnsServer(CUSTOM_DNS, withRecord(stage.zones, BLOB, null));
            await stage.resolvers(AZURE_DNS, CUSTOM_DNS);
          },
          expected: {
            causes: ['dns-servers-disagree'],
            explains: { groups: ['storage-blob'] },
            verdict: 'degraded',
          },
        },
        {
          shape: 'NXDOMAIN from the first',
          apply: async (stage) => {
            await stage.dnsServer(CUSTOM_DNS, withRecord(stage.zones, BLOB, null));
            await stage.resolvers(CUSTOM_DNS, AZURE_DNS);
          },
          expected: {
            causes: ['dns-servers-disagree'],
            explains: { groups: ['storage-blob'] },
            verdict: 'blocked',
          },
        },
      ],
    },
    {
      id: 'dns-answers-change',
      what: 'Two backends behind one DNS address hold different data',
      shapes: [
        {
          shape: 'one of them lacks names',
          apply: (stage) => poolWith(stage, without(stage.zones, HOSTS)),
          expected: {
            causes: ['dns-answers-change'],
            explains: 'some',
            verdict: ['degraded', 'blocked'],
          },
        },
      ],
    },
    {
      id: 'dns-search-domain',
      what: 'A wildcard record in the search domain answers names that do not exist',
      shapes: [
        {
          shape: 'the only server',
          apply: (stage) => stage.customDns([FORWARD, '--address=/ax.internal.cloudapp.net/10.9.9.9']),
          expected: { causes: ['dns-search-domain'], explains: 'none', verdict: 'degraded' },
        },
      ],
    },
  ],
};
