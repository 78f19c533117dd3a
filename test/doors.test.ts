/** The check of the house's doors, tried on houses made for it: one where every import is right, one where none is. */
import { createRequire } from 'node:module';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import t, { type Test } from 'tap';

const require = createRequire(import.meta.url);
const {
  forbidden,
  options,
}: { forbidden: IForbiddenRuleType[]; options: ICruiseOptions } = require('../.dependency-cruiser.cjs');

/** What the imports below lead to. */
const HOUSE = {
  'package.json': '{"dependencies":{"wanted":"1"},"devDependencies":{"tooling":"1"}}',
  node_modules: {
    wanted: { 'package.json': '{"name":"wanted","main":"index.js"}', 'index.js': '' },
    tooling: { 'package.json': '{"name":"tooling","main":"index.js"}', 'index.js': '' },
    stray: { 'package.json': '{"name":"stray","main":"index.js"}', 'index.js': '' },
  },
  probes: { 'failures.ts': '', 'tcp.ts': '' },
  src: {
    'agent.ts': '',
    azure: { 'read.ts': '' },
    catalog: { 'index.ts': '' },
    cli: { 'main.ts': '' },
    compare: { 'reports.ts': '' },
    config: { 'host.ts': '', 'types.ts': '' },
    diagnosis: { 'diagnose.ts': '' },
    environment: { 'index.ts': '' },
    lab: { 'lab.ts': '' },
    plan: { 'types.ts': '' },
    records: { 'render.ts': '' },
    report: { 'schema.ts': '', 'vocabulary.ts': '' },
    run: { 'progress.ts': '', 'run.ts': '' },
  },
  test: { 'helper.ts': '' },
};

/** Files with what stands in them, in the form that testdir takes, put into the house. */
function furnished(files: Readonly<Record<string, string>>): object {
  const house: Record<string, unknown> = structuredClone(HOUSE);
  for (const [path, content] of Object.entries(files)) {
    const folders = path.split('/');
    const name = folders.pop() ?? path;
    let folder = house;
    for (const part of folders) {
      folder[part] ??= {};
      folder = folder[part] as Record<string, unknown>;
    }
    folder[name] = content;
  }
  return house;
}

/** The walls that were broken through, as `file: rule`, sorted. */
async function violations(t: Test, files: Readonly<Record<string, string>>): Promise<string[]> {
  const baseDir = t.testdir(furnished(files) as Parameters<Test['testdir']>[0]);
  const ruleSet = { forbidden };
  const { output } = await cruise(['bin', 'src', 'probes', 'test'], {
    ...options,
    baseDir,
    validate: true,
    ruleSet,
  });
  return (output as ICruiseResult).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort();
}

t.test('every import through a door is let pass', async (t) => {
  const found = await violations(t, {
    'bin/a.ts': "import '../src/cli/main.ts';",
    'src/cli/a.ts':
      "import '../agent.ts'; import '../config/types.ts'; import '../lab/lab.ts'; import '../run/progress.ts'; import '../records/render.ts';",
    'src/agent.ts':
      "import './environment/index.ts'; import './run/run.ts'; import './diagnosis/diagnose.ts';",
    'src/azure/a.ts': "import '../config/host.ts'; import '../report/vocabulary.ts';",
    'src/compare/a.ts': "import '../azure/read.ts'; import '../report/schema.ts';",
    'src/config/a.ts': "import '../azure/read.ts';",
    'src/plan/a.ts': "import '../catalog/index.ts'; import '../azure/read.ts';",
    'src/run/a.ts': "import '../../probes/tcp.ts'; import 'node:net';",
    'src/diagnosis/a.ts': "import type {} from '../report/schema.ts'; import '../../probes/failures.ts';",
    'src/records/a.ts': "import '../plan/types.ts'; import '../config/types.ts';",
    'src/report/a.ts': "import 'wanted'; import '../plan/types.ts';",
    'probes/a.ts': "import 'node:net'; import './tcp.ts';",
    'test/a.ts':
      "import '../src/cli/main.ts'; import '../probes/tcp.ts'; import 'tooling'; import './helper.ts';",
  });
  t.same(found, []);
});

t.test('every import through a wall is found', async (t) => {
  const planted: readonly [file: string, content: string, rule: string][] = [
    ['bin/a.ts', "import '../src/run/run.ts';", 'doors-of-bin'],
    ['probes/a.ts', "import '../src/report/vocabulary.ts';", 'doors-of-probes'],
    ['src/agent.ts', "import '../probes/tcp.ts';", 'doors-of-src/agent.ts'],
    ['src/azure/a.ts', "import '../config/types.ts';", 'doors-of-src/azure'],
    ['src/catalog/a.ts', "import '../plan/types.ts';", 'doors-of-src/catalog'],
    ['src/cli/a.ts', "import '../run/run.ts';", 'doors-of-src/cli'],
    ['src/cli/b.ts', "import '../catalog/index.ts';", 'doors-of-src/cli'],
    ['src/cli/c.ts', "import '../../test/helper.ts';", 'doors-of-src/cli'],
    ['src/compare/a.ts', "import '../plan/types.ts';", 'doors-of-src/compare'],
    ['src/config/a.ts', "import '../cli/main.ts';", 'doors-of-src/config'],
    ['src/diagnosis/a.ts', "import '../../probes/tcp.ts';", 'doors-of-src/diagnosis'],
    ['src/diagnosis/b.ts', "import 'node:net';", 'diagnosis-does-no-io'],
    ['src/environment/a.ts', "import '../run/run.ts';", 'doors-of-src/environment'],
    ['src/lab/a.ts', "import '../../probes/tcp.ts';", 'doors-of-src/lab'],
    ['src/lab/b.ts', "import '../catalog/index.ts';", 'doors-of-src/lab'],
    ['src/plan/a.ts', "import '../run/run.ts';", 'doors-of-src/plan'],
    ['src/records/a.ts', "import '../catalog/index.ts';", 'doors-of-src/records'],
    ['src/records/b.ts', "import '../agent.ts';", 'doors-of-src/records'],
    ['src/report/a.ts', "import '../diagnosis/diagnose.ts';", 'doors-of-src/report'],
    ['src/run/a.ts', "import '../catalog/index.ts';", 'doors-of-src/run'],
    ['src/run/b.ts', "export type A = import('../catalog/index.ts').A;", 'doors-of-src/run'],
    ['src/run/c.ts', "import type { A } from '../catalog/index.ts';", 'doors-of-src/run'],
    ['src/run/d.ts', "export { a } from '../catalog/index.ts';", 'doors-of-src/run'],
    ['src/run/e.ts', "await import('../catalog/index.ts');", 'doors-of-src/run'],
    ['src/run/f.ts', "import 'tooling';", 'no-development-package-in-production'],
    ['src/run/g.ts', "import 'stray';", 'no-development-package-in-production'],
    ['src/run/h.ts', "import './i.ts';", 'no-circular'],
    ['src/shed/a.ts', "import '../report/vocabulary.ts';", 'room-without-doors'],
    ['test/a.ts', "import './nowhere.ts';", 'nothing-unresolved'],
  ];
  const files = Object.fromEntries(planted.map(([file, content]) => [file, content]));
  const found = await violations(t, { ...files, 'src/run/i.ts': "import './h.ts';" });
  t.same(found, planted.map(([file, , rule]) => `${file}: ${rule}`).sort());
});
