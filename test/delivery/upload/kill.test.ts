/** `kill -9` at random moments of an upload. KILLS=200 made the figure in docs/performance.md. */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import t from 'tap';
import { isTemporary } from '../../../src/delivery/files/write-file.ts';
import { Spool } from '../../../src/delivery/upload/spool.ts';
import { blobStore, contentOf, openService } from './service.ts';
import { pass, SAS } from './trial.ts';

const KILLS = Number(process.env['KILLS'] ?? 20);
const SOURCE = join(import.meta.dirname, 'uploading.ts');

t.setTimeout(600_000);
t.test('no report is lost and none arrives half-written', { timeout: 600_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'apim-probe-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'made'));
  // Bundled, because most of what the many processes do would otherwise be reading source files.
  // In pieces, as the agent itself is bundled: what a bundle keeps of CommonJS packages depends on it.
  const program = join(folder, 'uploading.mjs');
  await build({
    ...{
      entryPoints: [SOURCE],
      outdir: folder,
      bundle: true,
      platform: 'node',
      format: 'esm',
      splitting: true,
    },
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  const spool = new Spool(join(folder, 'spool'), 64 * 1024 * 1024);
  const { blobs, handle } = blobStore();
  // Slow enough that most kills fall between a report's first byte and its confirmation.
  const service = await openService(t, (seen, response, number) =>
    setTimeout(() => handle(seen, response, number), Math.random() * 8),
  );
  const url = `${service.url}/c${SAS}`;
  const stored = new Map<string, string>();
  let killed = 0;
  let number = 0;
  // ms from the first thing done to the last, here and now: the moments are spread over it.
  let span = 0;
  const life = async (spared: boolean): Promise<void> => {
    number += 1;
    const report = {
      id: randomUUID(),
      startedAt: new Date(Date.UTC(2026, 4, 4) + number * 900_000).toISOString(),
    };
    const json = JSON.stringify({ ...report, filler: randomBytes(20_000).toString('hex') });
    const file = join(folder, 'made', `${number}.json`);
    writeFileSync(file, json);
    const child = spawn(process.execPath, [program, spool.folder, url, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let began = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready')) {
        began = performance.now();
        if (!spared) timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * span);
      }
      if (chunk.includes('stored')) stored.set(report.id, json);
    });
    const [, signal] = await once(child, 'close');
    clearTimeout(timer);
    if (signal === 'SIGKILL') killed += 1;
    else span = performance.now() - began;
  };
  // Two at once, like a run and a user's `upload`; sometimes neither is killed, to measure the duration again.
  for (let round = 0; killed < KILLS && round < KILLS * 2; round += 1) {
    await Promise.all([life(round % 10 === 0), life(round % 10 === 0)]);
  }
  t.ok(killed >= KILLS, `${killed} kills`);
  const waited = spool.waiting().length;
  // The next run removes the claims of those who were killed after they had removed their report.
  await life(true);
  const last = await pass(spool, url);
  t.match(last, { rejected: [], problem: null });
  t.strictSame([spool.waiting(), spool.rejected()], [[], []]);
  const arrived = new Set([...blobs.values()].map(contentOf));
  t.equal(arrived.size, blobs.size, 'each once');
  let lost = 0;
  for (const json of stored.values()) if (!arrived.has(json)) lost += 1;
  t.equal(lost, 0, 'of those that were in the spool');
  t.comment(
    `${killed} kills, ${stored.size} reports stored, ${blobs.size} arrived, ${waited} of them after the last kill`,
  );
  const left = readdirSync(spool.folder).filter((name) => !isTemporary(name));
  t.strictSame(left, [], 'nothing stays but temporary files, which are swept an hour later');
});
