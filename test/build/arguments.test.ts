import t from 'tap';
import { parseArguments } from '../../build/arguments.ts';
import { TARGETS } from '../../build/targets.ts';

t.test('all targets, or those named, in the order of the list', async (t) => {
  t.same(parseArguments([]), { help: false, targets: TARGETS, available: false, compress: false });
  const some = parseArguments(['--target', 'win-x64', '--target=linux-x64', '--available']);
  t.same(
    some.targets.map(({ name }) => name),
    ['linux-x64', 'win-x64'],
  );
  t.equal(some.available, true);
  t.equal(parseArguments(['--compress']).compress, true);
  t.equal(parseArguments(['-h']).help, true);
});

t.test('what is unknown is refused with what is known', async (t) => {
  t.throws(() => parseArguments(['--target', 'sparc']), {
    name: 'BuildError',
    message: /--target sparc: no such target\. Targets: linux-x64, linux-arm64, win-x64/,
  });
  for (const argv of [['--taget', 'x'], ['--target'], ['linux-x64']])
    t.throws(() => parseArguments(argv), { name: 'BuildError', message: /npm run build \[-- OPTIONS\]/ });
});

t.test('every runtime is pinned by package.json', async (t) => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  const pins = new Map(Object.entries(manifest.optionalDependencies));
  const versions = new Set(TARGETS.map(({ runtime }) => pins.get(runtime.package)));
  t.equal(versions.size, 1, 'and to the same version');
  t.notOk(versions.has(undefined));
});
