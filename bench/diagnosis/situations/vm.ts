/** Faults of the VM that runs the test and of its subnet: they say nothing of the instance, or everything. */
import { AZURE_DNS } from '../../../test/system/names.ts';
import { METADATA_ADDRESS } from '../../../test/system/replies.ts';
import { BY_NAME, NEIGHBOUR, PUBLIC_RANGE, STORAGE, STORAGE_GROUPS } from '../names.ts';
import type { Chapter, Shape } from '../situation.ts';
import type { Stage } from '../stage.ts';

const ROUTER = '10.1.0.1';
const PREFIX_ADDRESSES = Array.from({ length: 8 }, (_, index) => `20.33.0.${index + 1}`);
const RESERVED = '/proc/sys/net/ipv4/ip_local_reserved_ports';
const PORT_RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const NO_PORTS = [`echo 60000 60001 > ${PORT_RANGE}`, `echo 60000-60001 > ${RESERVED}`];

async function withoutDefaultRoute(stage: Stage, kept: readonly string[]): Promise<void> {
  const { machine } = stage.subnet.vm;
  for (const address of kept) {
    await machine.run('ip', 'route', 'add', address, 'via', ROUTER);
    stage.defer(() => machine.run('ip', 'route', 'del', address));
  }
  await machine.run('ip', 'route', 'del', 'default');
  stage.defer(() => machine.run('ip', 'route', 'add', 'default', 'via', ROUTER));
}

const clock = (shape: string, offset: string, verdict: 'degraded' | 'blocked'): Shape => ({
  shape,
  circumstances: { within: ['faketime', '--exclude-monotonic', '-f', offset] },
  expected: { causes: ['clock-skew'], explains: 'some', verdict, owner: 'vm' },
});

/** Storage of this region passes, and nothing else that is public: how a private subnet without NAT looks. */
const onlyStorage = (stage: Stage): Promise<void> =>
  stage.filter(`${PUBLIC_RANGE} ct original ip daddr != ${stage.at(...STORAGE)} drop`);

const BEYOND_STORAGE = {
  groups: BY_NAME.groups.filter((group) => !(STORAGE_GROUPS as readonly string[]).includes(group)),
};

export const VM: Chapter = {
  title: 'The VM and its subnet',
  kind: 'fault',
  situations: [
    {
      id: 'no-route',
      what: 'This VM has no route to the services',
      shapes: [
        {
          shape: 'no default route; DNS and metadata have their own, as Azure’s DHCP gives them',
          apply: (stage) => withoutDefaultRoute(stage, [AZURE_DNS, METADATA_ADDRESS]),
          expected: { causes: ['no-route'], explains: BY_NAME, verdict: 'blocked', owner: 'vm' },
        },
        {
          shape: 'no default route at all',
          apply: (stage) => withoutDefaultRoute(stage, []),
          expected: { causes: ['no-route'], explains: 'all', verdict: 'blocked', owner: 'vm' },
        },
        {
          shape: 'an unreachable route for one /24 prefix',
          apply: async (stage) => {
            const { machine } = stage.subnet.vm;
            await machine.run('ip', 'route', 'add', 'unreachable', '20.33.0.0/24');
            stage.defer(() => machine.run('ip', 'route', 'del', 'unreachable', '20.33.0.0/24'));
          },
          expected: {
            causes: ['no-route'],
            explains: { addresses: PREFIX_ADDRESSES },
            verdict: 'blocked',
            owner: 'vm',
          },
        },
      ],
    },
    {
      id: 'vm-without-outbound',
      what: 'A private subnet: this VM has no outbound path of its own, and Storage of its region answers',
      shapes: [
        {
          shape: 'a second account in another region is silent',
          args: ['--storage', NEIGHBOUR.name],
          apply: onlyStorage,
          expected: {
            causes: ['vm-without-outbound'],
            explains: 'some',
            verdict: 'inconclusive',
            owner: 'vm',
            text: /service endpoint/i,
          },
        },
        {
          shape: 'no account in another region is given',
          apply: onlyStorage,
          expected: {
            causes: ['vm-without-outbound'],
            explains: BEYOND_STORAGE,
            verdict: 'inconclusive',
            owner: 'vm',
            text: /service endpoint/i,
          },
        },
      ],
    },
    {
      id: 'vm-limit',
      what: 'This VM runs out of something',
      shapes: [
        {
          shape: 'no local port is left',
          apply: async (stage) => {
            const { machine } = stage.subnet.vm;
            const range = (await machine.run('cat', PORT_RANGE)).trim();
            await machine.run('sh', '-c', NO_PORTS.join('; '));
            stage.defer(() =>
              machine.run('sh', '-c', `echo '' > ${RESERVED}; echo '${range}' > ${PORT_RANGE}`),
            );
          },
          expected: {
            causes: ['vm-limit'],
            explains: 'some',
            verdict: ['inconclusive', 'degraded'],
            owner: 'vm',
          },
        },
      ],
    },
    {
      id: 'clock-skew',
      what: 'The clock of this VM is wrong',
      shapes: [
        clock('two hours ahead', '+2h', 'degraded'),
        clock('20 days behind: certificates are not valid yet', '-20d', 'blocked'),
        clock('400 days ahead: certificates have expired', '+400d', 'blocked'),
      ],
    },
    {
      id: 'subnet-too-small',
      what: 'The subnet cannot hold the instance',
      shapes: [
        {
          shape: 'a /29 for two units',
          args: ['--subnet', '10.1.0.0/29', '--units', '2'],
          expected: { causes: ['subnet-too-small'], explains: 'none', verdict: 'blocked' },
        },
      ],
    },
  ],
};
