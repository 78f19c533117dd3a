/** The one file, on a small program that imports in every way that the agent does. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { bundleInParts } from '../../build/chunks.ts';
import { oneFile } from '../../build/one-file.ts';

const run = promisify(execFile);

const PROJECT = {
  'main.ts': `
    import { shared } from './shared.ts';
    process.stdout.write(shared.join() + '\\n');
    if (process.argv[2] === 'late') import('./late.ts').then(({ late }) => late());
  `,
  'shared.ts': `export const shared: string[] = ['shared']; export function add(word: string) { shared.push(word); }`,
  'late.ts': `
    import { basename } from 'node:path';
    import { add, shared } from './shared.ts';
    export async function late() {
      const { Named } = await import('common');
      const { default: common } = await import('common');
      const { named } = await import('modern');
      add(new Named().word + (common.Named === Named) + named);
      process.stdout.write([...shared, basename(import.meta.url), 'é'].join() + '\\n');
    }
    throwing();
    function throwing() { if (process.env['THROW']) throw new Error('from late'); }
  `,
  node_modules: {
    common: {
      'package.json': '{"name":"common","main":"index.js"}',
      'index.js': `class Named { word = 'common'; } module.exports.Named = Named;`,
    },
    modern: {
      'package.json': '{"name":"modern","type":"module","exports":"./index.js"}',
      'index.js': `export const named = 'modern'; export default 0;`,
    },
  },
};

t.test('a program in one file', async (t) => {
  const root = t.testdir(PROJECT);
  const program = await bundleInParts(join(root, 'main.ts'), root);
  const code = await oneFile(program);
  t.ok(program.inputs.includes('node_modules/common/index.js'));
  t.notMatch(code, root, 'does not reveal where it was made');
  mkdirSync(join(root, 'elsewhere'));
  const file = join(root, 'elsewhere', 'program.mjs');
  writeFileSync(file, code);

  t.equal((await run(process.execPath, [file])).stdout, 'shared\n');
  const late = await run(process.execPath, [file, 'late']);
  t.equal(
    late.stdout,
    'shared\nshared,commontruemodern,program.mjs,é\n',
    'all names of every kind of package',
  );
  await t.rejects(run(process.execPath, [file, 'late'], { env: { THROW: '1' } }), /apim-probe\/late-\w+\.js/);

  t.equal(await oneFile(await bundleInParts(join(root, 'main.ts'), root)), code, 'and again the same');
});

t.test('an older Node.js is refused with the reason', async (t) => {
  const root = t.testdir(PROJECT);
  const code = await oneFile(await bundleInParts(join(root, 'main.ts'), root));
  const file = join(root, 'program.mjs');
  writeFileSync(file, code);
  for (const version of ['20.20.2', '26.9.0', '9.0.0']) {
    const pretend = join(root, 'pretend.cjs');
    writeFileSync(
      pretend,
      `Object.defineProperty(process.versions, 'node', { value: '${version}' });
       Object.defineProperty(process, 'version', { value: 'v${version}' });`,
    );
    await t.rejects(run(process.execPath, ['--require', pretend, file]), {
      code: 2,
      stdout: '',
      stderr: new RegExp(`needs Node\\.js [\\d.]+ or later, and this is v${version}\\.`),
    });
  }
});

t.test('an assertion of a library stays one', async (t) => {
  // undici asserts that a status has three digits that mean something, in a line that the runtime cannot take apart.
  const root = t.testdir({
    'main.ts': `
      import { createServer } from 'node:net';
      const server = createServer((socket) => void socket.once('data', () => socket.end('HTTP/1.1 000 X\\r\\n\\r\\n')));
      server.listen(0, '127.0.0.1', async () => {
        const { Client } = await import('undici');
        const { port } = server.address() as { port: number };
        const asked = new Client('http://127.0.0.1:' + port).request({ method: 'GET', path: '/' });
        await asked.catch((error) => process.stdout.write(error.constructor.name));
        process.exit();
      });
    `,
  });
  const code = await oneFile(await bundleInParts(join(root, 'main.ts'), root));
  const file = join(root, 'program.mjs');
  writeFileSync(file, code);
  t.equal((await run(process.execPath, [file])).stdout, 'AssertionError');
});
