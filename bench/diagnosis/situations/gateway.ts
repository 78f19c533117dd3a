/** Faults of the instance's own host names and of the virtual IP address behind them. */
import { PRIVATE, PUBLIC, type Zone } from '../../../test/system/names.ts';
import { contentOf } from '../../../test/system/replies.ts';
import { NAMES, VIP } from '../../../test/system/services.ts';
import { GATEWAY, PORTAL, SILENT, VAULT } from '../names.ts';
import type { Chapter, Expected, Shape } from '../situation.ts';
import type { Stage } from '../stage.ts';

const SUFFIX = 'azure-api.net';
const OWN = { groups: ['gateway', 'control-plane'] } as const;
const AFTER_DEPLOYMENT = ['--apim', NAMES.apim, '--vip', VIP] as const;
const CUSTOM_DOMAIN = 'api.contoso.example';
const UNUSED = '10.1.0.29';

const isOwn = (host: string): boolean => host.endsWith(SUFFIX);

/** All host names of the instance. */
export const instanceHosts = (stage: Stage): string[] =>
  stage.subnet.zones.flatMap(({ records }) => [...records.keys()]).filter(isOwn);

/** One private zone for a host name, with the address at its apex. */
export const zoneFor = (host: string, a: string = VIP): Zone => ({
  name: host,
  primary: PRIVATE,
  records: new Map([[host, { a }]]),
});

/** The public zones without the instance, which internal mode keeps out of them, and these zones. */
export function internalZones(stage: Stage, own: readonly Zone[]): Zone[] {
  const publicSuffix = { name: SUFFIX, primary: PUBLIC, records: new Map() };
  return [
    ...stage.zones.filter(({ name }) => !isOwn(name)),
    ...(own.some(({ name }) => name === SUFFIX) ? [] : [publicSuffix]),
    ...own,
  ];
}

/** A private zone for each host name, with other addresses where they are given, and none for null. */
async function records(stage: Stage, changed: Readonly<Record<string, string | null>> = {}): Promise<void> {
  const zones = instanceHosts(stage).flatMap((host) => {
    const address = host in changed ? changed[host] : VIP;
    return address === null ? [] : [zoneFor(host, address)];
  });
  await stage.resolve(internalZones(stage, zones));
}

const shapeOf = (shape: string, apply: (stage: Stage) => Promise<void>, expected: Expected): Shape => ({
  shape,
  args: AFTER_DEPLOYMENT,
  apply,
  expected,
});

export const INSTANCE: Chapter = {
  title: 'The instance',
  kind: 'fault',
  situations: [
    {
      id: 'gateway-record-missing',
      what: 'Host names of the instance are not in DNS',
      shapes: [
        shapeOf('all of them', (stage) => stage.resolve(internalZones(stage, [])), {
          causes: ['gateway-record-missing'],
          explains: OWN,
          verdict: 'blocked',
          owner: 'dns',
        }),
        shapeOf('the developer portal’s', (stage) => records(stage, { [PORTAL]: null }), {
          causes: ['gateway-record-missing'],
          explains: { hosts: [PORTAL] },
          verdict: 'degraded',
          owner: 'dns',
        }),
      ],
    },
    {
      id: 'gateway-record-public',
      what: 'The gateway’s name leads to a public address',
      shapes: [
        shapeOf(
          'of another service',
          (stage) => records(stage, { [GATEWAY]: stage.subnet.addressOf(VAULT) }),
          { causes: ['gateway-record-public'], explains: { hosts: [GATEWAY] }, verdict: 'blocked' },
        ),
        shapeOf('that is silent', (stage) => records(stage, { [GATEWAY]: SILENT }), {
          causes: ['gateway-record-public'],
          explains: { hosts: [GATEWAY] },
          verdict: 'blocked',
        }),
      ],
    },
    {
      id: 'gateway-record-wrong',
      what: 'The gateway’s name leads to a private address that is not the VIP’s',
      shapes: [
        shapeOf('the gateway', (stage) => records(stage, { [GATEWAY]: UNUSED }), {
          causes: ['gateway-record-wrong'],
          explains: { hosts: [GATEWAY] },
          verdict: 'blocked',
        }),
        shapeOf(
          'every host name',
          (stage) => records(stage, Object.fromEntries(instanceHosts(stage).map((host) => [host, UNUSED]))),
          { causes: ['gateway-record-wrong'], explains: OWN, verdict: 'blocked' },
        ),
      ],
    },
    {
      id: 'vip-silent',
      what: 'The VIP, in the VM’s own subnet, is silent',
      shapes: [
        shapeOf(
          'on every port',
          async (stage) => {
            await records(stage);
            await stage.filter(`ip daddr ${VIP} drop`);
          },
          {
            causes: ['gateway-not-serving'],
            explains: OWN,
            verdict: 'blocked',
            text: /^(?!.*(?:peering|VPN)).*6390/is,
          },
        ),
        shapeOf(
          'on 3443 alone',
          async (stage) => {
            await records(stage);
            await stage.filter(`ip daddr ${VIP} tcp dport 3443 drop`);
          },
          {
            causes: ['gateway-not-serving', 'outbound-dropped'],
            explains: { ports: [3443] },
            verdict: 'degraded',
            text: /ApiManagement/,
          },
        ),
      ],
    },
    {
      id: 'gateway-not-serving',
      what: 'The VIP answers and the gateway does not serve its names',
      shapes: [
        shapeOf(
          'it refuses the handshake (alert 112)',
          async (stage) => {
            await records(stage);
            await stage.helloDevice([GATEWAY], { action: { alert: 112 } });
          },
          {
            causes: ['gateway-not-serving'],
            explains: { groups: OWN.groups, ports: [443] },
            verdict: 'blocked',
          },
        ),
        shapeOf(
          'it refuses every connection',
          async (stage) => {
            await records(stage);
            await stage.filter(`ip daddr ${VIP} reject with tcp reset`);
          },
          { causes: ['gateway-not-serving', 'outbound-rejected'], explains: OWN, verdict: 'blocked' },
        ),
        shapeOf(
          'it answers 503',
          async (stage) => {
            await records(stage);
            const replies = instanceHosts(stage).map((host) => [
              host,
              host === GATEWAY ? 'location / { return 503; }' : contentOf('gateway'),
            ]);
            await stage.replaceHttps(Object.fromEntries(replies));
          },
          {
            causes: ['gateway-not-serving'],
            explains: { hosts: [GATEWAY] },
            verdict: 'blocked',
          },
        ),
      ],
    },
    {
      id: 'default-certificate',
      what: 'The VIP shows *.azure-api.net for a custom domain',
      shapes: [
        {
          shape: 'the gateway’s domain',
          args: ['--hostname', `gateway=${CUSTOM_DOMAIN}`, '--vip', VIP],
          apply: (stage) => stage.resolve([...stage.zones, zoneFor(CUSTOM_DOMAIN)]),
          expected: {
            causes: ['wrong-certificate'],
            explains: { hosts: [CUSTOM_DOMAIN] },
            verdict: 'blocked',
            text: /custom domain|not set/i,
          },
        },
      ],
    },
    {
      id: 'azure-api-net-zone-shadowed',
      what: 'A private zone for the whole of azure-api.net',
      shapes: [
        shapeOf(
          'it holds the instance',
          (stage) => {
            const all = new Map(instanceHosts(stage).map((host) => [host, { a: VIP }] as const));
            return stage.resolve(internalZones(stage, [{ name: SUFFIX, primary: PRIVATE, records: all }]));
          },
          { causes: ['azure-api-net-zone-shadowed'], explains: 'none', verdict: 'degraded' },
        ),
      ],
    },
  ],
};
