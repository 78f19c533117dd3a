/** What `run` does with a report beside writing it: through the spool to its destination. Never changes a verdict. */
import { tmpdir } from 'node:os';
import { systemReason } from '../common/system-reason.ts';
import { count } from '../common/text-lines.ts';
import type { Options } from '../config/types.ts';
import { createFile } from '../delivery/files/write-file.ts';
import { reportFileName } from '../delivery/report-file-name.ts';
import type { UploadResult } from '../delivery/upload/send.ts';
import type { Rewrite } from '../delivery/upload/spool.ts';
import type { Uploader } from '../delivery/upload/uploader.ts';
import type { Report } from '../model/report.ts';
import type { ExportedReport } from './export-report.ts';
import { commandLine } from './io.ts';

export interface Uploaded {
  /** Whether the destination has this report. */
  readonly complete: boolean;
  readonly problems: readonly string[];
  /** What went well, for those who want to hear it. */
  readonly remarks: readonly string[];
}

/** Where the report waits for its turn, or what became of it instead. */
export type Spooled =
  | { readonly kind: 'waits'; readonly name: string }
  | { readonly kind: 'failed'; readonly uploaded: Uploaded };

/**
 * Puts the report into the spool. Before anything that takes time: what is there is sent by this run or by the next.
 * @returns where it is; never throws for what a disk does
 */
export async function spoolReport(exported: ExportedReport, uploader: Uploader): Promise<Spooled> {
  const { report } = exported;
  const json = exported.render('json');
  try {
    return { kind: 'waits', name: await uploader.keep(report, json) };
  } catch (error) {
    const reason = `it could not be put into ${uploader.spool.folder}: ${systemReason(error)}`;
    return { kind: 'failed', uploaded: await rescue(report, json, reason) };
  }
}

/**
 * @param signal a run that was stopped has no time left to send: its report waits
 * @returns what was sent and what was not; never throws for what a service or a disk does
 */
export async function uploadSpooled(
  spooled: Spooled,
  uploader: Uploader,
  rewrite: Rewrite,
  { uploadTimeout }: Pick<Options, 'uploadTimeout'>,
  signal: AbortSignal,
): Promise<Uploaded> {
  if (spooled.kind === 'failed') return spooled.uploaded;
  if (signal.aborted) return failed(uploader, ['the run was stopped before the report could be uploaded']);
  try {
    return uploadedReport(spooled.name, await uploader.send(uploadTimeout, signal, rewrite), uploader);
  } catch (error) {
    return failed(uploader, [`the spool failed: ${systemReason(error)}`]);
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

function uploadedReport(
  name: string,
  { sent, rejected, problem, spoolProblem }: UploadResult,
  uploader: Uploader,
): Uploaded {
  const { destination, spool } = uploader;
  const remarks = sent.length === 0 ? [] : [`Uploaded: ${count(sent.length, 'report')} to ${destination}`];
  const refusals = rejectionLines(rejected, uploader);
  const waits = spool.waiting().find((each) => each.name === name);
  const refused = rejected.some((each) => each.name === name);
  // Not here any more, or in the hands of another process that is sending it: no loss, and no failure of this run.
  if (!refused && (waits === undefined || waits.held)) return { complete: true, problems: refusals, remarks };
  if (waits === undefined) return { complete: false, problems: refusals, remarks };
  const { problems } = failed(uploader, [
    `the report was not uploaded to ${destination}: ${problem ?? spoolProblem ?? 'its turn did not come'}`,
  ]);
  return { complete: false, problems: [...refusals, ...problems], remarks };
}

/** How many wait beside this one; a spool that cannot be read has been complained about already. */
function othersIn(spool: Uploader['spool']): number {
  try {
    return spool.waiting().length - 1;
  } catch {
    return 0;
  }
}

function failed(uploader: Uploader, problems: readonly string[]): Uploaded {
  const { spool } = uploader;
  const others = othersIn(spool);
  const company = others > 0 ? ` with ${count(others, 'other')}` : '';
  const where = `it waits in ${spool.folder}${company}; the next run sends it, or:${commandLine(uploader.command)}`;
  return { complete: false, problems: [...problems, where], remarks: [] };
}

/** Each reason once, whoever it holds for. */
export function rejectionLines(rejected: UploadResult['rejected'], uploader: Uploader): string[] {
  const { destination, spool, command } = uploader;
  const byReason = Map.groupBy(rejected, ({ by, reason }) => `${by} ${reason}`);
  return [...byReason.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const reports = count(1 + others.length, 'report');
    const { by, reason } = first;
    const kept = `Kept in ${spool.rejectedFolder}`;
    return by === 'spool'
      ? `${reports} in ${spool.folder} cannot be sent: ${reason}. ${kept}`
      : `${destination} will not take ${reports}: ${reason}. ${kept}; when that is mended:${commandLine(`${command} --retry-rejected`)}`;
  });
}
