import { redactValue } from '../delivery/redaction/redact.ts';
import { probedScope } from '../plan/scope.ts';
import type { Command } from './command.ts';
import { columnsOf, type Io, write, writeMessage, writeText } from './io.ts';
import { planCsv } from './plan-csv.ts';
import { planJson } from './plan-json.ts';
import type { Listing } from './plan-listing.ts';
import { planTable } from './plan-table.ts';
import { loadOptions } from './sources.ts';

async function printListing(format: unknown, listing: Listing, { stdout }: Io): Promise<void> {
  if (format === 'json') await write(stdout, planJson(listing));
  else if (format === 'csv') await write(stdout, planCsv(listing));
  else await writeText(stdout, planTable(listing, columnsOf(stdout)));
}

/** `apim-probe plan`: lists what a run would contact, without contacting it. */
export const plan: Command = async ({ flags, own }, io) => {
  const { options, notes } = await loadOptions(flags, io);
  const { surveyAndPlan } = await import('../survey-and-plan.ts');
  const { environment, plan: made } = await surveyAndPlan(options);
  const listing = redactValue({
    cloud: environment.cloud,
    region: environment.region,
    scope: probedScope(options),
    targets: made.targets,
    controls: own['controls'] === true ? made.controls : null,
    notes: made.notes,
    absences: made.absences,
  });
  for (const note of [...notes, ...made.notes]) await writeMessage(io.stderr, `note: ${note}`);
  await printListing(own['format'], listing, io);
  return 0;
};
