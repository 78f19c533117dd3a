import { resolve } from 'node:path';
import { readBounded } from '../config/bounded-file.ts';
import { quotePath } from '../config/mask.ts';
import { REPORT_FORMATS } from '../config/types.ts';
import { UsageError } from '../config/usage-error.ts';
import { redactValue } from '../delivery/redaction/redact.ts';
import { LARGEST_REPORT } from '../report/largest-report.ts';
import { readReportBytes, WANTED } from '../report/read.ts';
import type { Command } from './command.ts';
import { tell, write } from './io.ts';
import { openWayOut } from './outgoing.ts';
import { loadOptions } from './sources.ts';

/** `apim-probe render REPORT`: an existing report in another format, redacted at the level that is asked for. */
export const render: Command = async ({ flags, own, positionals: [path = ''] }, io) => {
  const { options } = await loadOptions(flags, io);
  const file = readBounded(resolve(io.cwd, path), LARGEST_REPORT, WANTED);
  const reading = file.ok ? readReportBytes(file.bytes) : file;
  if (!reading.ok) throw new UsageError([`${quotePath(path)} ${reading.problem}`]);
  for (const note of reading.notes) await tell(io.stderr, `note: ${note}`);
  const { outgoing } = await openWayOut({ redact: options.redact, state: null }, null);
  const format = REPORT_FORMATS.find((known) => known === own['format']) ?? 'text';
  await write(io.stdout, outgoing(redactValue(reading.report)).as(format));
  return 0;
};
