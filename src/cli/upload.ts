import { harmlessJson } from '../common/escaped-json.ts';
import { quotePath } from '../common/mask.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { count, duration } from '../common/wording.ts';
import type { Loaded } from '../config/load.ts';
import { openExporter } from '../delivery/export-report.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import type { UploadResult } from '../delivery/upload/send.ts';
import type { Rewrite, Spool } from '../delivery/upload/spool.ts';
import { rejectionLines } from '../delivery/upload/spool-report.ts';
import { uploadCommand } from '../delivery/upload/upload-command.ts';
import { uploadStatus } from '../delivery/upload/upload-status.ts';
import { createUploader, openSpool, type Uploader } from '../delivery/upload/uploader.ts';
import { isStopSignal } from '../model/stop-signals.ts';
import type { Command } from './command.ts';
import { defectText, wantsStack } from './defect.ts';
import { EXIT_DEFECT, EXIT_UNDELIVERED, exitOfSignal } from './exit-code.ts';
import { type Io, wrapOnTerminal, write, writeMessage } from './io.ts';
import { openReports } from './open-report.ts';
import { catchInterruptions } from './signals.ts';
import { loadOptions } from './sources.ts';

/** ms; the user of this command wants all reports sent, and can stop it. */
const COMMAND_TIMEOUT = 3_600_000;
/** ms; shorter pauses between attempts are not reported. */
const REPORTED_PAUSE = 10_000;

const NO_DESTINATION =
  'no destination is given: --upload URL; for a URL with a SAS or token --upload-file FILE, the variable ' +
  'APIM_PROBE_UPLOAD, or the systemd credential upload-url';

/** `apim-probe upload [REPORT…]`: sends the named reports and those in the spool. */
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
    const text = uploadStatus(spool, options.spoolBytes, uploader?.destination ?? null, command);
    await write(io.stdout, wrapOnTerminal(hideKnownSecrets(text), io.stdout));
    return 0;
  }
  const uploader = createUploader(options, io.env);
  if (uploader === null) throw new UsageError([NO_DESTINATION]);
  const given = await openReports(positionals, io);
  for (const note of [...loaded.notes, ...uploader.notes]) await writeMessage(io.stderr, `note: ${note}`);
  const { problem, rewrite } = await openExporter(options, uploader.spool.folder);
  if (problem !== null)
    await writeMessage(io.stderr, `note: no other report has the same pseudonyms: ${problem}`);
  try {
    for (const { report, value } of given) await uploader.spool.add(report, rewrite(harmlessJson(value)));
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

/** @throws UsageError for an existing spool that cannot be read */
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
  const notify = (message: string): void => void writeMessage(io.stderr, message);
  const interruption = catchInterruptions(
    io,
    notify,
    (defect) => defectText(defect, wantsStack([], io.env)),
    'keeping what is not confirmed',
  );
  try {
    const limit = origins.uploadTimeout === 'default' ? COMMAND_TIMEOUT : options.uploadTimeout;
    const pausing = (reason: string, ms: number): void => {
      if (ms >= REPORTED_PAUSE && !options.quiet)
        notify(`${uploader.destination}: ${reason}; trying again in ${duration(ms)}`);
    };
    const result = await uploader.send(limit, interruption.signal, rewrite, pausing);
    const { reason } = interruption.signal;
    for (const line of describeResult(result, uploader, options.quiet)) await writeMessage(io.stderr, line);
    if (isStopSignal(reason)) return exitOfSignal(reason);
    if (interruption.signal.aborted) return EXIT_DEFECT;
    const done = result.problem === null && result.spoolProblem === null && result.rejected.length === 0;
    return done ? 0 : EXIT_UNDELIVERED;
  } finally {
    interruption.release();
  }
}

function describeResult(result: UploadResult, uploader: Uploader, quiet: boolean): string[] {
  const { sent, rejected, problem, spoolProblem } = result;
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
