/** The status of a target by its attempts. */
import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import { latencyOf } from '../../src/diagnosis/latency.ts';
import { outcomeOf } from '../../src/diagnosis/status.ts';
import type { Attempt, ObservedTarget } from '../../src/model/report.ts';
import { addressOf, attempt, atVip, observations, reservedAddress, target, tls } from './build.ts';

const [FOUR, SIX] = ['20.1.1.1', '2603:1030::1'];
const at = (failure: Failure | null, address = FOUR): Attempt => attempt(address, failure);
const DEFECT = attempt(FOUR, 'unexpected', { defect: true });
const CUT = at('deadline_exceeded');
const REASON = 'why';

const seen = (attempts: Attempt[], failure: Failure | null = null, reason: string | null = null) =>
  target('sql', 'a.net', { attempts, failure, reason }) satisfies ObservedTarget;

for (const [what, given, expected] of [
  ['all passed', seen([at(null), at(null)]), ['reachable', null, null]],
  [
    'some passed',
    seen([at('tcp_reset'), at('tcp_timeout'), at(null)]),
    ['intermittent', 'tcp_timeout', null],
  ],
  ['none passed', seen([at('tcp_reset'), at('tcp_timeout')]), ['unreachable', 'tcp_timeout', null]],
  [
    'IPv4 decides the failure',
    seen([at('tls_closed'), at('tcp_refused', SIX)]),
    ['unreachable', 'tls_closed', null],
  ],
  ['an error of no known kind', seen([at('unexpected')]), ['unreachable', 'unexpected', null]],
  ['the end of the run beside a success', seen([at(null), CUT]), ['reachable', null, null]],
  [
    'the end of the run beside a failure',
    seen([at('tcp_timeout'), CUT]),
    ['unreachable', 'tcp_timeout', null],
  ],
  ['a defect beside a success', seen([at(null), DEFECT]), ['reachable', null, null]],
  ['an attempt that a limit ended', seen([at(null), at('local_limit')]), ['reachable', null, null]],
  [
    'the end of the run alone',
    seen([CUT], 'deadline_exceeded', REASON),
    ['untested', 'deadline_exceeded', REASON],
  ],
  ['a defect alone', seen([DEFECT], 'unexpected', REASON), ['untested', 'unexpected', REASON]],
  ['nothing to test', seen([], null, REASON), ['untested', null, REASON]],
  ['a name that failed', seen([], 'dns_nxdomain'), ['unreachable', 'dns_nxdomain', null]],
  [
    'a name that failed, and the VIP',
    seen([atVip(FOUR, null)], 'dns_nodata'),
    ['unreachable', 'dns_nodata', null],
  ],
  ['the VIP beside the name', seen([at(null), atVip(SIX, 'tcp_timeout')]), ['reachable', null, null]],
  [
    'IPv4 that could not be tried, and IPv6 that failed',
    seen([at('tcp_timeout', SIX)], 'local_limit', REASON),
    ['untested', 'local_limit', REASON],
  ],
  [
    'IPv4 that could not be tried, and IPv6 that passed',
    seen([at(null, SIX)], 'local_limit', REASON),
    ['reachable', null, null],
  ],
  [
    'one IPv4 address that could not be tried, and one that failed',
    seen([at('tcp_refused')], 'local_limit', REASON),
    ['unreachable', 'tcp_refused', null],
  ],
] as const) {
  t.test(`${what}: ${expected[0]}`, async (t) => {
    const outcome = outcomeOf(given);
    t.same([outcome.status, outcome.failure, outcome.reason], expected);
    t.same(outcomeOf({ ...given, ...outcome }), outcome, 'and the same once more');
  });
}

t.test('latencies are those of the attempts that succeeded', async (t) => {
  const timed = (failure: Failure | null, ms: number): Attempt => ({
    ...at(failure),
    steps: [
      { name: 'connect', ms, ok: true },
      { name: 'request', ms: 0.2, ok: failure === null },
    ],
  });
  t.same(latencyOf([timed(null, 3), timed('tcp_reset', 100), timed(null, 1), timed(null, 2.1)]), {
    connectMs: { min: 1, median: 2.1, max: 3 },
    totalMs: { min: 1.2, median: 2.3, max: 3.2 },
  });
  t.same(latencyOf([timed(null, 1), timed(null, 2)]).connectMs, { min: 1, median: 1, max: 2 });
  t.same(latencyOf([timed('tcp_reset', 1), { ...timed(null, 1), addressFrom: 'vip' }]), {
    connectMs: null,
    totalMs: null,
  });
});

t.test('where a device completes every connection, a bare one proves nothing', async (t) => {
  const proved = (proof: 'connect' | 'certificate' | 'reply', address: string, ...more: Attempt[]) =>
    target('sql', `${proof}-${address}-${more.length}.net`, {
      addresses: [addressOf(address)],
      attempts: [attempt(address, null, { proof }), ...more],
    });
  const targets = [
    proved('connect', FOUR),
    proved('connect', FOUR, at('tcp_timeout')),
    proved('certificate', FOUR),
    proved('reply', FOUR),
    proved('connect', '10.0.0.1'),
    target('sql', 'none.net', { addresses: [addressOf(FOUR)], attempts: [at('tcp_timeout')] }),
  ];
  const judged = (connected: boolean | null) =>
    diagnose(observations({ targets, controls: connected === null ? [] : [reservedAddress(connected)] }))
      .targets;
  const plain = ['reachable', 'intermittent', 'reachable', 'reachable', 'reachable', 'unreachable'];
  for (const connected of [null, false]) {
    t.same(
      judged(connected).map(({ status }) => status),
      plain,
    );
  }
  const after = judged(true);
  t.same(
    after.map(({ status }) => status),
    ['untested', 'untested', 'reachable', 'reachable', 'reachable', 'unreachable'],
  );
  t.match(after[0], { failure: null, reason: /proves nothing here/, attempts: [{ ok: true }] });
});

t.test('Azure’s own services need an issuer of Azure’s where --ca-file vouches for the chain', async (t) => {
  const inspector = { issuer: 'O=Fortinet, CN=FGT', issuerOrganization: 'Fortinet' };
  const http = { http: { status: 403, headers: {}, bodyBytes: 9, bodyStart: 'x', blockPage: null } };
  const met = (trust: 'public' | 'extra', issuer: object, failure: Failure | null = null) => ({
    attempts: [attempt(FOUR, failure, { ...tls({ trust }, issuer), ...http, proof: 'reply' })],
  });
  const judged = (given: ObservedTarget) =>
    diagnose(observations({ targets: [{ ...given, status: 'untested', cause: null, latency: NONE }] }));
  const NONE = { connectMs: null, totalMs: null };

  const opened = judged(target('storage-blob', 'a.blob.core.windows.net', met('extra', inspector)));
  t.match(opened.targets[0], {
    status: 'unreachable',
    failure: 'tls_untrusted',
    cause: 'tls-intercepted',
    latency: NONE,
    attempts: [{ ok: true, failure: null, facts: { proof: 'reply' } }],
  });
  t.match(opened.findings, [{ cause: 'tls-intercepted', title: /Fortinet/ }]);
  for (const failure of ['http_blocked', 'tls_name_mismatch', 'deadline_exceeded'] as const) {
    const later = judged(target('sql', 'a.database.windows.net', met('extra', inspector, failure)));
    t.match(later.targets[0], { status: 'unreachable', failure: 'tls_untrusted' }, failure);
  }
  for (const [why, given] of [
    ['a public chain', target('sql', 'a.net', met('public', inspector))],
    ['an issuer of Azure’s', target('sql', 'a.net', met('extra', { issuerOrganization: 'DigiCert, Inc.' }))],
    ['the user’s own endpoint', target('custom', 'a.net', met('extra', inspector))],
    ['a custom domain', target('gateway', 'api.contoso.com', met('extra', inspector))],
    [
      'a resource that the user names as a target',
      target('sql', 'a.net', {
        ...met('extra', inspector),
        source: { kind: 'config', document: 'x', asOf: '2026-05-04', name: null },
      }),
    ],
    ['no certificate was seen', target('sql', 'a.net', { attempts: [attempt(FOUR, null)] })],
  ] as const) {
    t.match(judged(given).targets[0], { status: 'reachable', failure: null, cause: null }, why);
  }
});
