import t from 'tap';
import type { Facts } from '../../probes/facts.ts';
import { type Attempt, Report, type Target } from '../../src/model/report.ts';
import { judgeAgain } from '../../src/report/judge-again.ts';
import { VERSION } from '../../src/version.ts';
import { failed, reached, reservedAddress } from '../diagnosis/build.ts';
import { finding, report, tls } from './samples.ts';

const SQL = failed('sql', 'a.database.windows.net', '20.2.2.2', 'tcp_timeout', {
  required: true,
  port: 1433,
});
const VAULT = reached('key-vault', 'a.vault.azure.net', '20.3.3.3', { required: true });
const judgedWrongly = (target: Target): Target => ({
  ...target,
  status: 'intermittent',
  cause: 'sni-filtered',
  lastStatusChange: '2026-05-01T00:00:00.000Z',
});

t.test('judgements are replaced, observations are not', async (t) => {
  const given = report({
    targets: [judgedWrongly(SQL), VAULT],
    findings: [finding({ cause: 'sni-filtered' })],
    verdict: 'ready',
  });
  const again = judgeAgain(given);
  Report.parse(again);
  t.match(again, {
    id: given.id,
    agent: given.agent,
    startedAt: given.startedAt,
    verdict: 'blocked',
    summary: { required: { total: 2, reachable: 1, unreachable: 1 } },
    findings: [{ cause: 'outbound-dropped', evidence: [SQL.id] }],
  });
  t.match(again.targets, [
    { status: 'unreachable', failure: 'tcp_timeout', cause: 'outbound-dropped', lastStatusChange: null },
    { status: 'reachable', cause: null },
  ]);
  t.same(
    again.targets.map(({ attempts }) => attempts),
    given.targets.map(({ attempts }) => attempts),
  );
  t.same(again.environment.notes, [
    `judged again with the rules of apim-probe ${VERSION}, after those of ${given.agent.version}`,
  ]);
  const thrice = judgeAgain(again);
  t.same(thrice.environment.notes, [
    `judged again with the rules of apim-probe ${VERSION}, after those of ${VERSION}`,
  ]);
  t.same({ ...thrice, environment: null }, { ...again, environment: null });
});

t.test('a status that stays keeps its history', async (t) => {
  const since = '2026-05-01T00:00:00.000Z';
  const [sql] = judgeAgain(report({ targets: [{ ...SQL, lastStatusChange: since, flaps: 3 }] })).targets;
  t.match(sql, { lastStatusChange: since, flaps: 3 });
});

t.test('a fact that an older report lacks was not observed, and fails nothing', async (t) => {
  const facts: Facts = {
    ...tls(),
    proof: 'reply',
    http: { status: 400, headers: {}, bodyBytes: 0, bodyStart: '', blockPage: null },
  };
  const full: Attempt[] = VAULT.attempts.map((attempt) => ({ ...attempt, facts }));
  for (const lacking of [[], ...Object.keys(facts), Object.keys(facts)].map((keys) => [keys].flat())) {
    const attempts = full.map((attempt) => ({
      ...attempt,
      facts: Object.fromEntries(Object.entries(facts).filter(([key]) => !lacking.includes(key))),
    }));
    const given = report({
      targets: [{ ...VAULT, attempts, addressesFrom: null, resolutions: [] }],
      controls: [],
    });
    const { environment } = given;
    const again = judgeAgain({
      ...given,
      environment: {
        ...environment,
        vm: null,
        clockOffsetMs: null,
        dns: { ...environment.dns, system: null },
        network: { ...environment.network, subnet: null, subnetCapacity: null },
      },
    });
    t.match(
      again,
      { verdict: 'ready', findings: { length: 0 } },
      `without ${lacking.join(', ') || 'nothing'}`,
    );
  }
  const bare = { ...VAULT, attempts: full.map((attempt) => ({ ...attempt, facts: {} })) };
  const proxied = judgeAgain(report({ targets: [bare], controls: [reservedAddress(true)] }));
  t.equal(
    proxied.targets[0]?.status,
    'reachable',
    'how it was proved is not known, so nothing is downgraded',
  );
});
