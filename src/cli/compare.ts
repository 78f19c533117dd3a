import type { NetworkStatus } from '../azure/network-status.ts';
import { harmlessJson } from '../common/escaped-json.ts';
import { UsageError } from '../common/usage-error.ts';
import { compareReports } from '../compare/reports.ts';
import { compareWithService } from '../compare/service.ts';
import { reportsText } from '../compare/text/reports.ts';
import { serviceText } from '../compare/text/service.ts';
import type { Command } from './command.ts';
import { EXIT_INCONCLUSIVE } from './exit-code.ts';
import { write } from './io.ts';
import { type OpenReport, openComparables } from './open-report.ts';
import { findLastTwo, stateFolder } from './state-folder.ts';

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
 * `apim-probe compare [REPORT OTHER]`: compares a report with NetworkStatus, or two reports. Options are loaded only
 * without files, to find the state folder.
 */
export const compare: Command = async ({ positionals, flags, own }, io) => {
  if (positionals.length === 1) {
    throw new UsageError([
      `"apim-probe compare" needs two files, the older first, or --state DIR and no file`,
    ]);
  }
  const [unusedFlag] = Object.keys(flags);
  if (positionals.length > 1 && unusedFlag !== undefined) {
    throw new UsageError([
      `--${unusedFlag} is for a comparison without files: leave out either the flag or the files`,
    ]);
  }
  const paths =
    positionals.length > 1 ? positionals : await findLastTwo(await stateFolder(flags, io, 'compare'));
  const { json, text, worse, common } = compareDocuments(await openComparables(paths, io));
  await write(io.stdout, own['format'] === 'json' ? harmlessJson(json) : text);
  if (worse > 0) return 1;
  // Without a common endpoint, agreement is not proven.
  return common === 0 ? EXIT_INCONCLUSIVE : 0;
};
