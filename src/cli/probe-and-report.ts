/** What `run` and `demo` share: from validated options to a delivered report and an exit code. */
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
import { type Keeping, type OutputPlan, planOutputs } from './outputs.ts';
import { createProgress, type Progress } from './progress.ts';
import { openHistory, type RunHistory } from './run-history.ts';
import { catchInterruptions } from './signals.ts';
import { ClosedError } from './stream-writer.ts';
import { beforeVerdict } from './summary.ts';
import { type Spooled, spoolReport, type Uploaded, uploadSpooled } from './upload-report.ts';

export type Agent = (configured: Configured, hooks: RunHooks) => Promise<Report>;

/** A log on stderr that tells every event and a line that is drawn over and over would tear each other. */
function watch(options: Options, io: Io, log: Log | null): Progress {
  const still = options.quiet || (log !== null && !log.inFile);
  const line = still
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

/** The file that a terminal's run is kept in needs a folder that takes it; where none does, that is said and no error. */
function withoutFolder(
  plan: OutputPlan,
  io: Io,
): { readonly plan: OutputPlan; readonly unkept: string | null } {
  const problem = plan.kept ? folderProblem(io.cwd) : null;
  if (problem === null) return { plan, unkept: null };
  const unkept = `JSON report: not kept, as ${problem}. To get it: apim-probe --output FILE, or apim-probe > FILE`;
  return { plan: { ...plan, kept: false }, unkept };
}

/** @returns why stdout did not take the summary, or null */
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
    await write(stream, beforeVerdict(text, report.verdict, notes));
    return null;
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    // Messages are dispensable; what was to go to stdout was asked for, unless nobody gave a stdout.
    if (stream === io.stderr || error.cause instanceof ClosedError) return null;
    return `the summary could not be written to stdout: ${systemReason(error.cause)}`;
  }
}

type Say = (level: 'info' | 'warn' | 'error', message: string) => Promise<void>;

const PREFIX = { info: '', warn: 'note: ', error: 'apim-probe: ' } as const;

/** What waits until the report is where it belongs, and changes nothing of what it says. */
async function announceChange(
  history: RunHistory,
  report: Report,
  options: Options,
  io: Io,
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  for (const problem of await history.tidy(Date.now())) await say('warn', problem);
  if (options.onChange === null) return;
  const change = history.changeIn(report);
  if (change !== null) {
    const problem = await runOnChange(options.onChange, change, {
      env: io.env,
      cwd: io.cwd,
      signal,
      say: (line) => void writeMessage(io.stderr, `on-change: ${line}`),
    });
    if (problem !== null) {
      await say('error', `the command of --on-change ${problem}; ${history.prospect}`);
      return;
    }
  }
  const problem = await history.announced(report, change !== null);
  if (problem !== null) await say('warn', problem);
}

/** After the summary, which nobody should have to wait for because a service does not answer. */
async function upload(
  spooled: Spooled,
  uploader: Uploader,
  rewrite: ReportExporter['rewrite'],
  options: Options,
  signal: AbortSignal,
  say: Say,
): Promise<Uploaded> {
  const uploaded = await uploadSpooled(spooled, uploader, rewrite, options, signal);
  for (const problem of uploaded.problems) await say('error', problem);
  if (!options.quiet) for (const remark of uploaded.remarks) await say('info', remark);
  return uploaded;
}

/** What ended the run after its report was finished, which can not say it any more. */
function endOf({ aborted, reason }: AbortSignal): Report['interrupted'] {
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
  keeping: Keeping,
): Promise<number> {
  const problems = outputProblems(loaded.options);
  if (problems.length > 0) throw new UsageError(problems);
  const outputs = withoutFolder(planOutputs(loaded.options, io.stdout.isTTY === true, keeping), io);
  const outlets = openOutlets(outputs.plan);
  try {
    return await runWith(loaded, io, agent, { ...outputs, outlets });
  } finally {
    closeOutlets(outlets);
  }
}

interface Outputs {
  readonly plan: OutputPlan;
  /** Why no file keeps the report of a terminal's run, or null. */
  readonly unkept: string | null;
  readonly outlets: Outlets;
}

async function runWith(
  loaded: Loaded,
  io: Io,
  agent: Agent,
  { plan, unkept, outlets }: Outputs,
): Promise<number> {
  const { options, notes } = loaded;
  const uploader = createUploader(options, io.env);
  const showStack = options.logLevel === 'debug' || options.logLevel === 'trace';
  const log = await createLog(options, {
    stderr: io.stderr,
    env: io.env,
    complain: (problem) => void writeMessage(io.stderr, `apim-probe: ${problem}`),
  });
  /** What goes to a person goes to a log file as well; on stderr it would stand twice. */
  const say: Say = async (level, message) => {
    await writeMessage(io.stderr, `${PREFIX[level]}${message}`);
    if (log?.inFile === true) log.logger[level](message);
  };
  const opening = options.state === null ? null : await openHistory(options, options.state);
  if (opening?.kind === 'busy') {
    await say('error', opening.message);
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
    const remarks = [...notes, ...(uploader?.notes ?? []), ...(unkept === null ? [] : [unkept])];
    for (const note of remarks) await say('warn', note);
    // The one place where a run's report is redacted: nothing after this line sees a secret that a peer, a file or a
    // variable has put into it.
    const probed = redactValue(await probe(loaded, io, agent, interruption.signal, log), (text) =>
      hideKnownSecrets(redact(text)),
    );
    const annotated = uploader?.annotate(probed) ?? probed;
    const report = history === null ? annotated : await history.complete(annotated);
    const exporter = await openExporter(options, uploader?.spool.folder ?? null);
    if (exporter.problem !== null)
      await say('warn', `the pseudonyms of this report are in no other one, as ${exporter.problem}`);
    const out = exporter.exportReport(report);
    const kept = history === null ? null : { report, keeper: history };
    const delivery = await deliver(out, plan, io, { outlets, kept });
    closeOutlets(outlets);
    const spooled = uploader === null ? null : await spoolReport(out, uploader);
    for (const problem of delivery.problems) await say('error', problem);
    const lines = unkept === null ? [] : [unkept];
    const unsummarised = await summarise(out.report, options, plan, delivery, lines, io);
    if (unsummarised !== null) await say('error', unsummarised);
    if (report.interrupted === 'defect') await writeMessage(io.stderr, DEFECT);
    if (log !== null) logOutcome(log.logger, report, delivery.files);
    if (history !== null) await announceChange(history, report, options, io, interruption.signal, say);
    // A service that does not answer keeps no other run from probing: the spool is nobody's alone.
    await history?.close();
    const uploaded =
      uploader === null || spooled === null
        ? null
        : await upload(spooled, uploader, exporter.rewrite, options, interruption.signal, say);
    const delivered = delivery.complete && unsummarised === null && (uploaded?.complete ?? true);
    const interrupted = report.interrupted ?? endOf(interruption.signal);
    return exitCode({ report: { ...report, interrupted }, failOn: options.failOn, delivered });
  } finally {
    await history?.close();
    interruption.release();
    log?.close();
  }
}
