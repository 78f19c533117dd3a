import { harmlessJson } from '../common/escaped-json.ts';
import { printableAll } from '../common/printable.ts';
import { readImports } from '../config/import-file.ts';
import { redactValue } from '../delivery/redaction/redact.ts';
import { survey } from '../environment/index.ts';
import { thisMachine } from '../environment/machine.ts';
import { judgeDocuments } from '../judge-documents.ts';
import type { PreflightCheck } from '../model/azure-documents.ts';
import { createPalette } from '../report/text/palette.ts';
import { preflightBlocks, preflightSummary } from '../report/text/preflight.ts';
import type { Command } from './command.ts';
import { columnsOf, type Io, write, writeMessage, writeText } from './io.ts';
import { loadOptions } from './sources.ts';

const NOT_MET = 1;
const NOT_SHOWN = 3;

/** `apim-probe preflight`: the prerequisites of a deployment, by the documents of --from. Sends nothing. */
export const preflight: Command = async ({ flags, own }, io) => {
  const { options, notes } = await loadOptions(flags, io);
  const files = readImports(options);
  // The metadata service is not asked: this works on any machine that has the files.
  const here = await survey(options, thisMachine(), null);
  const judged = judgeDocuments(files, options, here, Date.now());
  const { reported: documents, preflight: checks } = redactValue(printableAll(judged));
  for (const note of [...notes, ...judged.notes]) await writeMessage(io.stderr, `note: ${note}`);
  if (own['format'] === 'json') await write(io.stdout, harmlessJson({ documents, preflight: checks }));
  else await writeText(io.stdout, describeChecks(checks, options.color, io));
  return exitCode(checks);
};

function describeChecks(checks: readonly PreflightCheck[], color: boolean, { stdout }: Io): string {
  const width = Math.max(40, columnsOf(stdout));
  const palette = createPalette(color && stdout.isTTY === true);
  const blocks = preflightBlocks(checks, width, palette);
  return `${[...blocks, preflightSummary(checks, width)].map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** 1 when a prerequisite is not met, else 3 when a required one is not shown. */
function exitCode(checks: readonly PreflightCheck[]): number {
  if (checks.some(({ outcome }) => outcome === 'not-met')) return NOT_MET;
  return checks.some(({ outcome, required }) => outcome === 'not-shown' && required) ? NOT_SHOWN : 0;
}
