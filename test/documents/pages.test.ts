/** The generated pages are fresh, and complete. */
import t from 'tap';
import { catalogFor } from '../../src/catalog/index.ts';
import { flagName, OPTION_KEYS } from '../../src/config/options.ts';
import { SCENARIOS } from '../../src/lab/index.ts';
import { CLOUDS } from '../../src/model/vocabulary.ts';
import { CAUSE_PAGES } from './cause-pages.ts';
import { textOf } from './markdown.ts';
import { freshPage, PAGES } from './pages.ts';
import { schemaTables } from './schema-tables.ts';

for (const page of PAGES) {
  t.test(`${page} is what "npm run docs" writes`, async (t) => {
    t.equal(textOf(page), freshPage(page), 'run "npm run docs", and commit what it writes');
  });
}

t.test('every option is in the page of the options', async (t) => {
  const text = textOf('docs/options.md');
  const rows = [...text.matchAll(/^\| `--(?:no-)?([a-z-]+)[ `]/gm)].map(([, name]) => name);
  t.strictSame(rows.sort(), OPTION_KEYS.map(flagName).sort());
});

t.test('every cause has a page, and an example when a scenario of the demo shows it', async (t) => {
  const shown = new Set(SCENARIOS.flatMap(({ expected }) => expected.causes));
  for (const [path, cause] of CAUSE_PAGES) {
    const text = textOf(path);
    for (const part of ['## How it is recognised', '## What to do'])
      t.ok(text.includes(part), `${path}: ${part}`);
    t.equal(
      /^\$ apim-probe demo --scenario /m.test(text),
      shown.has(cause),
      `${path}: npm run docs -- --examples`,
    );
  }
});

t.test('every host of the catalogue is in the page of the endpoints', async (t) => {
  const text = textOf('docs/endpoints.md');
  const hosts = CLOUDS.flatMap((cloud) => catalogFor(cloud).flatMap((row) => row.hosts[cloud] ?? []));
  t.ok(hosts.length > 100);
  t.strictSame(
    hosts.filter((host) => !text.includes(`\`${host}\``)),
    [],
  );
});

t.test('a schema as tables', async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 10 }, (_, number) => [`n${number}`, { type: 'integer', description: 'A number' }]),
  );
  const tables = schemaTables(
    {
      properties: {
        when: { type: 'string', format: 'date-time', description: 'A time' },
        part: {
          type: 'object',
          description: 'A part',
          required: ['kind', 'many'],
          properties: {
            kind: { enum: ['a|b', 'c'], type: 'string', description: 'An <id>' },
            many: { type: 'object', description: 'Many', properties: many },
            map: {
              type: 'object',
              description: 'A map',
              propertyNames: { description: 'Name' },
              additionalProperties: { type: ['string', 'null'], description: 'A value' },
            },
            list: {
              type: 'array',
              description: 'Either',
              items: {
                oneOf: ['x', 'y'].map((one) => ({
                  type: 'object',
                  description: `The ${one}`,
                  required: ['name'],
                  properties: { name: { const: one, description: 'Which' } },
                })),
              },
            },
          },
        },
      },
      required: ['when', 'part'],
    },
    '##',
  );
  t.strictSame(tables.split('\n').slice(0, 22), [
    '| field | type | meaning |',
    '| --- | --- | --- |',
    '| `when` | time | A time. |',
    '',
    '## `part`',
    '',
    'A part.',
    '',
    '| field | type | meaning |',
    '| --- | --- | --- |',
    '| `kind` | string | An \\<id>. Values: `a\\|b`, `c`. |',
    '| `map` | map | A map. May be absent. |',
    '| `map.KEY` | string or null | A value. `KEY` is: Name. |',
    '| `list` | list of object | Either. May be absent. |',
    '| `list[] (x)` | object | The x. |',
    '| `list[] (x).name` | `x` | Which. |',
    '| `list[] (y)` | object | The y. |',
    '| `list[] (y).name` | `y` | Which. |',
    '',
    '## `part.many`',
    '',
    'Many.',
  ]);
  t.match(tables, /\| `n9` \| integer \| A number\. May be absent\. \|$/);
});
