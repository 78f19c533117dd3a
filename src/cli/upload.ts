import { z } from 'zod';
import { quotePath } from '../common/mask.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import { count, duration } from '../common/text-lines.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Loaded } from '../config/load.ts';
import type { UploadResult } from '../delivery/upload/send.ts';
import { type Rewrite, type Spool, UnsendableReport } from '../delivery/upload/spool.ts';
import { uploadCommand } from '../delivery/upload/upload-command.ts';
import type { Identified } from '../delivery/upload/upload-name.ts';
import { createUploader, openSpool, type Uploader } from '../delivery/upload/uploader.ts';
import { isStopSignal } from '../model/stop-signals.ts';
import type { Command } from './command.ts';
import { defectText } from './defect.ts';
import { EXIT_DEFECT, EXIT_UNDELIVERED, exitOfSignal } from './exit-code.ts';
import { openExporter } from './export-report.ts';
import { type Io, write, writeMessage } from './io.ts';
import { readReportFile } from './report-file.ts';
import { catchInterruptions } from './signals.ts';
import { loadOptions } from './sources.ts';
import { rejectionLines } from './upload-report.ts';
import { uploadStatus } from './upload-status.ts';

/** ms; somebody who types the command wants it all sent, and can stop it. */
const PATIENCE = 3_600_000;
/** ms; a shorter pause between attempts is nothing to speak of. */
const LONG_PAUSE = 10_000;

/** As much of a report as its name needs: reports of other versions are sent as well. */
const Sendable = z.object({ schemaVersion: z.string(), id: z.uuid(), startedAt: z.iso.datetime() });

interface Given {
  /** As the user gave it. */
  readonly path: string;
  readonly report: Identified;
  readonly json: string;
}

/** @throws UsageError naming every file that is no report */
function readReports(paths: readonly string[], cwd: string): Given[] {
  const problems: string[] = [];
  const given = paths.flatMap((path) => {
    const json = readReportFile(path, cwd);
    const parsed = Sendable.safeParse(parseJson(json));
    if (parsed.success) return [{ path, report: parsed.data, json }];
    problems.push(`${quotePath(path)} is no JSON report of apim-probe`);
    return [];
  });
  if (problems.length > 0) throw new UsageError(problems);
  return given;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const NO_DESTINATION =
  'no destination is given: --upload URL; for a URL with a SAS or token --upload-file FILE, the variable ' +
  'APIM_PROBE_UPLOAD, or the systemd credential upload-url';

/** `apim-probe upload [REPORT…]`: sends what waits in the spool, after the reports named. */
export const upload: Command = async ({ flags, own, positionals }, io) => {
  const loaded = await loadOptions(flags, io);
  const { options } = loaded;
  checkSpool(openSpool(options, io.env), loaded);
  if (own['status'] === true) {
    if (positionals.length > 0 || own['retry-rejected'] === true)
      throw new UsageError(['--status sends nothing: leave the reports and --retry-rejected out']);
    const uploader = createUploader(options, io.env);
    const spool = uploader?.spool ?? openSpool(options, io.env);
    const command = uploadCommand(options, spool.folder, process.platform);
    await write(io.stdout, uploadStatus(spool, options.spoolBytes, uploader?.destination ?? null, command));
    return 0;
  }
  const uploader = createUploader(options, io.env);
  if (uploader === null) throw new UsageError([NO_DESTINATION]);
  const given = readReports(positionals, io.cwd);
  for (const note of [...loaded.notes, ...uploader.notes]) await writeMessage(io.stderr, `note: ${note}`);
  const { problem, rewrite } = await openExporter(options, uploader.spool.folder);
  if (problem !== null)
    await writeMessage(io.stderr, `note: the pseudonyms are in no other report, as ${problem}`);
  const ready = rewritten(given, rewrite);
  try {
    for (const { report, json } of ready) await uploader.spool.add(report, json);
    if (own['retry-rejected'] === true) await uploader.spool.retryRejected();
  } catch (error) {
    await writeMessage(
      io.stderr,
      `apim-probe: the spool ${uploader.spool.folder} cannot be written: ${systemReason(error)}`,
    );
    return EXIT_UNDELIVERED;
  }
  return sendAll(uploader, loaded, rewrite, io);
};

/** @throws UsageError naming each that cannot be sent: nested too deep, or of an older format at the strict level */
function rewritten(given: readonly Given[], rewrite: Rewrite): readonly Given[] {
  const problems: string[] = [];
  const done = given.flatMap((one) => {
    try {
      return { ...one, json: rewrite(one.json) };
    } catch (error) {
      if (error instanceof UnsendableReport) problems.push(`${quotePath(one.path)} ${error.message}`);
      else if (error instanceof RangeError)
        problems.push(`${quotePath(one.path)} is nested far too deep for a report`);
      else throw error;
      return [];
    }
  });
  if (problems.length > 0) throw new UsageError(problems);
  return done;
}

/** @throws UsageError for a spool that is there and cannot be read */
function checkSpool(spool: Spool, { origins }: Loaded): void {
  try {
    spool.waiting();
    spool.rejected();
  } catch (error) {
    if (errorCode(error) === null) throw error;
    throw new UsageError([
      `spool: ${quotePath(spool.folder)} (${origins.spool}) cannot be read: ${systemReason(error)}; give --spool DIR, or run this as its owner`,
    ]);
  }
}

async function sendAll(
  uploader: Uploader,
  { options, origins }: Loaded,
  rewrite: Rewrite,
  io: Io,
): Promise<number> {
  const say = (message: string): void => void writeMessage(io.stderr, message);
  const interruption = catchInterruptions(
    io,
    say,
    (defect) => defectText(defect, false),
    'keeping what is not confirmed',
  );
  try {
    const limit = origins.uploadTimeout === 'default' ? PATIENCE : options.uploadTimeout;
    const pausing = (reason: string, ms: number): void => {
      if (ms >= LONG_PAUSE && !options.quiet)
        say(`${uploader.destination}: ${reason}; trying again in ${duration(ms)}`);
    };
    const pass = await uploader.send(limit, interruption.signal, rewrite, pausing);
    const { reason } = interruption.signal;
    for (const line of passLines(pass, uploader, options.quiet)) await writeMessage(io.stderr, line);
    if (isStopSignal(reason)) return exitOfSignal(reason);
    if (interruption.signal.aborted) return EXIT_DEFECT;
    const done = pass.problem === null && pass.spoolProblem === null && pass.rejected.length === 0;
    return done ? 0 : EXIT_UNDELIVERED;
  } finally {
    interruption.release();
  }
}

function passLines(pass: UploadResult, uploader: Uploader, quiet: boolean): string[] {
  const { sent, rejected, problem, spoolProblem } = pass;
  const { spool, destination } = uploader;
  const lines = rejectionLines(rejected, uploader).map((line) => `apim-probe: ${line}`);
  const left = spool.waiting().length;
  const rest = `${count(left, 'report')} left in ${spool.folder}`;
  if (spoolProblem !== null) lines.push(`apim-probe: ${spoolProblem}. ${rest}`);
  if (problem !== null) lines.push(`apim-probe: ${destination}: ${problem}. ${rest}`);
  if (!quiet && sent.length > 0) lines.push(`Uploaded: ${count(sent.length, 'report')} to ${destination}`);
  if (!quiet && sent.length + rejected.length === 0 && problem === null && spoolProblem === null) {
    lines.push(`Nothing waits in ${spool.folder}`);
  }
  return lines;
}
