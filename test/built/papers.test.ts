/** The bill of materials and the notices of a build name the same packages. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import manifest from '../../package.json' with { type: 'json' };
import { BUILT } from '../cli/program.ts';

if (BUILT === null) throw new Error('PROGRAM_UNDER_TEST names no file: run "npm run test:built"');
const dist = dirname(BUILT);

t.test('what is shipped has a licence and a hash', async (t) => {
  const notices = readFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const licensed = [...notices.matchAll(/^={80}\n(\S+) (\d\S*), /gm)].map(
    ([, name, version]) => `${name}@${version}`,
  );
  const bom = JSON.parse(readFileSync(join(dist, 'apim-probe.cdx.json'), 'utf8'));
  const listed: string[] = bom.components.map(({ purl }: { purl: string }) =>
    decodeURIComponent(purl.replace('pkg:npm/', '')),
  );
  t.strictSame(listed.toSorted(), licensed.toSorted());
  for (const name of ['zod', 'yargs', 'yaml', 'undici'] satisfies (keyof typeof manifest.dependencies)[])
    t.ok(
      listed.some((one) => one.startsWith(`${name}@`)),
      name,
    );
  for (const { purl, hashes } of bom.components) t.match(hashes, [{ alg: 'SHA-512' }], purl);
});
