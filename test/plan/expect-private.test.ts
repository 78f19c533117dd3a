/** Values of `--expect-private` that mean nothing. */
import t from 'tap';
import { UsageError } from '../../src/common/usage-error.ts';
import type { Options } from '../../src/config/types.ts';
import { ALL_NAMES, planWith } from './places.ts';

function outcome(expectPrivate: readonly string[], more: Partial<Options> = {}): readonly string[] {
  try {
    return planWith({ ...ALL_NAMES, ...more, expectPrivate }).notes;
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

t.test('a group, a host and a resource of the plan', async (t) => {
  t.same(outcome(['key-vault', 'contososql.database.windows.net', 'contosostore', 'contosovault']), []);
  t.same(outcome(['sql'], { sql: [] }), [], 'a resource that is still to be named');
});

t.test('what the plan does not have is refused, with a suggestion', async (t) => {
  t.strictSame(outcome(['storage', 'contosovalt', 'contosostore.blob.core.windows.nte', 'zzz', 'dns']), [
    '--expect-private storage: neither a group nor a host of the plan. Did you mean storage-blob? "apim-probe plan" lists both',
    '--expect-private contosovalt: neither a group nor a host of the plan. Did you mean contosovault? "apim-probe plan" lists both',
    '--expect-private contosostore.blob.core.windows.nte: neither a group nor a host of the plan. Did you mean contosostore.blob.core.windows.net? "apim-probe plan" lists both',
    '--expect-private zzz: neither a group nor a host of the plan. "apim-probe plan" lists both',
    '--expect-private dns: no endpoint of this group has a name in DNS; leave it out',
  ]);
});

t.test('what is outside of the scope is noted', async (t) => {
  t.strictSame(outcome(['key-vault', 'sql'], { only: ['sql'] }), [
    '--expect-private key-vault has no effect: --only leaves it out',
  ]);
});
