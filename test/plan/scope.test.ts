/** What a run covers, by its flags. */
import t from 'tap';
import { GROUPS } from '../../src/model/vocabulary.ts';
import { probedScope } from '../../src/plan/scope.ts';

t.test('without flags all groups are covered', async (t) => {
  t.strictSame(probedScope({ only: [], skip: [] }), { groups: [...GROUPS], narrowedBy: [], whole: true });
});

t.test('--only leaves its groups in, --skip takes its groups out', async (t) => {
  t.strictSame(probedScope({ only: ['key-vault', 'sql', 'sql'], skip: [] }), {
    groups: ['sql', 'key-vault'],
    narrowedBy: ['--only key-vault', '--only sql'],
    whole: false,
  });
  const { groups, narrowedBy, whole } = probedScope({ only: [], skip: ['smtp'] });
  t.strictSame(
    groups,
    GROUPS.filter((group) => group !== 'smtp'),
  );
  t.strictSame([narrowedBy, whole], [['--skip smtp'], false]);
});
