import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import { discountUnroutedIPv6 } from '../../src/diagnosis/unrouted-ipv6.ts';
import type { Attempt, Target } from '../../src/model/report.ts';
import { addressOf, attempt, target } from './build.ts';

const [FOUR, SIX] = ['20.1.1.1', '2603:1030::1'];

function seen(name: string, four: Failure | null, six: Failure | null): Target {
  const attempts: Attempt[] = [attempt(FOUR, four), attempt(SIX, six)];
  const failed = attempts.filter(({ ok }) => !ok).length;
  return target('entra-id', name, {
    status: failed === 0 ? 'reachable' : failed === 1 ? 'intermittent' : 'unreachable',
    failure: four ?? six,
    addresses: [addressOf(FOUR), addressOf(SIX)],
    attempts,
  });
}

t.test('if nothing answers over IPv6, IPv4 decides', async (t) => {
  const { targets, note } = discountUnroutedIPv6([
    seen('a.example', null, 'tcp_timeout'),
    seen('b.example', null, 'tcp_unreachable'),
    seen('c.example', 'tcp_refused', 'tcp_timeout'),
  ]);
  t.same(
    targets.map(({ status, failure }) => [status, failure]),
    [
      ['reachable', null],
      ['reachable', null],
      ['unreachable', 'tcp_refused'],
    ],
  );
  t.match(note, 'no public IPv6 address of 2 endpoints answered');
  t.ok(
    targets.every(({ attempts }) => attempts.length === 2),
    'the evidence stays',
  );
});

for (const [what, others] of [
  ['one that answers over IPv6', [seen('d.example', null, null)]],
  ['one that is refused by a service over IPv6', [seen('d.example', null, 'tls_reset')]],
] as const) {
  t.test(`${what} proves an IPv6 path`, async (t) => {
    const { targets, note } = discountUnroutedIPv6([seen('a.example', null, 'tcp_timeout'), ...others]);
    t.equal(targets[0]?.status, 'intermittent');
    t.equal(note, null);
  });
}

t.test('loss over IPv4 stays loss', async (t) => {
  const flaky = seen('a.example', null, 'tcp_timeout');
  const given = { ...flaky, attempts: [attempt(FOUR, 'tcp_timeout'), ...flaky.attempts] };
  const { targets } = discountUnroutedIPv6([given]);
  t.match(targets[0], { status: 'intermittent', failure: 'tcp_timeout' });
});

t.test('without IPv6 there is nothing to discount', async (t) => {
  const plain = target('sql', 'a.example', {
    status: 'intermittent',
    attempts: [attempt(FOUR, 'tcp_timeout')],
  });
  t.same(discountUnroutedIPv6([plain]), { targets: [plain], note: null });
});
