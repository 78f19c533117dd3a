/** Faults on the way: dropped, rejected, lost. */
import {
  BLOB,
  BY_NAME,
  DIALLED_PUBLIC,
  EVENT_HUBS,
  KMS_HOSTS,
  MONITOR,
  NEIGHBOUR,
  NEIGHBOUR_HOSTS,
  OLD_REDIS,
  PUBLIC_RANGE,
  REDIS,
  SQL,
  STORAGE,
  VAULT,
} from '../names.ts';
import type { Chapter, Expected, Shape } from '../situation.ts';
import type { Stage } from '../stage.ts';

/** Where the network keeps the first eight hosts: Storage, SQL, Key Vault, Event Hubs and one of Azure Monitor's. */
const PREFIX = '20.33.0.0/24';
const IN_PREFIX = { addresses: Array.from({ length: 8 }, (_, index) => `20.33.0.${index + 1}`) };
const RELAY_PORTS = [25, 587, 25_028] as const;

const dropped = (explains: Expected['explains'], more: Partial<Expected> = {}): Expected => ({
  causes: ['outbound-dropped'],
  explains,
  verdict: 'blocked',
  owner: 'network',
  ...more,
});

/** The same rejection for one service, and for everything public. */
const rejections = (manner: string): Shape[] => [
  {
    shape: 'Key Vault',
    apply: (stage) => stage.filter(`ip daddr ${stage.at(VAULT)} meta l4proto tcp reject with ${manner}`),
    expected: { causes: ['outbound-rejected'], explains: { groups: ['key-vault'] }, verdict: 'blocked' },
  },
  {
    shape: 'everything public',
    apply: (stage) => stage.filter(`${PUBLIC_RANGE} meta l4proto tcp reject with ${manner}`),
    expected: { causes: ['outbound-rejected'], explains: BY_NAME, verdict: 'blocked' },
  },
];

/** Drops every connection that its ports and addresses select by chance, with all its repeated requests. */
const losingFlows = (percent: number): Shape => ({
  shape: `${percent} % of the connections`,
  timeout: 'default',
  apply: (stage: Stage) =>
    stage.filter(
      `${PUBLIC_RANGE} meta l4proto tcp jhash ip saddr . tcp sport . ip daddr mod 100 < ${percent} drop`,
    ),
  expected: { causes: ['intermittent-loss'], explains: 'some', verdict: ['degraded', 'blocked'] },
});

export const PATH: Chapter = {
  title: 'The path',
  kind: 'fault',
  situations: [
    {
      id: 'drop-service',
      what: 'A rule drops the connections to one service',
      shapes: [
        {
          shape: 'SQL, port 1433',
          timeout: 'default',
          apply: (stage) => stage.filter('tcp dport 1433 drop'),
          expected: dropped({ groups: ['sql'] }, { text: /1433/ }),
        },
        {
          shape: 'Key Vault',
          apply: (stage) => stage.filter(`ip daddr ${stage.at(VAULT)} drop`),
          expected: dropped({ groups: ['key-vault'] }, { text: /AzureKeyVault/ }),
        },
        {
          shape: 'the whole of Storage',
          apply: (stage) => stage.filter(`ip daddr ${stage.at(...STORAGE)} drop`),
          expected: dropped({ hosts: STORAGE }, { text: /Storage/ }),
        },
        {
          shape: 'Azure Monitor, one required host',
          apply: (stage) => stage.filter(`ip daddr ${stage.at(MONITOR)} drop`),
          expected: dropped({ hosts: [MONITOR] }),
        },
        {
          shape: 'Event Hubs, all three ports',
          apply: (stage) => stage.filter(`ip daddr ${stage.at(EVENT_HUBS)} drop`),
          expected: dropped({ groups: ['event-hubs'] }, { verdict: 'degraded' }),
        },
      ],
    },
    {
      id: 'drop-port',
      what: 'A rule drops one port for every host',
      shapes: [
        {
          shape: '443',
          apply: (stage) => stage.filter(`${PUBLIC_RANGE} tcp dport 443 drop`),
          expected: dropped({ ports: [443] }, { text: /443/ }),
        },
        {
          shape: '80',
          apply: (stage) => stage.filter(`${PUBLIC_RANGE} tcp dport 80 drop`),
          expected: dropped({ ports: [80] }, { text: /\b80\b/ }),
        },
        {
          shape: '1886',
          apply: (stage) => stage.filter('tcp dport 1886 drop'),
          expected: dropped({ ports: [1886] }, { verdict: 'degraded', text: /1886/ }),
        },
      ],
    },
    {
      id: 'drop-amqp',
      what: 'AMQP is dropped while Event Hubs answers on 443',
      shapes: [
        {
          shape: '5671 and 5672',
          apply: (stage) => stage.filter('tcp dport { 5671, 5672 } drop'),
          expected: dropped({ ports: [5671, 5672] }, { verdict: 'degraded', text: /567[12]/ }),
        },
        {
          shape: '5671 alone',
          apply: (stage) => stage.filter('tcp dport 5671 drop'),
          expected: dropped({ ports: [5671] }, { verdict: 'degraded', text: /5671/ }),
        },
      ],
    },
    {
      id: 'drop-kms',
      what: 'Windows activation (KMS, port 1688) is dropped',
      shapes: [
        {
          shape: 'both hosts',
          apply: (stage) => stage.filter('tcp dport 1688 drop'),
          expected: dropped({ groups: ['kms'] }, { verdict: 'degraded', text: /1688/ }),
        },
        {
          shape: 'one host',
          apply: (stage) => stage.filter(`ip daddr ${stage.at(KMS_HOSTS[0])} drop`),
          expected: dropped({ hosts: [KMS_HOSTS[0]] }, { verdict: 'degraded' }),
        },
      ],
    },
    {
      id: 'drop-redis',
      what: 'The port of an external cache is dropped',
      shapes: [
        {
          shape: 'Azure Managed Redis, 10000',
          args: ['--redis', REDIS],
          apply: (stage) => stage.filter('tcp dport 10000 drop'),
          expected: dropped({ hosts: [REDIS] }, { verdict: 'degraded', text: /10000/ }),
        },
        {
          shape: 'Azure Cache for Redis, 6380, which the documents dropped',
          args: ['--redis', OLD_REDIS],
          apply: (stage) => stage.filter('tcp dport 6380 drop'),
          expected: dropped({ hosts: [OLD_REDIS] }, { verdict: 'ready', isInformation: true }),
        },
      ],
    },
    {
      id: 'drop-address',
      what: 'One of two addresses of a service is dropped',
      shapes: [
        {
          shape: 'Key Vault',
          apply: async (stage) => {
            const second = '20.33.253.7';
            await stage.record(VAULT, { a: [stage.subnet.addressOf(VAULT), second] });
            await stage.filter(`ip daddr ${second} drop`);
          },
          expected: {
            causes: ['outbound-dropped', 'intermittent-loss'],
            explains: { groups: ['key-vault'] },
            verdict: 'degraded',
            text: /20\.33\.253\.7/,
          },
        },
      ],
    },
    {
      id: 'drop-prefix',
      what: 'A route sends one /24 prefix to nowhere',
      shapes: [
        {
          shape: 'Storage, SQL, Key Vault and Event Hubs are in it',
          apply: (stage) => stage.filter(`ip daddr ${PREFIX} drop`),
          expected: dropped(IN_PREFIX, { text: /20\.33\.0\.\d+/ }),
        },
      ],
    },
    {
      id: 'drop-region',
      what: 'A rule allows Storage of this region alone, and an account stands in another',
      shapes: [
        {
          shape: 'all services of that account',
          args: ['--storage', NEIGHBOUR.name],
          apply: (stage) =>
            stage.filter(`ct original ip daddr { ${Object.values(NEIGHBOUR.addresses).join(', ')} } drop`),
          expected: dropped({ hosts: NEIGHBOUR_HOSTS }, { text: /region/i }),
        },
      ],
    },
    {
      id: 'drop-private-endpoint',
      what: 'A private endpoint in a peered network is silent',
      shapes: [
        {
          shape: 'Storage',
          apply: async (stage) => {
            await stage.privateEndpoint(BLOB);
            await stage.filter(
              'ct original ip daddr 10.2.0.0/16 ip daddr != 168.63.129.16 meta l4proto tcp drop',
            );
          },
          expected: dropped({ groups: ['storage-blob'] }, { text: /10\.2\./ }),
        },
      ],
    },
    {
      id: 'no-outbound-path',
      what: 'Nothing public can be reached, and DNS answers',
      shapes: [
        {
          shape: 'everything is dropped',
          timeout: 'default',
          apply: (stage) => stage.filter(`${PUBLIC_RANGE} drop`),
          expected: {
            causes: ['no-outbound-path'],
            explains: BY_NAME,
            verdict: 'blocked',
            text: /private subnet/i,
          },
        },
        {
          shape: 'everything but a private endpoint',
          apply: async (stage) => {
            await stage.privateEndpoint(BLOB);
            await stage.filter(`iifname "eth0" ${DIALLED_PUBLIC} drop`);
          },
          expected: {
            causes: ['no-outbound-path'],
            explains: { groups: BY_NAME.groups.filter((group) => group !== 'storage-blob') },
            verdict: 'blocked',
          },
        },
      ],
    },
    { id: 'reject-reset', what: 'A device answers with a TCP reset', shapes: rejections('tcp reset') },
    {
      id: 'reject-prohibited',
      what: 'A device answers with ICMP “administratively prohibited”',
      shapes: rejections('icmpx admin-prohibited'),
    },
    {
      id: 'reject-unreachable',
      what: 'A router answers with ICMP “host unreachable”',
      shapes: rejections('icmpx host-unreachable'),
    },
    {
      id: 'smtp-port-25',
      what: 'Azure’s own block of port 25',
      shapes: [
        {
          shape: 'the other ports of the relays answer',
          apply: (stage) => stage.filter('tcp dport 25 drop'),
          expected: {
            causes: ['smtp-port-25-blocked'],
            explains: { ports: [25] },
            verdict: 'ready',
            isInformation: true,
            owner: 'platform',
          },
        },
      ],
    },
    {
      id: 'drop-smtp',
      what: 'All ports of the mail relays, which the documents dropped, are silent',
      shapes: [
        {
          shape: 'all relays',
          apply: (stage) => stage.filter(`tcp dport { ${RELAY_PORTS.join(', ')} } drop`),
          expected: {
            causes: ['outbound-dropped'],
            explains: { groups: ['smtp'] },
            verdict: 'ready',
            isInformation: true,
          },
        },
      ],
    },
    {
      id: 'intermittent-loss',
      what: 'Some connections are lost, as by SNAT exhaustion',
      shapes: [losingFlows(40), losingFlows(20), losingFlows(60)],
    },
    {
      id: 'intermittent-reset',
      what: 'Every second connection to Key Vault is reset',
      shapes: [
        {
          shape: 'at once',
          apply: (stage) =>
            stage.filter(
              `ip daddr ${stage.at(VAULT)} tcp flags syn numgen inc mod 2 == 0 reject with tcp reset`,
            ),
          expected: {
            causes: ['intermittent-loss'],
            explains: { groups: ['key-vault'] },
            verdict: 'degraded',
          },
        },
      ],
    },
    {
      id: 'return-path-broken',
      what: 'Handshakes of TCP pass and no data comes back (asymmetric route)',
      shapes: [
        {
          shape: 'everything public',
          apply: (stage) =>
            stage.filter(
              `iifname "eth1" ip saddr 20.33.0.0/16 meta l4proto tcp tcp flags & (syn | rst) == 0x0 drop`,
            ),
          expected: { causes: ['return-path-broken'], explains: BY_NAME, verdict: 'blocked' },
        },
        {
          shape: 'and no packet of the VM’s but the first gets there',
          apply: (stage) =>
            stage.filter(
              `iifname "eth0" ${PUBLIC_RANGE} meta l4proto tcp tcp flags & (syn | rst) == 0x0 drop`,
            ),
          expected: { causes: ['return-path-broken'], explains: BY_NAME, verdict: 'blocked' },
        },
      ],
    },
    {
      id: 'packet-size-blackhole',
      what: 'Full-size packets vanish without an ICMP message',
      shapes: [
        {
          shape: 'towards the VM',
          apply: (stage) => stage.filter('iifname "eth1" meta l4proto tcp ip length > 1400 drop'),
          expected: { causes: ['packet-size-blackhole'], explains: 'some', verdict: 'blocked' },
        },
        {
          shape: 'from the VM',
          apply: (stage) => stage.filter('iifname "eth0" tcp dport 443 ip length > 1400 drop'),
          expected: { causes: ['packet-size-blackhole'], explains: 'some', verdict: 'degraded' },
        },
        {
          shape: 'from SQL alone',
          apply: (stage) => stage.filter(`ip saddr ${stage.at(SQL)} meta l4proto tcp ip length > 1000 drop`),
          expected: {
            causes: ['packet-size-blackhole'],
            explains: { groups: ['sql'] },
            verdict: 'blocked',
          },
        },
      ],
    },
  ],
};
