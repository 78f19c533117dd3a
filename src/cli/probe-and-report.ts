/** Shared by `run` and `demo`: turns validated options into a delivered report and an exit code. */
import type { RunHooks } from '../agent.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Configured } from '../config/effective.ts';
import type { Loaded } from '../config/load.ts';
import type { Options } from '../config/types.ts';
import { folderProblem, outputProblems } from '../config/writable.ts';
import { openExporter, type ReportExporter } from '../delivery/export-report.ts';
import { openHistory, type RunHistory } from '../delivery/history/run-history.ts';
import { redactReport } from '../delivery/redaction/redact-report.ts';
import { type Spooled, spoolReport, uploadSpooled } from '../delivery/upload/spool-report.ts';
import { createUploader, type Uploader } from '../delivery/upload/uploader.ts';
import type { Report } from '../model/report.ts';
import { isStopSignal } from '../model/stop-signals.ts';
import { defectText } from './defect.ts';
import { deliver } from './deliver.ts';
import { EXIT_BUSY, exitCode } from './exit-code.ts';
import { type Io, writeMessage } from './io.ts';
import { createLog, type Log } from './log.ts';
import { logEvent, logOutcome } from './log-events.ts';
import { closeOutlets, type Outlets, openOutlets } from './outlets.ts';
import { type OutputPlan, planOutputs, type ReportOutput } from './outputs.ts';
import { createProgress, type Progress } from './progress.ts';
import { catchInterruptions } from './signals.ts';
import { printSummary, type SummaryRenderer } from './summary.ts';

/** What a command prints of a run, and its exit code, when they are not those of `run`. */
export interface Conclusion {
  readonly render: SummaryRenderer;
  readonly exit: (report: Report) => number;
}

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

type Notify = (level: 'info' | 'warn' | 'error', message: string) => Promise<void>;

const PREFIX = { info: '', warn: 'note: ', error: 'apim-probe: ' } as const;

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
  conclusion?: Conclusion,
): Promise<number> {
  const problems = outputProblems(loaded.options);
  if (problems.length > 0) throw new UsageError(problems);
  const outputs = checkNewFile(planOutputs(loaded.options, io.stdout.isTTY === true, reportOutput), io);
  const outlets = openOutlets(outputs.plan);
  try {
    return await runWith(loaded, io, agent, { ...outputs, outlets, conclusion });
  } finally {
    closeOutlets(outlets);
  }
}

interface Outputs {
  readonly plan: OutputPlan;
  /** Why the report of a terminal's run is not saved to a file, or null. */
  readonly unsaved: string | null;
  readonly outlets: Outlets;
  readonly conclusion: Conclusion | undefined;
}

/** What one run works with. */
interface Run extends Outputs {
  readonly loaded: Loaded;
  readonly io: Io;
  readonly agent: Agent;
  readonly log: Log | null;
  readonly notify: Notify;
  readonly history: RunHistory | null;
  readonly uploader: Uploader | null;
  /** Its abort ends the run early, with a report. */
  readonly signal: AbortSignal;
}

/** Opens what the run needs, and closes it at the end. */
async function runWith(loaded: Loaded, io: Io, agent: Agent, outputs: Outputs): Promise<number> {
  const { options } = loaded;
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
    const { signal } = interruption;
    return await performRun({ ...outputs, loaded, io, agent, log, notify, history, uploader, signal });
  } finally {
    await history?.close();
    interruption.release();
    log?.close();
  }
}

/** The order of a run: probe, deliver the report, print the summary, announce a change, upload. */
async function performRun(run: Run): Promise<number> {
  const { io, notify, history, uploader, unsaved, log, signal, conclusion } = run;
  const { options, notes } = run.loaded;
  const remarks = [...notes, ...(uploader?.notes ?? []), ...(unsaved === null ? [] : [unsaved])];
  for (const note of remarks) await notify('warn', note);
  const report = await probe(run);
  const exporter = await openExporter(options, uploader?.spool.folder ?? null);
  if (exporter.problem !== null)
    await notify('warn', `no other report has the same pseudonyms: ${exporter.problem}`);
  const out = exporter.exportReport(report);
  const stored = history === null ? null : { report, store: history };
  const delivery = await deliver(out, run.plan, io, { outlets: run.outlets, stored });
  closeOutlets(run.outlets);
  const spooled = uploader === null ? null : await spoolReport(out, uploader);
  for (const problem of delivery.problems) await notify('error', problem);
  const lines = unsaved === null ? [] : [unsaved];
  const summaryProblem = await printSummary(
    out.report,
    options,
    run.plan,
    delivery,
    lines,
    io,
    conclusion?.render,
  );
  if (summaryProblem !== null) await notify('error', summaryProblem);
  if (report.interrupted === 'defect') await writeMessage(io.stderr, DEFECT);
  if (log !== null) logOutcome(log.logger, report, delivery.files);
  await announceChange(report, run);
  // Releases the lock first: an upload service that does not answer must not block another run.
  await history?.close();
  const uploaded = await upload(spooled, exporter.rewrite, run);
  const delivered = delivery.complete && summaryProblem === null && uploaded;
  const interrupted = report.interrupted ?? lateInterruption(signal);
  return exitCode(
    { report: { ...report, interrupted }, failOn: options.failOn, delivered },
    conclusion?.exit(report),
  );
}

/** @returns the report without secrets, with what earlier runs add to it */
async function probe({ loaded, io, agent, signal, log, uploader, history }: Run): Promise<Report> {
  const progress = watch(loaded.options, io, log);
  const found = await agent(loaded, { signal, progress: progress.event }).finally(progress.stop);
  // The one place where a run's report is redacted: code after this line sees no secret.
  const redacted = redactReport(found);
  const annotated = uploader?.annotate(redacted) ?? redacted;
  return history === null ? annotated : await history.complete(annotated);
}

/** Runs the command of --on-change after the report is delivered. */
async function announceChange(report: Report, { history, io, signal, notify }: Run): Promise<void> {
  if (history === null) return;
  for (const problem of await history.tidy(Date.now())) await notify('warn', problem);
  const onLine = (line: string): void => void writeMessage(io.stderr, `on-change: ${line}`);
  const parts = { env: io.env, cwd: io.cwd, signal, onLine };
  for (const { level, message } of await history.announce(report, parts)) await notify(level, message);
}

/**
 * Runs after the summary, so that the user does not wait for an upload service.
 * @returns whether the report of this run has arrived, or none is sent
 */
async function upload(
  spooled: Spooled | null,
  rewrite: ReportExporter['rewrite'],
  { uploader, loaded, signal, notify }: Run,
): Promise<boolean> {
  if (uploader === null || spooled === null) return true;
  const { options } = loaded;
  const { complete, problems, remarks } = await uploadSpooled(spooled, uploader, rewrite, options, signal);
  for (const problem of problems) await notify('error', problem);
  if (!options.quiet) for (const remark of remarks) await notify('info', remark);
  return complete;
}
