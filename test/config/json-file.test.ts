/** A config file in JSON means the same to both parsers: a comment behind it makes it YAML. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { fileLayer } from '../../src/config/file.ts';
import { readJson } from '../../src/config/json-file.ts';
import { FILE_KEYS } from '../../src/config/options.ts';
import { fuzzRuns } from '../fuzz-runs.ts';

const folder = t.testdir();

/** What a file means, and its problems. */
function read(text: string): unknown {
  const path = join(folder, 'config.json');
  writeFileSync(path, text);
  const problems: string[] = [];
  const { layer } = fileLayer(path, 'named', problems);
  return { layer: [...(layer ?? [])], problems };
}

function bothWays(text: string): { readonly json: unknown; readonly yaml: unknown } {
  return { json: read(text), yaml: read(`${text}\n# a comment, which JSON has not`) };
}

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true }),
);
const key = fc.constantFrom(...FILE_KEYS, '$schema', 'config', 'unknown', 'Timeout', '__proto__');
const value = fc.oneof(
  scalar,
  fc.array(scalar),
  fc.constantFrom(null, [null], {}, { a: 1 }, [[1]], [{ a: [1] }], [], '{"a": [1]}', 'a\\"b\n,:{}[]'),
);
const object = fc.dictionary(key, value, { maxKeys: 6 });

t.test('the same values at the same lines and columns, and the same problems', async (t) => {
  const text = fc
    .tuple(object, fc.constantFrom(0, 1, 2))
    .map(([all, indent]) => JSON.stringify(all, null, indent));
  await fc.assert(
    fc.asyncProperty(text, async (one) => {
      const { json, yaml } = bothWays(one);
      // Any text as a title can be taken for TAP of its own.
      if (!t.same(json, yaml, 'alike')) throw new Error(one);
    }),
    { numRuns: fuzzRuns() },
  );
});

t.test('what is not one object of distinct keys is left to the YAML parser', async (t) => {
  for (const text of [
    ...['', '[]', '1', '{', '{"timeout": 1,}', '{"timeout": 1} {}', '{timeout: 1}', '# a\n{"timeout": 1}'],
    ...['{"timeout": 1, "timeout": 2}', '{"timeout": 1, "\\u0074imeout": 2}', '{"timeout": {"timeout": 1}}'],
    ...[
      '{"timeout": null}',
      '{"storage": ["a", null]}',
      '{"storage": [["a"]]}',
      '{"storage": ["a", {"b": 1}]}',
    ],
  ])
    t.equal(readJson(text), null, text);
  t.match(read('{"timeout": 1,\n "timeout": 2}'), { problems: [/:2:2: this option is in the file twice/] });
});

t.test('values are found between any white space, with their offsets', async (t) => {
  t.strictSame(readJson(' {"a" : [ "x,]" ,\r\n\t-1.5e3 ] , "b":true,"c":[]}'), [
    {
      key: 'a',
      at: 2,
      isList: true,
      values: [
        { value: 'x,]', at: 10 },
        { value: -1500, at: 20, written: '-1.5e3' },
      ],
    },
    { key: 'b', at: 31, isList: false, values: [{ value: true, at: 35 }] },
    { key: 'c', at: 40, isList: true, values: [] },
  ]);
});
