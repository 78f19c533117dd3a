import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import type { Environment, Target } from '../../src/model/report.ts';
import {
  addressOf,
  attempt,
  diagnoseTargets,
  dnsServer,
  environmentWith,
  failed,
  reached,
  SERVER,
  target,
  unresolved,
} from './build.ts';

type Routes = NonNullable<Environment['network']['routes']>;
const SUBNET = { destination: '10.1.0.0/27', interface: 'eth0', rejects: false };
const DEFAULT = { destination: '0.0.0.0/0', interface: 'eth0', rejects: false };

function diagnoseWith(routes: Routes | undefined, targets: readonly Target[]) {
  const { network, dns } = environmentWith({});
  return diagnoseTargets({
    targets,
    environment: { dns, network: routes === undefined ? network : { ...network, routes } },
  });
}

const cut = (host: string, failure: Failure = 'tcp_unreachable', address = '20.3.3.3') =>
  failed('infrastructure', host, address, failure, { required: true });
const everything = () => [
  cut('a.net'),
  cut('b.net', 'tcp_unreachable', '20.4.4.4'),
  cut('c.net', 'udp_refused'),
];

t.test('without a default route all that the system refused to send is one finding, of the VM', async (t) => {
  const { findings } = diagnoseWith([SUBNET], everything());
  t.match(findings, [
    {
      cause: 'no-route',
      severity: 'error',
      owner: 'vm',
      title: 'This VM has no default route: 3 endpoints cannot be reached',
      evidence: { length: 3 },
    },
  ]);
});

t.test('a DNS server without a route is not down', async (t) => {
  const names = [
    unresolved('sql', 'a.net', [unreachableAt(SERVER)]),
    unresolved('sql', 'b.net', [], { failure: 'dns_unreachable' }),
  ];
  const { findings } = diagnoseWith([], [dnsServer(SERVER, 'dns_unreachable'), ...names]);
  t.match(findings, [{ cause: 'no-route', evidence: { length: 3 } }]);
});

t.test('beside a DNS server that answers, one without a route is left to the rules of DNS', async (t) => {
  const other = '10.1.0.10';
  const { findings, causes } = diagnoseWith(
    [SUBNET],
    [dnsServer(SERVER, 'dns_unreachable'), dnsServer(other), cut('a.net')],
  );
  t.equal(causes['infrastructure/a.net:443'], 'no-route');
  t.notOk(findings.find(({ cause }) => cause === 'no-route')?.evidence.includes(`dns/${SERVER}:53`));
});

t.test('a route of the VM that refuses one prefix', async (t) => {
  const { single } = diagnoseWith(
    [DEFAULT, { destination: '20.3.0.0/16', interface: '*', rejects: true }, SUBNET],
    [cut('a.net'), reached('key-vault', 'v.net', '20.5.5.5')],
  );
  t.match(single('no-route'), {
    title: 'This VM has no route to a.net:443',
    explanation: /own route for 20\.3\.0\.0\/16 refuses/,
    remedy: [/ip route get/],
  });
});

t.test('it needs a refusal and a list of routes without one that covers the address', async (t) => {
  for (const [why, routes, targets] of [
    ['a default route', [DEFAULT, SUBNET], everything()],
    [
      'a more specific route inside one that refuses',
      [
        { ...DEFAULT, rejects: true },
        { ...DEFAULT, destination: '20.0.0.0/8' },
      ],
      everything(),
    ],
    ['routes that are not known', undefined, everything()],
    ['silence', [SUBNET], [cut('a.net', 'tcp_timeout')]],
    ['a reset', [SUBNET], [cut('a.net', 'tcp_refused')]],
    ['an address of IPv6 alone', [SUBNET], [cut('a.net', 'tcp_unreachable', '2603:1020::1')]],
  ] as const) {
    const { findings } = diagnoseWith(routes === undefined ? undefined : [...routes], targets);
    t.notOk(
      findings.some(({ cause }) => cause === 'no-route'),
      why,
    );
  }
});

t.test(
  'an IPv6 address counts neither way, and one of two IPv4 addresses that has a route does',
  async (t) => {
    const mixed = target('sql', 'a.net', {
      status: 'unreachable',
      failure: 'tcp_unreachable',
      addresses: [addressOf('20.1.1.1'), addressOf('2603:1020::1')],
      attempts: [attempt('2603:1020::1', 'tcp_timeout'), attempt('20.1.1.1', 'tcp_unreachable')],
    });
    t.equal(diagnoseWith([SUBNET], [mixed]).causes[mixed.id], 'no-route');
    const half = target('sql', 'a.net', {
      status: 'unreachable',
      failure: 'tcp_unreachable',
      attempts: [attempt('10.1.0.9', 'tcp_unreachable'), attempt('20.1.1.1', 'tcp_unreachable')],
    });
    t.equal(diagnoseWith([SUBNET], [half]).causes[half.id], 'outbound-rejected');
  },
);

t.test('with --connect-to the route of the name’s address says nothing', async (t) => {
  const redirected = cut('a.net');
  const attempts = redirected.attempts.map((one) => ({ ...one, facts: { dialled: '10.1.0.9:443' } }));
  t.equal(diagnoseWith([SUBNET], [{ ...redirected, attempts }]).causes[redirected.id], 'outbound-rejected');
});

function unreachableAt(server: string): Target['resolutions'][number] {
  return {
    server,
    rcode: 'dns_unreachable',
    failure: 'dns_unreachable',
    addresses: [],
    cname: [],
    authority: [],
    truncated: false,
    ignored: { wrongId: 0, wrongSource: 0 },
    ms: 1,
  };
}
