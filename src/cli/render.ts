import { resolve } from 'node:path';
import { readBounded } from '../config/bounded-file.ts';
import { load } from '../config/load.ts';
import { quotePath } from '../config/mask.ts';
import { REPORT_FORMATS } from '../config/types.ts';
import { UsageError } from '../config/usage-error.ts';
import { createDoor } from '../delivery/redaction/door.ts';
import { publicHostNames } from '../plan/public-names.ts';
import { LARGEST_REPORT } from '../report/largest-report.ts';
import { readReportBytes, WANTED } from '../report/read.ts';
import type { Command } from './command.ts';
import { tell, write } from './io.ts';
import { RENDERERS } from './renderers.ts';
import { loadSources } from './sources.ts';

/** `apim-probe render REPORT`: an existing report in another format, redacted at the level that is asked for. */
export const render: Command = async ({ flags, own, positionals: [path = ''] }, io) => {
  const { options } = load(loadSources(flags, io));
  const file = readBounded(resolve(io.cwd, path), LARGEST_REPORT, WANTED);
  const reading = file.ok ? readReportBytes(file.bytes) : file;
  if (!reading.ok) throw new UsageError([`${quotePath(path)} ${reading.problem}`]);
  for (const note of reading.notes) await tell(io.stderr, `note: ${note}`);
  const door = createDoor({ level: options.redact, names: publicHostNames() });
  door.learn(reading.report);
  const format = REPORT_FORMATS.find((known) => known === own['format']) ?? 'text';
  const text = RENDERERS[format](door.value(reading.report));
  await write(io.stdout, door.finished(text));
  return 0;
};
