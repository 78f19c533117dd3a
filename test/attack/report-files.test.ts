/** Files that try to exhaust the memory or the stack of the commands that read a report. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import t from 'tap';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { writtenReport } from '../report/samples.ts';

/** MiB of the runtime's heap, and of all memory. */
const HEAP = 400;
const MEMORY = 1000;

const MODEL = new URL('../../src/model/read-report.ts', import.meta.url).href;
/** Reads a report's file, and prints the problem and the most memory that it took, in kibibytes. */
const SCRIPT = `
  const { readReportFile, parseReport } = await import(${JSON.stringify(MODEL)});
  const read = await readReportFile(process.argv[1]);
  const result = read.ok ? parseReport(read.value) : read;
  console.log(JSON.stringify({ problem: result.ok ? null : result.problem, memory: process.resourceUsage().maxRSS }));
`;

function read(path: string): { readonly problem: string | null; readonly memory: number } {
  const args = [`--max-old-space-size=${HEAP}`, '--input-type=module', '-e', SCRIPT, path];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const WHOLE = writtenReport();
const [TARGET] = WHOLE.targets;
const MANY = Array.from({ length: 1_000_000 }, () => 1);
const OTHER = SCHEMA_VERSION.replace(/\.\d+\./, '.99.');

t.test('a hostile file needs bounded memory, and the message describes it', async (t) => {
  const cwd = t.testdir({});
  const blanks = gzipSync(Buffer.alloc(300 * 1024 * 1024, ' '));
  const header = { name: 'b/reports/r.json', size: 300 * 1024 * 1024, type: 'file' as const };
  const bundle = await packTar([{ header, body: new Uint8Array(header.size) }]);
  for (const [what, content, expected] of [
    ['a gzip bomb', blanks, /^unpacks to more than 256 MiB/],
    ['a bomb in a bundle', gzipSync(bundle), /^unpacks to more than 256 MiB/],
    ['a bomb in a bomb', gzipSync(blanks), /^is a binary file/],
    [
      'a million wrong targets',
      JSON.stringify({ ...WHOLE, targets: MANY }),
      /^is a damaged report .*and more/,
    ],
    [
      'a million wrong parts of a target',
      JSON.stringify({ ...WHOLE, targets: [{ ...TARGET, resolutions: MANY }] }),
      /^is a damaged report \(targets\[0\]: Too many values\)/,
    ],
    [
      'the same in another minor version',
      JSON.stringify({ ...WHOLE, schemaVersion: OTHER, targets: MANY, findings: MANY, controls: MANY }),
      /^is a damaged report .*and more/,
    ],
    [
      'fifty million ones',
      `{"schemaVersion":"${SCHEMA_VERSION}","targets":[${'1,'.repeat(50_000_000)}1]}`,
      /^has more values than a report can have/,
    ],
    [
      'a million brackets',
      `{"schemaVersion":"${SCHEMA_VERSION}","a":${'['.repeat(1_000_000)}`,
      /^is nested too deeply/,
    ],
    ['a million keys', `{${MANY.map((_, key) => `"${key}":1`).join()}}`, /^is JSON, but not a report/],
  ] as const) {
    const path = join(cwd, 'r.json');
    writeFileSync(path, content);
    const { problem, memory } = read(path);
    t.match(problem, expected, what);
    t.ok(memory < MEMORY * 1024, `${what}: ${memory} KiB`);
  }
});
