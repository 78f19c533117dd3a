import type { NetworkStatus } from '../azure/network-status.ts';
import { harmlessJson } from '../common/escaped-json.ts';
import { UsageError } from '../common/usage-error.ts';
import { compareReports } from '../compare/reports.ts';
import { compareWithService } from '../compare/service.ts';
import { reportsText } from '../compare/text/reports.ts';
import { serviceText } from '../compare/text/service.ts';
import type { Command, Invocation } from './command.ts';
import { EXIT_INCONCLUSIVE } from './exit-code.ts';
import { type Io, write, writeText } from './io.ts';
import { type OpenReport, openComparables } from './open-report.ts';
import { loadOptions } from './sources.ts';
import { findLastTwo, isStoredNumber, resolveNumbers, stateFolder } from './state-folder.ts';

interface Compared {
  readonly json: unknown;
  readonly text: string;
  /** How many required endpoints differ for the worse, and how many findings became errors. */
  readonly worse: number;
  /** How many endpoints the two have in common. */
  readonly common: number;
}

/** Accepts a report and NetworkStatus in either order, or two reports, the older first. */
function compareDocuments([one, other]: readonly (OpenReport | NetworkStatus)[]): Compared {
  if (one?.kind === 'report' && other?.kind === 'report') {
    const comparison = compareReports(one.report, other.report);
    const { targets, worse, findings } = comparison;
    const common = targets.changed.length + targets.unchanged;
    const errors = [
      ...findings.added,
      ...findings.changed.filter(({ oldSeverity }) => oldSeverity !== 'error'),
    ].filter(({ severity }) => severity === 'error').length;
    return { json: comparison, text: reportsText(comparison), worse: worse.required + errors, common };
  }
  const report = [one, other].find((each) => each?.kind === 'report');
  const status = [one, other].find((each) => each?.kind === 'network-status');
  if (report === undefined || status === undefined) {
    throw new UsageError([
      'both files are NetworkStatus replies: one of them must be a JSON report of apim-probe',
    ]);
  }
  const comparison = compareWithService(report.report, status);
  const { endpoints, disagreements } = comparison;
  const common = endpoints.filter(({ vm }) => vm !== null).length;
  return { json: comparison, text: serviceText(comparison), worse: disagreements.required, common };
}

/**
 * The paths to compare: the two that are named, or the last two runs.
 * @throws UsageError for one file alone, or an option that has no use
 */
async function pathsToCompare({ positionals, flags }: Invocation, io: Io): Promise<string[]> {
  if (positionals.length === 1) {
    throw new UsageError([
      '"apim-probe compare" needs two files, the older first, or none: then it compares the last two runs of the state folder',
    ]);
  }
  const isStored = positionals.length === 0 || positionals.some((path) => isStoredNumber(path, io));
  const [unusedFlag] = isStored ? [] : Object.keys(flags);
  if (unusedFlag !== undefined) {
    throw new UsageError([
      `--${unusedFlag} is for a comparison without files: leave out either the flag or the files`,
    ]);
  }
  if (!isStored) return [...positionals];
  const state = stateFolder(await loadOptions(flags, io), io, 'compare');
  return positionals.length === 0 ? findLastTwo(state) : resolveNumbers(positionals, () => state, io);
}

/** `apim-probe compare [REPORT OTHER]`: compares a report with NetworkStatus, or two reports. */
export const compare: Command = async (invocation, io) => {
  const { own } = invocation;
  const opened = await openComparables(await pathsToCompare(invocation, io), io);
  const { json, text, worse, common } = compareDocuments(opened);
  if (own['format'] === 'json') await write(io.stdout, harmlessJson(json));
  else await writeText(io.stdout, text);
  if (worse > 0) return 1;
  // Without a common endpoint, agreement is not proven.
  return common === 0 ? EXIT_INCONCLUSIVE : 0;
};
