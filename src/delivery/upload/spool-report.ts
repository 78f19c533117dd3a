/** Uploads the report of a `run` through the spool. Never changes a verdict. */
import { tmpdir } from 'node:os';
import { systemReason } from '../../common/system-reason.ts';
import { commandLine, count } from '../../common/wording.ts';
import type { Options } from '../../config/types.ts';
import type { Report } from '../../model/report.ts';
import type { ExportedReport } from '../export-report.ts';
import { createFile } from '../files/write-file.ts';
import { reportFileName } from '../report-names.ts';
import type { UploadResult } from './send.ts';
import type { Rewrite } from './spool.ts';
import type { Uploader } from './uploader.ts';

export interface Uploaded {
  /** Whether the destination has this report. */
  readonly complete: boolean;
  readonly problems: readonly string[];
  /** Successes, not shown with --quiet. */
  readonly remarks: readonly string[];
}

/** The report in the spool, or the result when it could not be stored there. */
export type Spooled =
  | { readonly kind: 'waits'; readonly name: string }
  | { readonly kind: 'failed'; readonly uploaded: Uploaded };

/**
 * Stores the report in the spool before slow work starts, so that this run or the next sends it.
 * @returns its place in the spool, or disk errors as problems
 */
export async function spoolReport(exported: ExportedReport, uploader: Uploader): Promise<Spooled> {
  const { report } = exported;
  const text = exported.render('json');
  const json = typeof text === 'string' ? text : [...text].join('');
  try {
    return { kind: 'waits', name: await uploader.keep(report, json) };
  } catch (error) {
    const reason = `it could not be put into ${uploader.spool.folder}: ${systemReason(error)}`;
    return { kind: 'failed', uploaded: await rescue(report, json, reason) };
  }
}

/**
 * @param signal when aborted, nothing is sent and the report waits
 * @returns the results; errors of the service or the disk become problems
 */
export async function uploadSpooled(
  spooled: Spooled,
  uploader: Uploader,
  rewrite: Rewrite,
  { uploadTimeout }: Pick<Options, 'uploadTimeout'>,
  signal: AbortSignal,
): Promise<Uploaded> {
  if (spooled.kind === 'failed') return spooled.uploaded;
  if (signal.aborted)
    return reportFailure(uploader, ['the run was stopped before the report could be uploaded']);
  try {
    return summarizeUpload(spooled.name, await uploader.send(uploadTimeout, signal, rewrite), uploader);
  } catch (error) {
    return reportFailure(uploader, [`the spool failed: ${systemReason(error)}`]);
  }
}

async function rescue(report: Report, json: string, reason: string): Promise<Uploaded> {
  const problem = `the report was not uploaded: ${reason}`;
  try {
    const path = await createFile(tmpdir(), reportFileName(report), '.json', json);
    return { complete: false, problems: [problem, `it was saved as ${path} instead`], remarks: [] };
  } catch {
    return { complete: false, problems: [problem], remarks: [] };
  }
}

function summarizeUpload(
  name: string,
  { sent, rejected, problem, spoolProblem }: UploadResult,
  uploader: Uploader,
): Uploaded {
  const { destination, spool } = uploader;
  const remarks = sent.length === 0 ? [] : [`Uploaded: ${count(sent.length, 'report')} to ${destination}`];
  const refusals = rejectionLines(rejected, uploader);
  const waits = spool.waiting().find((each) => each.name === name);
  const refused = rejected.some((each) => each.name === name);
  // Sent already, or being sent by another process: not a failure of this run.
  if (!refused && (waits === undefined || waits.held)) return { complete: true, problems: refusals, remarks };
  if (waits === undefined) return { complete: false, problems: refusals, remarks };
  const { problems } = reportFailure(uploader, [
    `the report was not uploaded to ${destination}: ${problem ?? spoolProblem ?? 'the time limit was reached before it'}`,
  ]);
  return { complete: false, problems: [...refusals, ...problems], remarks };
}

/** How many other reports wait. Ignores a spool that cannot be read: that was reported already. */
function countOthers(spool: Uploader['spool']): number {
  try {
    return spool.waiting().length - 1;
  } catch {
    return 0;
  }
}

function reportFailure(uploader: Uploader, problems: readonly string[]): Uploaded {
  const { spool } = uploader;
  const others = countOthers(spool);
  const withOthers = others > 0 ? ` with ${count(others, 'other')}` : '';
  const where = `it waits in ${spool.folder}${withOthers}; the next run sends it, or:${commandLine(uploader.command)}`;
  return { complete: false, problems: [...problems, where], remarks: [] };
}

/** Lists each reason once, with its number of reports. */
export function rejectionLines(rejected: UploadResult['rejected'], uploader: Uploader): string[] {
  const { destination, spool, command } = uploader;
  const byReason = Map.groupBy(rejected, ({ by, reason }) => `${by} ${reason}`);
  return [...byReason.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const reports = count(1 + others.length, 'report');
    const { by, reason } = first;
    const stored = `Stored in ${spool.rejectedFolder}`;
    return by === 'spool'
      ? `${reports} in ${spool.folder} cannot be sent: ${reason}. ${stored}`
      : `${destination} does not accept ${reports}: ${reason}. ${stored}; after you fix that:${commandLine(`${command} --retry-rejected`)}`;
  });
}
