/** Plans the outputs before the run: reports go to stdout, messages for people to stderr. */
import type { Options, ReportFormat } from '../config/types.ts';
import { isStdout } from '../config/writable.ts';

export interface OutputPlan {
  readonly files: readonly { readonly format: ReportFormat; readonly path: string }[];
  /** The report on stdout, if one goes there. */
  readonly stdout: ReportFormat | null;
  /** Whether the JSON report goes to a new file in the current folder, because no other output stores it. */
  readonly newFile: boolean;
  readonly summary: 'stdout' | 'stderr';
}

/** Whether the JSON report is written without a flag that asks for it. */
export type ReportOutput = 'always' | 'on-request';

/**
 * @param reportOutput `always` for a run: JSON on stdout, or a new file when stdout is a terminal, unless a state
 *   folder stores it; `on-request` for the demo, where the user wants the summary
 */
export function planOutputs(
  options: Pick<Options, 'output' | 'format' | 'state'>,
  stdoutIsTerminal: boolean,
  reportOutput: ReportOutput,
): OutputPlan {
  const named = options.format.map(({ format, file }) => ({ format, path: file }));
  const all = options.output === null ? named : [{ format: 'json' as const, path: options.output }, ...named];
  const asked = all.find(({ path }) => isStdout(path))?.format ?? null;
  const settled =
    asked !== null ||
    options.state !== null ||
    reportOutput === 'on-request' ||
    all.some(({ format }) => format === 'json');
  const stdout = settled || stdoutIsTerminal ? asked : 'json';
  return {
    files: all.filter(({ path }) => !isStdout(path)),
    stdout,
    newFile: !settled && stdoutIsTerminal,
    summary: stdout === null && (stdoutIsTerminal || reportOutput === 'on-request') ? 'stdout' : 'stderr',
  };
}
