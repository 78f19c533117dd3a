/** Takes the finished report to where it belongs. Whatever refuses it, it is not lost while anything takes it. */
import { tmpdir } from 'node:os';
import { systemReason } from '../config/system-reason.ts';
import type { ReportFormat } from '../config/types.ts';
import { createFile, replaceFile } from '../delivery/write-file.ts';
import { harmlessJson } from '../report/harmless-json.ts';
import { toNetworkStatus } from '../report/network-status.ts';
import type { Report } from '../report/schema.ts';
import { renderText } from '../report/text.ts';
import { type Io, StreamError, write } from './io.ts';
import type { OutputPlan } from './outputs.ts';

export interface Delivery {
  /** Whether every output that was planned was written. */
  readonly complete: boolean;
  /** The files that hold the report now. */
  readonly files: readonly string[];
  /** Whether a report went to stdout, planned or not: the summary cannot go there then. */
  readonly onStdout: boolean;
  readonly problems: readonly string[];
}

const FILE_WIDTH = 80;

const RENDERERS: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  json: harmlessJson,
  text: (report) => renderText(report, { color: false, width: FILE_WIDTH, quiet: false }),
  'network-status': (report) => harmlessJson(toNetworkStatus(report)),
};

/** `apim-probe-report-20261123T065200Z-1a2b3c`: sorts by time, and the id's end tells runs of one second apart. */
export function reportFileName({ startedAt, id }: Pick<Report, 'startedAt' | 'id'>): string {
  const compact = startedAt.replace(/\.\d+/, '').replace(/[-:]/g, '');
  return `apim-probe-report-${compact}-${id.slice(-6)}`;
}

function reasonOf(error: unknown): string {
  return systemReason(error instanceof StreamError ? error.cause : error);
}

/** Where a report goes whose file refused it: stdout when that is free, else a file among the temporary ones. */
async function rescue(
  report: Report,
  stdoutIsFree: boolean,
  io: Io,
): Promise<Pick<Delivery, 'files' | 'onStdout' | 'problems'>> {
  if (stdoutIsFree) {
    try {
      await write(io.stdout, harmlessJson(report));
      return { files: [], onStdout: true, problems: ['the JSON report went to stdout instead'] };
    } catch {
      return rescue(report, false, io);
    }
  }
  try {
    const path = await createFile(tmpdir(), reportFileName(report), '.json', harmlessJson(report));
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
 * Writes the report to every output of the plan.
 * @returns what was written and what was not; never throws for an output that fails
 */
export async function deliver(report: Report, plan: OutputPlan, io: Io): Promise<Delivery> {
  const files: string[] = [];
  const problems: string[] = [];
  let jsonIsSafe = false;
  let jsonFailed = false;
  const attempt = async (
    format: ReportFormat,
    name: string,
    work: () => Promise<string | null>,
  ): Promise<void> => {
    try {
      const path = await work();
      if (path !== null) files.push(path);
      if (format === 'json') jsonIsSafe = true;
    } catch (error) {
      problems.push(`the report could not be written to ${name}: ${reasonOf(error)}`);
      if (format === 'json') jsonFailed = true;
    }
  };
  for (const { format, path } of plan.files) {
    await attempt(format, path, async () => {
      await replaceFile(path, RENDERERS[format](report));
      return path;
    });
  }
  if (plan.kept) {
    await attempt('json', io.cwd, () =>
      createFile(io.cwd, reportFileName(report), '.json', harmlessJson(report)),
    );
  }
  const { stdout } = plan;
  if (stdout !== null) {
    await attempt(stdout, 'stdout', async () => {
      await write(io.stdout, RENDERERS[stdout](report));
      return null;
    });
  }
  const planned = { complete: problems.length === 0, files, onStdout: stdout !== null, problems };
  if (!jsonFailed || jsonIsSafe) return planned;
  const rescued = await rescue(report, stdout === null, io);
  return {
    complete: false,
    files: [...files, ...rescued.files],
    onStdout: planned.onStdout || rescued.onStdout,
    problems: [...problems, ...rescued.problems],
  };
}
