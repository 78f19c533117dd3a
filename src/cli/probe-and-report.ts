/** Shared by `run` and `demo`: turns validated options into a delivered report and an exit code. */
import type { RunHooks } from '../agent.ts';
import { systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Configured } from '../config/effective.ts';
import type { Loaded } from '../config/load.ts';
import type { Options } from '../config/types.ts';
import { folderProblem, outputProblems } from '../config/writable.ts';
import { hideKnownSecrets } from '../delivery/redaction/known-secrets.ts';
import { redact, redactValue } from '../delivery/redaction/redact.ts';
import { createUploader, type Uploader } from '../delivery/upload/uploader.ts';
import type { Report } from '../model/report.ts';
import { isStopSignal } from '../model/stop-signals.ts';
import { renderText } from '../report/text.ts';
import { defectText } from './defect.ts';
import { type Delivery, deliver } from './deliver.ts';
import { EXIT_BUSY, exitCode } from './exit-code.ts';
import { openExporter, type ReportExporter } from './export-report.ts';
import { columnsOf, type Io, StreamError, write, writeMessage } from './io.ts';
import { createLog, type Log } from './log.ts';
import { logEvent, logOutcome } from './log-events.ts';
import { runOnChange } from './on-change.ts';
import { closeOutlets, type Outlets, openOutlets } from './outlets.ts';
import { type OutputPlan, planOutputs, type ReportOutput } from './outputs.ts';
import { createProgress, type Progress } from './progress.ts';
import { openHistory, type RunHistory } from './run-history.ts';
import { catchInterruptions } from './signals.ts';
import { ClosedError } from './stream-writer.ts';
import { insertBeforeVerdict } from './summary.ts';
import { type Spooled, spoolReport, type Uploaded, uploadSpooled } from './upload-report.ts';

export type Agent = (configured: Configured, hooks: RunHooks) => Promise<Report>;

/** Shows no progress line when the log goes to stderr: they would overwrite each other. */
function watch(options: Options, io: Io, log: Log | null): Progress {
  const isHidden = options.quiet || (log !== null && !log.inFile);
  const line = isHidden
    ? { event: () => {}, stop: () => {} }
    : createProgress(io.stderr, { color: options.color, term: io.env['TERM'] });
  if (log === null) return line;
  return {
    event: (event) => {
      logEvent(log.logger, event);
      line.event(event);
    },
    stop: line.stop,
  };
}

async function probe(
  configured: Configured,
  io: Io,
  agent: Agent,
  signal: AbortSignal,
  log: Log | null,
): Promise<Report> {
  const progress = watch(configured.options, io, log);
  try {
    return await agent(configured, { signal, progress: progress.event });
  } finally {
    progress.stop();
  }
}

/** Drops the new file of a terminal's run when the folder is not writable; that is a note, not an error. */
function checkNewFile(
  plan: OutputPlan,
  io: Io,
): { readonly plan: OutputPlan; readonly unsaved: string | null } {
  const problem = plan.newFile ? folderProblem(io.cwd) : null;
  if (problem === null) return { plan, unsaved: null };
  const unsaved = `JSON report not saved: ${problem}. To get it: apim-probe --output FILE, or apim-probe > FILE`;
  return { plan: { ...plan, newFile: false }, unsaved };
}

/** @returns why the summary could not be written to stdout, or null */
async function summarise(
  report: Report,
  options: Options,
  plan: OutputPlan,
  delivery: Delivery,
  lines: readonly string[],
  io: Io,
): Promise<string | null> {
  const stream = plan.summary === 'stdout' && !delivery.onStdout ? io.stdout : io.stderr;
  const color = options.color && stream.isTTY === true;
  const text = renderText(report, { color, width: columnsOf(stream), quiet: options.quiet });
  const notes = [...lines, ...delivery.files.map((path) => `Report: ${path}`)].map((note) => redact(note));
  try {
    await write(stream, insertBeforeVerdict(text, report.verdict, notes));
    return null;
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    // Losing stderr is not a failure; losing stdout is, unless it was closed from the start.
    if (stream === io.stderr || error.cause instanceof ClosedError) return null;
    return `the summary could not be written to stdout: ${systemReason(error.cause)}`;
  }
}

type Notify = (level: 'info' | 'warn' | 'error', message: string) => Promise<void>;

const PREFIX = { info: '', warn: 'note: ', error: 'apim-probe: ' } as const;

/** Runs the command of --on-change after the report is delivered. */
async function announceChange(
  history: RunHistory,
  report: Report,
  options: Options,
  io: Io,
  signal: AbortSignal,
  notify: Notify,
): Promise<void> {
  for (const problem of await history.tidy(Date.now())) await notify('warn', problem);
  if (options.onChange === null) return;
  const change = history.changeIn(report);
  if (change !== null) {
    const problem = await runOnChange(options.onChange, change, {
      env: io.env,
      cwd: io.cwd,
      signal,
      onLine: (line) => void writeMessage(io.stderr, `on-change: ${line}`),
    });
    if (problem !== null) {
      await notify('error', `the command of --on-change ${problem}; ${history.retryText}`);
      return;
    }
  }
  const problem = await history.recordAnnounced(report, change !== null);
  if (problem !== null) await notify('warn', problem);
}

/** Runs after the summary, so that the user does not wait for an upload service. */
async function upload(
  spooled: Spooled,
  uploader: Uploader,
  rewrite: ReportExporter['rewrite'],
  options: Options,
  signal: AbortSignal,
  notify: Notify,
): Promise<Uploaded> {
  const uploaded = await uploadSpooled(spooled, uploader, rewrite, options, signal);
  for (const problem of uploaded.problems) await notify('error', problem);
  if (!options.quiet) for (const remark of uploaded.remarks) await notify('info', remark);
  return uploaded;
}

/** What interrupted the run after its report was finished. */
function lateInterruption({ aborted, reason }: AbortSignal): Report['interrupted'] {
  if (!aborted) return null;
  return isStopSignal(reason) ? reason : 'defect';
}

const DEFECT = 'This is a defect in apim-probe: the run ended early. Please report it, with the JSON report.';

/**
 * Probes, writes the report where it belongs, prints the summary.
 * @returns the exit code of the contract
 * @throws UsageError, before anything is sent, when an output cannot be written
 */
export async function probeAndReport(
  loaded: Loaded,
  io: Io,
  agent: Agent,
  reportOutput: ReportOutput,
): Promise<number> {
  const problems = outputProblems(loaded.options);
  if (problems.length > 0) throw new UsageError(problems);
  const outputs = checkNewFile(planOutputs(loaded.options, io.stdout.isTTY === true, reportOutput), io);
  const outlets = openOutlets(outputs.plan);
  try {
    return await runWith(loaded, io, agent, { ...outputs, outlets });
  } finally {
    closeOutlets(outlets);
  }
}

interface Outputs {
  readonly plan: OutputPlan;
  /** Why the report of a terminal's run is not saved to a file, or null. */
  readonly unsaved: string | null;
  readonly outlets: Outlets;
}

async function runWith(
  loaded: Loaded,
  io: Io,
  agent: Agent,
  { plan, unsaved, outlets }: Outputs,
): Promise<number> {
  const { options, notes } = loaded;
  const uploader = createUploader(options, io.env);
  const showStack = options.logLevel === 'debug' || options.logLevel === 'trace';
  const log = await createLog(options, {
    stderr: io.stderr,
    env: io.env,
    complain: (problem) => void writeMessage(io.stderr, `apim-probe: ${problem}`),
  });
  /** Messages go to the log file as well; with a log on stderr they would appear twice. */
  const notify: Notify = async (level, message) => {
    await writeMessage(io.stderr, `${PREFIX[level]}${message}`);
    if (log?.inFile === true) log.logger[level](message);
  };
  const opening = options.state === null ? null : await openHistory(options, options.state);
  if (opening?.kind === 'busy') {
    await notify('error', opening.message);
    log?.close();
    return EXIT_BUSY;
  }
  const history = opening?.history ?? null;
  const interruption = catchInterruptions(
    io,
    (message) => void writeMessage(io.stderr, message),
    (defect) => defectText(defect, showStack),
  );
  try {
    const remarks = [...notes, ...(uploader?.notes ?? []), ...(unsaved === null ? [] : [unsaved])];
    for (const note of remarks) await notify('warn', note);
    // The one place where a run's report is redacted: code after this line sees no secret.
    const probed = redactValue(await probe(loaded, io, agent, interruption.signal, log), (text) =>
      hideKnownSecrets(redact(text)),
    );
    const annotated = uploader?.annotate(probed) ?? probed;
    const report = history === null ? annotated : await history.complete(annotated);
    const exporter = await openExporter(options, uploader?.spool.folder ?? null);
    if (exporter.problem !== null)
      await notify('warn', `no other report has the same pseudonyms: ${exporter.problem}`);
    const out = exporter.exportReport(report);
    const stored = history === null ? null : { report, store: history };
    const delivery = await deliver(out, plan, io, { outlets, stored });
    closeOutlets(outlets);
    const spooled = uploader === null ? null : await spoolReport(out, uploader);
    for (const problem of delivery.problems) await notify('error', problem);
    const lines = unsaved === null ? [] : [unsaved];
    const summaryProblem = await summarise(out.report, options, plan, delivery, lines, io);
    if (summaryProblem !== null) await notify('error', summaryProblem);
    if (report.interrupted === 'defect') await writeMessage(io.stderr, DEFECT);
    if (log !== null) logOutcome(log.logger, report, delivery.files);
    if (history !== null) await announceChange(history, report, options, io, interruption.signal, notify);
    // Releases the lock first: an upload service that does not answer must not block another run.
    await history?.close();
    const uploaded =
      uploader === null || spooled === null
        ? null
        : await upload(spooled, uploader, exporter.rewrite, options, interruption.signal, notify);
    const delivered = delivery.complete && summaryProblem === null && (uploaded?.complete ?? true);
    const interrupted = report.interrupted ?? lateInterruption(interruption.signal);
    return exitCode({ report: { ...report, interrupted }, failOn: options.failOn, delivered });
  } finally {
    await history?.close();
    interruption.release();
    log?.close();
  }
}
