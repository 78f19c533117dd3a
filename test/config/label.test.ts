/** `--label KEY=VALUE`, from each place that an option can come from. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { UsageError } from '../../src/common/usage-error.ts';
import { type Loaded, load, type Sources } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';

function loaded(t: Test, sources: Partial<Sources>, file = ''): Loaded {
  const cwd = t.testdir({});
  const systemConfig = join(cwd, 'config.yaml');
  if (file !== '') writeFileSync(systemConfig, file);
  return load({ flags: {}, env: {}, cwd, systemConfig, ...sources }, readers);
}

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.problems.join('\n');
    throw error;
  }
  return 'none';
}

t.test('labels come by flag, variable and file, and values may be any printable text', async (t) => {
  const flags = { label: ['env=prod', 'app.team_1-x=Café = 14:00', `${'k'.repeat(63)}=${'v'.repeat(256)}`] };
  t.strictSame(loaded(t, { flags }).options.label, [
    { key: 'env', value: 'prod' },
    { key: 'app.team_1-x', value: 'Café = 14:00' },
    { key: 'k'.repeat(63), value: 'v'.repeat(256) },
  ]);
  const env = { APIM_PROBE_LABEL: 'env=prod,team=net site=7' };
  t.strictSame(
    loaded(t, { env }).options.label.map(({ key }) => key),
    ['env', 'team', 'site'],
  );
  for (const file of ['label: env=prod\n', 'label: [env=prod]\n', '{"label": ["env=prod"]}'])
    t.strictSame(loaded(t, {}, file).options.label, [{ key: 'env', value: 'prod' }]);
});

t.test('a problem names the key, the value and the fix', async (t) => {
  for (const [label, expected] of [
    ['prod', /^label: "prod" \(flag --label\) must be KEY=VALUE, like env=prod/],
    ['=prod', /^label: "=prod" \(flag --label\) has no key before the =/],
    ['Env=prod', /has the key "Env"; a key has only lower-case letters.*: write "env"$/],
    ['my env=prod', /has the key "my env".*: write "my-env"$/],
    ['größe=1', /has the key "größe".*: leave the other characters out$/],
    [`${'k'.repeat(64)}=v`, /has the key "k{64}" of 64 characters; a key has at most 63: shorten it$/],
    ['__proto__=1', /has the key "__proto__".*: choose another$/],
    ['env=', /gives the key "env" no value: write one after the =, or leave the label out$/],
    ['env=a\u001b[2J', /gives the key "env" the value "a\\u001b\[2J", which has characters that are not/],
    ['env=a\u202eb', /the value "a\\u202eb", which has characters that are not printable: remove them$/],
    ['env=a\nb', /not printable: remove them$/],
    [`env=${'v'.repeat(257)}`, /the key "env" a value of 257 characters; .* at most 256: shorten it$/],
  ] as const) {
    t.match(
      problemOf(() => loaded(t, { flags: { label: [label] } })),
      expected,
      JSON.stringify(label),
    );
  }
  t.match(
    problemOf(() => loaded(t, {}, 'label: {env: prod}\n')),
    /^label: .* must be text KEY=VALUE, like "env=prod"$/,
  );
});

t.test('each key is given once, with at most 16 labels', async (t) => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=v`);
  t.equal(loaded(t, { flags: { label: many(16) } }).options.label.length, 16);
  t.equal(
    problemOf(() => loaded(t, { flags: { label: many(17) } })),
    'label: 17 labels (flag --label) are more than the 16 that a report holds: leave some out',
  );
  t.equal(
    problemOf(() => loaded(t, { flags: { label: ['env=prod', 'env=test'] } })),
    'label: the key "env" (flag --label) has the values "prod" and "test": give it once',
  );
});

t.test('a secret in a label is in no message', async (t) => {
  const label = ['env=https://u:CANARY@h/?sig=CANARY', 'env=x'];
  t.notMatch(
    problemOf(() => loaded(t, { flags: { label } })),
    /CANARY/,
  );
});
