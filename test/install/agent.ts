/** The agent for tests of the schedule: all of it but the probing, which returns the report of the file $REPORT. */
import { readFileSync } from 'node:fs';
import { guardStreams } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { probeAndReport } from '../../src/cli/probe-and-report.ts';
import { loadOptions } from '../../src/cli/sources.ts';

const { stdout, stderr, env } = process;
const io = { stdout, stderr, stdin: () => process.stdin, env, cwd: process.cwd(), process };
const parsed = parseCommandLine(process.argv.slice(2));
if (parsed.kind !== 'command' || parsed.invocation.command !== 'run') {
  process.exitCode = await main(process.argv.slice(2), io);
} else {
  guardStreams(io);
  const report = async () => JSON.parse(readFileSync(env['REPORT'] ?? '', 'utf8'));
  const loaded = await loadOptions(parsed.invocation.flags, io);
  process.exitCode = await probeAndReport(loaded, io, report, 'always');
}
