/** Delivers a report with no file left to open: `node deliver-without-files.ts FILE MS`, after which some are free. */
import { deliver } from '../../src/cli/deliver.ts';
import type { Io } from '../../src/cli/io.ts';
import { exportAsIs } from '../../src/delivery/export-report.ts';
import { report } from '../report/samples.ts';
import { runOutOfFiles } from '../run-out-of-files.ts';

const [, , file = '', freeAfterMs = 'never'] = process.argv;
const outgoing = exportAsIs(report());
outgoing.render('json');

const free = runOutOfFiles(freeAfterMs);
const { stdout, stderr, env } = process;
const io = {
  stdout,
  stderr,
  env,
  cwd: '/nonexistent',
  process,
  systemConfig: '/nonexistent',
} as unknown as Io;
const plan = {
  files: [{ format: 'json', path: file }],
  stdout: null,
  newFile: false,
  summary: 'stderr',
} as const;
const { complete, problems } = await deliver(outgoing, plan, io);
free();
if (!complete) process.stderr.write(`${problems.join('\n')}\n`);
