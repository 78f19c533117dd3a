import t from 'tap';
import { evidenceOf, idsWith, playsAsPromised } from './agent-in-lab.ts';

const SQL = 'sql/labsql.database.windows.net:1433';

t.test('a dropped SQL port is one finding about SQL, and all else is reached', async (t) => {
  const report = await playsAsPromised(t, 'sql-blocked');
  t.same(idsWith(report, 'unreachable'), [SQL]);
  t.same(evidenceOf(report, 'outbound-dropped'), [SQL]);
  const attempts = report.targets.find(({ id }) => id === SQL)?.attempts ?? [];
  t.same(
    attempts.map(({ failure }) => failure),
    ['tcp_timeout', 'tcp_timeout', 'tcp_timeout', 'tcp_timeout'],
    'three attempts and a late one',
  );
});
