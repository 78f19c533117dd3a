/** What lies beside the programs: sums, notices, the bill of materials. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { notices, packagesOf } from '../../build/notices.ts';
import { onlyShipped } from '../../build/sbom.ts';
import { sums } from '../../build/sums.ts';

t.test('the sums are what sha256sum reads', async (t) => {
  const folder = t.testdir({ b: 'two', a: 'one' });
  const text = await sums(folder);
  t.match(text, /^[0-9a-f]{64} {2}a\n[0-9a-f]{64} {2}b\n$/);
  writeFileSync(join(folder, 'SHA256SUMS'), text);
  const output = execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
  t.equal(output, 'a: OK\nb: OK\n');
});

t.test('files belong to packages', async (t) => {
  const inputs = [
    'src/agent.ts',
    'node_modules/zod/index.js',
    'node_modules/zod/v4/core.js',
    'node_modules/@peculiar/x509/build/x509.js',
    'node_modules/a/node_modules/b/index.js',
    'named-imports:zod',
  ];
  t.same(packagesOf(inputs), [
    'node_modules/@peculiar/x509',
    'node_modules/a/node_modules/b',
    'node_modules/zod',
  ]);
});

t.test('each package is named with its licence', async (t) => {
  const root = t.testdir({
    texts: {
      'package.json': '{"name":"texts","version":"1.0.0","license":"MIT","author":{"name":"Somebody"}}',
      'LICENSE.md': 'May be used.',
      NOTICE: 'Take notice.',
      'license.js': 'no text',
    },
    word: { 'package.json': '{"name":"word","version":"2.0.0","license":"ISC"}' },
    silent: { 'package.json': '{"name":"silent","version":"3.0.0"}' },
    runtime: {
      'package.json': '{"name":"runtime","version":"4.0.0","license":"MIT"}',
      LICENSE: 'Of Node.js.',
    },
  });
  const text = notices(root, ['texts', 'word'], '/*! A comment. */', join(root, 'runtime'));
  t.match(text, /\ntexts 1\.0\.0, MIT, by Somebody\n\nMay be used\.\nTake notice\.\n/);
  t.match(text, /\nword 2\.0\.0, ISC\n\nThe package has no licence text/);
  t.match(text, /\nruntime 4\.0\.0[\s\S]*Of Node\.js\.[\s\S]*\/\*! A comment\. \*\/$/);
  t.notMatch(text, 'no text');
  t.throws(() => notices(root, ['silent'], '', join(root, 'runtime')), {
    message: /silent does not state its licence/,
  });
});

t.test('the bill of materials has the program and what is shipped', async (t) => {
  const component = { name: 'wt', type: 'library', purl: 'pkg:npm/apim-probe@0.1.0', 'bom-ref': 'app@1' };
  const bom = {
    bomFormat: 'CycloneDX',
    metadata: { component, tools: [] },
    components: [{ 'bom-ref': 'zod@4' }, { 'bom-ref': 'tap@21' }, { 'bom-ref': 'yaml@2' }],
    dependencies: [
      { ref: 'app@1', dependsOn: ['zod@4', 'tap@21'] },
      { ref: 'tap@21', dependsOn: ['yaml@2'] },
      { ref: 'yaml@2', dependsOn: [] },
    ],
  };
  t.same(JSON.parse(onlyShipped(JSON.stringify(bom), ['yaml@2', 'zod@4'])), {
    ...bom,
    metadata: { component: { ...component, name: 'apim-probe', type: 'application' }, tools: [] },
    components: [{ 'bom-ref': 'zod@4' }, { 'bom-ref': 'yaml@2' }],
    dependencies: [
      { ref: 'app@1', dependsOn: ['zod@4'] },
      { ref: 'yaml@2', dependsOn: [] },
    ],
  });
  t.throws(() => onlyShipped(JSON.stringify(bom), ['yaml@3']), { message: /lacks yaml@3/ });
});
