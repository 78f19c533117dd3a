/** Writes the finished report to its outputs. When one fails, falls back to stdout or a temporary file. */
import { tmpdir } from 'node:os';
import { systemReason } from '../common/system-reason.ts';
import type { ReportFormat } from '../config/types.ts';
import type { ExportedReport } from '../delivery/export-report.ts';
import { createFile, replaceFile, writeOutlet } from '../delivery/files/write-file.ts';
import { reportFileName } from '../delivery/report-names.ts';
import type { Report } from '../model/report.ts';
import { type Io, StreamError, write, writeOnlyCopy } from './io.ts';
import type { Outlets } from './outlets.ts';
import type { OutputPlan } from './outputs.ts';

export interface Delivery {
  /** Whether every output that was planned was written. */
  readonly complete: boolean;
  /** The files that hold the report now. */
  readonly files: readonly string[];
  /** One of them that holds the JSON, or null. */
  readonly json: string | null;
  /** Whether a report went to stdout, planned or not; the summary must then go to stderr. */
  readonly onStdout: boolean;
  readonly problems: readonly string[];
}

/** Stores reports on this machine. */
interface ReportStore {
  /** For messages. */
  readonly location: string;
  /** Resolves with the path. */
  store(report: Report): Promise<string>;
}

/** The report to store, which may differ from the exported one, and its store. */
interface StoreRequest {
  readonly report: Report;
  readonly store: ReportStore;
}

export interface Destinations {
  /** The outputs that were opened before the run; they stay open. */
  readonly outlets?: Outlets;
  /** Null without a history. */
  readonly stored?: StoreRequest | null;
}

/** The metrics name no host, and node_exporter reads them as another user. */
const MODES: Readonly<Partial<Record<ReportFormat, number>>> = { prometheus: 0o644 };

function reasonOf(error: unknown): string {
  return systemReason(error instanceof StreamError ? error.cause : error);
}

/** Saves a report that could not be written elsewhere: to stdout when it is unused, else to a temporary file. */
async function rescue(
  exported: ExportedReport,
  stdoutIsFree: boolean,
  io: Io,
): Promise<Pick<Delivery, 'files' | 'onStdout' | 'problems'>> {
  if (stdoutIsFree) {
    try {
      await writeOnlyCopy(io.stdout, exported.render('json'));
      return { files: [], onStdout: true, problems: ['the JSON report went to stdout instead'] };
    } catch {
      return rescue(exported, false, io);
    }
  }
  try {
    const name = reportFileName(exported.report);
    const path = await createFile(tmpdir(), name, '.json', exported.render('json'));
    return { files: [path], onStdout: false, problems: [`the JSON report was saved as ${path} instead`] };
  } catch (error) {
    return {
      files: [],
      onStdout: false,
      problems: [`the JSON report could not be saved anywhere: ${reasonOf(error)}`],
    };
  }
}

/**
 * Writes the report to every output of the plan, and stores it in the history.
 * @returns the results of all outputs; never throws for an output that fails
 */
export async function deliver(
  exported: ExportedReport,
  plan: OutputPlan,
  io: Io,
  { outlets = new Map(), stored = null }: Destinations = {},
): Promise<Delivery> {
  const files: string[] = [];
  const problems: string[] = [];
  let jsonIsSafe = false;
  let json: string | null = null;
  const attempt = async (
    format: ReportFormat,
    name: string,
    work: () => Promise<string | null>,
  ): Promise<void> => {
    try {
      const path = await work();
      if (path !== null) files.push(path);
      if (format !== 'json') return;
      jsonIsSafe = true;
      json ??= path;
    } catch (error) {
      problems.push(`the report could not be written to ${name}: ${reasonOf(error)}`);
    }
  };
  if (stored !== null) await attempt('json', stored.store.location, () => stored.store.store(stored.report));
  for (const { format, path } of plan.files) {
    await attempt(format, path, async () => {
      const outlet = outlets.get(path);
      const text = exported.render(format);
      await (outlet === undefined ? replaceFile(path, text, MODES[format]) : writeOutlet(outlet, text));
      return path;
    });
  }
  if (plan.newFile) {
    await attempt('json', io.cwd, () =>
      createFile(io.cwd, reportFileName(exported.report), '.json', exported.render('json')),
    );
  }
  const { stdout } = plan;
  if (stdout !== null) {
    await attempt(stdout, 'stdout', async () => {
      const out = stdout === 'json' && !jsonIsSafe ? writeOnlyCopy : write;
      await out(io.stdout, exported.render(stdout));
      return null;
    });
  }
  const planned = { complete: problems.length === 0, files, json, onStdout: stdout !== null, problems };
  if (problems.length === 0 || jsonIsSafe) return planned;
  const rescued = await rescue(exported, stdout === null, io);
  return {
    complete: false,
    files: [...files, ...rescued.files],
    json: rescued.files[0] ?? null,
    onStdout: planned.onStdout || rescued.onStdout,
    problems: [...problems, ...rescued.problems],
  };
}
