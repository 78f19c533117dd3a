/** Connections that open, and replies that do not arrive: all of them, or the large ones. */
import t from 'tap';
import type { Control } from '../../src/model/controls.ts';
import type { Target } from '../../src/model/report.ts';
import {
  attempt,
  diagnoseTargets,
  dnsServer,
  failed,
  otherName,
  reached,
  reservedAddress,
  target,
} from './build.ts';

const NOTHING = { proof: 'connect', bytesReceived: 0, error: 'nothing within 5000 ms' } as const;
const TLS = { required: true, facts: NOTHING } as const;

const overTls = (host: string, address: string, facts: object = NOTHING) =>
  failed('infrastructure', host, address, 'tls_timeout', { ...TLS, facts });
const overHttp = (host: string, address: string, facts: object = NOTHING) =>
  failed('certificates', host, address, 'protocol_timeout', { port: 80, protocol: 'http', ...TLS, facts });
const silent = () => [
  overTls('a.net', '20.1.1.1'),
  overTls('b.net', '20.1.1.2'),
  overHttp('crl.net', '20.1.1.3'),
];

function packetSize(of: Target, answered = true): Control {
  const small = answered
    ? ({ reply: 'small', failure: 'tls_alert', bytesReceived: 7 } as const)
    : ({ reply: 'small', failure: 'tls_timeout', bytesReceived: 0 } as const);
  const large = { reply: 'large', failure: 'tls_timeout', bytesReceived: 0 } as const;
  return {
    name: 'packet-size',
    outcome: answered ? 'anomalous' : 'expected',
    detail: {
      text: 'tried',
      target: of.id,
      address: of.attempts[0]?.address ?? '',
      tries: answered ? [small, large, small] : [small],
    },
  };
}

t.test('SQL that agrees to TLS, and whose certificates never arrive', async (t) => {
  const steps = [
    { name: 'connect', ms: 1, ok: true },
    { name: 'handshake', ms: 1, ok: true },
    { name: 'tls', ms: 5000, ok: false },
  ] as const;
  const facts = { proof: 'connect', bytesReceived: 49, error: 'nothing within 5000 ms' } as const;
  const sql = (times: number, own: readonly (typeof steps)[number][] = steps) => {
    const one = { ...attempt('20.1.1.9', 'tls_timeout', facts), steps: [...own] };
    return target('sql', 'contoso.database.windows.net', {
      port: 1433,
      protocol: 'tds',
      required: true,
      status: 'unreachable',
      failure: 'tls_timeout',
      attempts: Array.from({ length: times }, () => one),
    });
  };
  const { findings } = diagnoseTargets({ targets: [sql(3)] });
  t.match(findings[0], {
    cause: 'packet-size-blackhole',
    explanation: /with 49 bytes, .*\(3 attempts\).* looks the same\.$/,
  });
  t.not(diagnoseTargets({ targets: [sql(1)] }).findings[0]?.cause, 'packet-size-blackhole');
  const withoutReply = sql(
    3,
    steps.filter(({ name }) => name !== 'handshake'),
  );
  t.not(diagnoseTargets({ targets: [withoutReply] }).findings[0]?.cause, 'packet-size-blackhole');
});

t.test('return-path-broken', async (t) => {
  t.test('every connection opens, and nothing comes back over any protocol', async (t) => {
    const { findings } = diagnoseTargets({
      targets: [...silent(), dnsServer('168.63.129.16')],
      servers: ['168.63.129.16'],
      controls: [reservedAddress(false)],
    });
    t.match(findings, [
      {
        cause: 'return-path-broken',
        severity: 'error',
        owner: 'network',
        explanation: /^3 public hosts .*over TLS a\.net:443 and b\.net:443, and without it crl\.net:80/,
        evidence: { length: 3 },
      },
    ]);
  });

  t.test('a bare connection neither proves nor disproves it', async (t) => {
    const bare = target('custom', 'c.net', {
      protocol: 'tcp',
      attempts: [attempt('20.1.1.4', null, { proof: 'connect' })],
    });
    const { causes } = diagnoseTargets({ targets: [...silent(), bare] });
    t.equal(causes['infrastructure/a.net:443'], 'return-path-broken');
  });

  t.test('nor do greetings and short frames, which pass where what this VM sends is lost', async (t) => {
    const broker = reached('event-hubs', 'hub.net', '20.1.1.8', {
      ...{ port: 5672, protocol: 'amqp' },
      attempts: [attempt('20.1.1.8', null, { proof: 'reply' })],
    });
    const mail = failed('smtp', 'mail.net', '20.1.1.9', 'protocol_timeout', {
      ...{ port: 25, protocol: 'smtp', facts: { ...NOTHING, bytesReceived: 40 } },
    });
    const [one, two, page] = silent();
    const { findings, causes } = diagnoseTargets({
      targets: [...silent(), broker, mail],
      controls: [
        reservedAddress(false),
        ...[one, two].flatMap((each) => (each && otherName(each, false)) || []),
      ],
    });
    t.same(
      new Set([one, two, page, mail].map((each) => each && causes[each.id])),
      new Set(['return-path-broken']),
    );
    t.match(
      findings[0]?.explanation,
      'Only greetings and a few bytes arrived, from hub.net:5672 and mail.net:25.',
    );
  });

  for (const [why, targets, controls] of [
    ['a reply arrives', [...silent(), reached('kms', 'kms.net', '20.1.1.5')], []],
    ['a few bytes arrive', [...silent(), overTls('c.net', '20.1.1.6', { ...NOTHING, bytesReceived: 7 })], []],
    ['a connection is reset', [...silent(), failed('sql', 's.net', '20.1.1.7', 'tls_reset', TLS)], []],
    [
      'all is TLS',
      [overTls('a.net', '20.1.1.1'), overTls('b.net', '20.1.1.2'), overTls('c.net', '20.1.1.3')],
      [],
    ],
    ['nothing is TLS', ['20.1.1.1', '20.1.1.2', '20.1.1.3'].map((at) => overHttp(`h${at}.net`, at)), []],
    ['there are two hosts', silent().slice(1), []],
    ['the reserved address connects', silent(), [reservedAddress(true)]],
    [
      'they are private',
      [overTls('a.net', '10.2.0.1'), overTls('b.net', '10.2.0.2'), overHttp('c.net', '10.2.0.3')],
      [],
    ],
  ] as const) {
    t.test(`not when ${why}`, async (t) => {
      const { findings } = diagnoseTargets({ targets: [...targets], controls: [...controls] });
      t.notOk(findings.some(({ cause }) => cause === 'return-path-broken'));
    });
  }
});

t.test('packet-size-blackhole on the way back', async (t) => {
  t.test('small replies arrive at several addresses: all silent replies belong to it', async (t) => {
    const [one, two, page] = [
      overTls('a.net', '20.1.1.1'),
      overTls('b.net', '20.1.1.2'),
      overHttp('crl.net', '20.1.1.3'),
    ];
    const partial = overTls('sql.net', '20.1.1.4', { ...NOTHING, bytesReceived: 43 });
    const { findings } = diagnoseTargets({
      targets: [
        one,
        two,
        page,
        partial,
        reached('kms', 'kms.net', '20.1.1.9', { attempts: [attempt('20.1.1.9', null, { proof: 'reply' })] }),
      ],
      controls: [packetSize(one), packetSize(two)],
    });
    t.match(findings, [
      {
        cause: 'packet-size-blackhole',
        severity: 'error',
        title: 'Large replies are lost, and small ones arrive',
        explanation:
          /answered twice \(7 bytes\); .* with 0 bytes received.*sql\.net:443 \(43 bytes\).*1 endpoint answered without TLS/,
        evidence: { length: 4 },
      },
    ]);
    t.match(findings[0]?.explanation, 'The same at 20.1.1.2. ', 'the first address is not repeated');
  });

  t.test('a greeting that fits into a small packet is not lost by its size', async (t) => {
    const [one, two] = [overTls('a.net', '20.1.1.1'), overTls('b.net', '20.1.1.2')];
    const mail = failed('custom', 'mail.net', '20.1.1.3', 'protocol_timeout', {
      ...{ port: 25, protocol: 'smtp', facts: NOTHING },
    });
    const { causes } = diagnoseTargets({
      targets: [one, two, mail],
      controls: [packetSize(one), packetSize(two)],
    });
    t.equal(causes[one.id], 'packet-size-blackhole');
    t.equal(causes[mail.id], 'undetermined', 'nor by the return path, on which small replies arrive');
  });

  t.test('another path, and a name that is filtered, are not explained by it', async (t) => {
    const [one, two] = [overTls('a.net', '20.1.1.1'), overTls('b.net', '20.1.1.2')];
    const [inside, filtered] = [overTls('c.net', '10.2.0.4'), overTls('d.net', '20.1.1.4')];
    const controls = [packetSize(one), packetSize(two)];
    const { causes } = diagnoseTargets({ targets: [one, two, inside], controls });
    t.equal(causes[one.id], 'packet-size-blackhole');
    t.equal(causes[inside.id], 'undetermined');
    const named = diagnoseTargets({
      targets: [one, two, filtered],
      controls: [...controls, otherName(filtered, true, 'www.microsoft.com')],
    });
    t.equal(named.causes[one.id], 'packet-size-blackhole');
    t.equal(named.causes[filtered.id], 'sni-filtered');
  });

  t.test('at one address it explains this address alone, and names the other explanation', async (t) => {
    const [one, two] = [overTls('a.net', '20.1.1.1'), overTls('b.net', '20.1.1.2')];
    const { single, causes } = diagnoseTargets({
      targets: [one, two],
      controls: [packetSize(one), packetSize(two, false)],
    });
    t.match(
      single('packet-size-blackhole').explanation,
      /a server that stops after a good ClientHello looks the same/,
    );
    t.equal(causes[one.id], 'packet-size-blackhole');
    t.equal(causes[two.id], 'undetermined');
  });

  t.test(
    'it leaves alone what a control disproves, what connects nowhere, and what is refused',
    async (t) => {
      const [one, two, three] = ['20.1.1.1', '20.1.1.2', '20.1.1.3'].map((at, index) =>
        overTls(`h${index}.net`, at),
      );
      if (one === undefined || two === undefined || three === undefined) throw new Error('three targets');
      const dropped = failed('sql', 's.net', '20.1.1.4', 'tcp_timeout');
      const cut = failed('sql', 'r.net', '20.1.1.5', 'tls_reset', { facts: NOTHING });
      const { causes } = diagnoseTargets({
        targets: [one, two, three, dropped, cut],
        controls: [packetSize(one), packetSize(two), packetSize(three, false)],
      });
      t.equal(causes[one.id], 'packet-size-blackhole');
      t.equal(causes[three.id], 'undetermined');
      t.equal(causes[dropped.id], 'outbound-dropped');
      t.equal(causes[cut.id], 'undetermined');
    },
  );
});
