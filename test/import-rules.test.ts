/** The import rules, tried on trees made for them: one where every import is allowed, one where none is. */
import { createRequire } from 'node:module';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import t, { type Test } from 'tap';

const require = createRequire(import.meta.url);
const {
  forbidden,
  options,
}: { forbidden: IForbiddenRuleType[]; options: ICruiseOptions } = require('../.dependency-cruiser.cjs');

/** What the imports below lead to. */
const TREE = {
  'package.json': '{"dependencies":{"wanted":"1","rhea":"1"},"devDependencies":{"tooling":"1"}}',
  node_modules: {
    wanted: { 'package.json': '{"name":"wanted","main":"index.js"}', 'index.js': '' },
    rhea: { 'package.json': '{"name":"rhea","main":"index.js"}', 'index.js': '' },
    tooling: { 'package.json': '{"name":"tooling","main":"index.js"}', 'index.js': '' },
    stray: { 'package.json': '{"name":"stray","main":"index.js"}', 'index.js': '' },
  },
  probes: { 'failures.ts': '', 'tcp.ts': '' },
  src: {
    'agent.ts': '',
    'version.ts': '',
    azure: { 'read.ts': '' },
    catalog: { 'index.ts': '' },
    cli: { 'main.ts': '' },
    compare: { 'reports.ts': '' },
    common: { 'host-name.ts': '' },
    config: { 'types.ts': '' },
    diagnosis: { 'diagnose.ts': '' },
    environment: { 'index.ts': '' },
    lab: { 'lab.ts': '' },
    plan: { 'types.ts': '' },
    records: { 'render.ts': '' },
    model: { 'report.ts': '', 'vocabulary.ts': '' },
    report: { 'text.ts': '' },
    run: { 'progress.ts': '', 'run.ts': '' },
  },
  bin: {},
  build: {},
  test: { 'helper.ts': '' },
};

/** The tree with these files added, in the form that testdir takes. */
function treeWith(files: Readonly<Record<string, string>>): object {
  const tree: Record<string, unknown> = structuredClone(TREE);
  for (const [path, content] of Object.entries(files)) {
    const folders = path.split('/');
    const name = folders.pop() ?? path;
    let folder = tree;
    for (const part of folders) {
      folder[part] ??= {};
      folder = folder[part] as Record<string, unknown>;
    }
    folder[name] = content;
  }
  return tree;
}

/** The rules that were broken, as `file: rule`, sorted. */
async function violations(t: Test, files: Readonly<Record<string, string>>): Promise<string[]> {
  const baseDir = t.testdir(treeWith(files) as Parameters<Test['testdir']>[0]);
  const ruleSet = { forbidden };
  const { output } = await cruise(['bin', 'build', 'src', 'probes', 'test'], {
    ...options,
    baseDir,
    validate: true,
    ruleSet,
  });
  return (output as ICruiseResult).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort();
}

t.test('imports from the layers above are allowed', async (t) => {
  const found = await violations(t, {
    'bin/a.ts': "import '../src/cli/main.ts';",
    'src/cli/a.ts':
      "import '../agent.ts'; import '../config/types.ts'; import '../run/progress.ts'; import '../records/render.ts'; await import('../lab/lab.ts');",
    'src/agent.ts':
      "import './environment/index.ts'; import './run/run.ts'; import './diagnosis/diagnose.ts';",
    'src/azure/a.ts': "import '../common/host-name.ts'; import '../model/vocabulary.ts';",
    'src/compare/a.ts': "import '../azure/read.ts'; import '../model/report.ts';",
    'src/config/a.ts': "import '../azure/read.ts';",
    'src/plan/a.ts': "import '../catalog/index.ts'; import '../azure/read.ts';",
    'src/run/a.ts': "import '../../probes/tcp.ts'; import 'node:net';",
    'src/diagnosis/a.ts': "import type {} from '../model/report.ts'; import '../../probes/failures.ts';",
    'src/records/a.ts': "import '../plan/types.ts'; import '../config/types.ts';",
    'src/report/a.ts': "import 'wanted'; import '../plan/types.ts';",
    'src/lab/a.ts': "import '../model/vocabulary.ts'; import 'rhea';",
    'probes/a.ts': "import 'node:net'; import './tcp.ts';",
    'test/a.ts':
      "import '../src/cli/main.ts'; import '../probes/tcp.ts'; import 'tooling'; import './helper.ts';",
  });
  t.same(found, []);
});

t.test('every import against the rules is found', async (t) => {
  const planted: readonly [file: string, content: string, ...rules: string[]][] = [
    ['probes/a.ts', "import '../src/model/vocabulary.ts';", 'imports-of-probes'],
    ['src/common/a.ts', "import '../model/report.ts';", 'imports-of-src/common'],
    ['src/model/a.ts', "import '../config/types.ts';", 'imports-of-src/model'],
    ['src/agent.ts', "import '../probes/tcp.ts';", 'only-a-run-probes'],
    ['src/agent.ts', "import './cli/main.ts';", 'imports-of-src/agent.ts'],
    ['src/azure/a.ts', "import '../config/types.ts';", 'imports-of-src/azure'],
    ['src/catalog/a.ts', "import '../plan/types.ts';", 'imports-of-src/catalog'],
    ['src/cli/c.ts', "import '../../test/helper.ts';", 'imports-of-src/cli'],
    ['src/cli/d.ts', "import '../lab/lab.ts';", 'lab-starts-on-demand'],
    ['src/cli/e.ts', "await import('rhea');", 'lab-packages-for-the-lab'],
    ['src/config/a.ts', "import '../cli/main.ts';", 'imports-of-src/config'],
    ['src/diagnosis/a.ts', "import '../../probes/tcp.ts';", 'diagnosis-is-pure', 'only-a-run-probes'],
    ['src/diagnosis/b.ts', "import 'node:fs';", 'diagnosis-does-no-io'],
    ['src/diagnosis/c.ts', "import '../run/run.ts';", 'diagnosis-is-pure'],
    ['src/environment/a.ts', "import '../run/run.ts';", 'imports-of-src/environment'],
    ['src/lab/a.ts', "import '../../probes/tcp.ts';", 'lab-shares-nothing', 'only-a-run-probes'],
    ['src/lab/b.ts', "import '../catalog/index.ts';", 'lab-shares-nothing'],
    ['src/plan/a.ts', "import '../run/run.ts';", 'imports-of-src/plan'],
    ['src/records/b.ts', "import '../agent.ts';", 'imports-of-src/records'],
    ['src/run/a.ts', "import '../diagnosis/diagnose.ts';", 'imports-of-src/run'],
    ['src/run/b.ts', "export type A = import('../diagnosis/diagnose.ts').A;", 'imports-of-src/run'],
    ['src/run/c.ts', "import type { A } from '../diagnosis/diagnose.ts';", 'imports-of-src/run'],
    ['src/run/d.ts', "export { a } from '../diagnosis/diagnose.ts';", 'imports-of-src/run'],
    ['src/run/e.ts', "await import('../diagnosis/diagnose.ts');", 'imports-of-src/run'],
    ['src/run/f.ts', "import 'tooling';", 'no-development-package-in-production'],
    ['src/run/g.ts', "import 'stray';", 'no-development-package-in-production'],
    ['src/run/h.ts', "import './i.ts';", 'no-circular'],
    ['src/shed/a.ts', "import '../model/vocabulary.ts';", 'module-without-layer'],
    ['build/a.ts', "import '../src/version.ts';", 'build-knows-no-source'],
    ['test/a.ts', "import './nowhere.ts';", 'nothing-unresolved'],
  ];
  const texts = Map.groupBy(planted, ([file]) => file);
  const files = Object.fromEntries(
    [...texts].map(([file, entries]) => [file, entries.map(([, content]) => content).join(' ')]),
  );
  const found = await violations(t, { ...files, 'src/run/i.ts': "import './h.ts';" });
  const expected = planted.flatMap(([file, , ...rules]) => rules.map((rule) => `${file}: ${rule}`));
  t.same(found, expected.sort());
});
