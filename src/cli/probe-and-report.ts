/** What `run` and `demo` share: from validated options to a delivered report and an exit code. */
import type { RunHooks } from '../agent.ts';
import type { Loaded } from '../config/load.ts';
import type { Options } from '../config/types.ts';
import { UsageError } from '../config/usage-error.ts';
import { folderProblem, outputProblems } from '../config/writable.ts';
import { createUploader, type Uploader } from '../delivery/upload/uploader.ts';
import type { Report } from '../report/schema.ts';
import { renderText } from '../report/text.ts';
import { defectText } from './defect.ts';
import { type Delivery, deliver } from './deliver.ts';
import { exitCode } from './exit-code.ts';
import { columnsOf, type Io, StreamError, write } from './io.ts';
import { createLog } from './log.ts';
import { type Keeping, type OutputPlan, planOutputs } from './outputs.ts';
import { createProgress, type Progress } from './progress.ts';
import { catchInterruptions } from './signals.ts';
import { beforeVerdict } from './summary.ts';
import { type Uploaded, uploadReport } from './upload-report.ts';

export type Agent = (options: Options, hooks: RunHooks) => Promise<Report>;

/** Talk is dispensable: a stderr that takes nothing must not cost the report. */
async function tell(io: Io, message: string): Promise<void> {
  await write(io.stderr, `${message}\n`).catch((error: unknown) => {
    if (!(error instanceof StreamError)) throw error;
  });
}

/** A log that tells every event and a line that is drawn over and over would tear each other. */
async function watch(options: Options, io: Io): Promise<Progress> {
  const log = await createLog(options.logLevel, io.stderr);
  if (log !== null) {
    return { event: (event) => log[event.kind === 'phase' ? 'info' : 'debug'](event), stop: () => {} };
  }
  if (options.quiet) return { event: () => {}, stop: () => {} };
  return createProgress(io.stderr, { color: options.color, term: io.env['TERM'] });
}

async function probe(options: Options, io: Io, agent: Agent, signal: AbortSignal): Promise<Report> {
  const progress = await watch(options, io);
  try {
    return await agent(options, { signal, progress: progress.event });
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

async function summarise(
  report: Report,
  options: Options,
  plan: OutputPlan,
  delivery: Delivery,
  lines: readonly string[],
  io: Io,
): Promise<void> {
  const stream = plan.summary === 'stdout' && !delivery.onStdout ? io.stdout : io.stderr;
  const color = options.color && stream.isTTY === true;
  const text = renderText(report, { color, width: columnsOf(stream), quiet: options.quiet });
  const notes = [...lines, ...delivery.files.map((path) => `Report: ${path}`)];
  await write(stream, beforeVerdict(text, report.verdict, notes)).catch((error: unknown) => {
    if (!(error instanceof StreamError)) throw error;
  });
}

/** After the summary, which nobody should have to wait for because a service does not answer. */
async function upload(
  report: Report,
  uploader: Uploader,
  options: Options,
  io: Io,
  signal: AbortSignal,
): Promise<Uploaded> {
  const uploaded = await uploadReport(report, uploader, options, signal);
  for (const problem of uploaded.problems) await tell(io, `apim-probe: ${problem}`);
  if (!options.quiet) for (const remark of uploaded.remarks) await tell(io, remark);
  return uploaded;
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
  const { options, notes } = loaded;
  const problems = outputProblems(options);
  if (problems.length > 0) throw new UsageError(problems);
  const uploader = createUploader(options, io.env);
  const { plan, unkept } = withoutFolder(planOutputs(options, io.stdout.isTTY === true, keeping), io);
  const showStack = options.logLevel === 'debug' || options.logLevel === 'trace';
  const interruption = catchInterruptions(
    io.process,
    (message) => void tell(io, message),
    (defect) => defectText(defect, showStack),
  );
  try {
    const remarks = [...notes, ...(uploader?.notes ?? []), ...(unkept === null ? [] : [unkept])];
    for (const note of remarks) await tell(io, `note: ${note}`);
    const probed = await probe(options, io, agent, interruption.signal);
    const report = uploader?.annotate(probed) ?? probed;
    const delivery = await deliver(report, plan, io);
    for (const problem of delivery.problems) await tell(io, `apim-probe: ${problem}`);
    await summarise(report, options, plan, delivery, unkept === null ? [] : [unkept], io);
    if (report.interrupted === 'defect') await tell(io, DEFECT);
    const uploaded =
      uploader === null ? null : await upload(report, uploader, options, io, interruption.signal);
    const delivered = delivery.complete && (uploaded?.complete ?? true);
    return exitCode({ report, failOn: options.failOn, delivered });
  } finally {
    interruption.release();
  }
}
