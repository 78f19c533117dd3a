/** Who gets what, decided before the run: only a report goes to stdout, and everything for people goes to stderr. */
import type { Options, ReportFormat } from '../config/types.ts';
import { isStdout } from '../config/writable.ts';

export interface OutputPlan {
  readonly files: readonly { readonly format: ReportFormat; readonly path: string }[];
  /** The report on stdout, if one goes there. */
  readonly stdout: ReportFormat | null;
  /** Whether the JSON report is kept in a new file in the current folder, as nothing else would keep it. */
  readonly kept: boolean;
  readonly summary: 'stdout' | 'stderr';
}

/** What happens to the JSON report when the user says nothing: kept in any case, or only on request. */
export type Keeping = 'always' | 'on-request';

/**
 * @param keeping `always` for a run: JSON on stdout, or a new file when stdout is a terminal, unless a state folder
 *   keeps it; `on-request` for the demo, whose summary is what one wants to see, on a terminal or not
 */
export function planOutputs(
  options: Pick<Options, 'output' | 'format' | 'state'>,
  stdoutIsTerminal: boolean,
  keeping: Keeping,
): OutputPlan {
  const named = options.format.map(({ format, file }) => ({ format, path: file }));
  const all = options.output === null ? named : [{ format: 'json' as const, path: options.output }, ...named];
  const asked = all.find(({ path }) => isStdout(path))?.format ?? null;
  const settled =
    asked !== null ||
    options.state !== null ||
    keeping === 'on-request' ||
    all.some(({ format }) => format === 'json');
  const stdout = settled || stdoutIsTerminal ? asked : 'json';
  return {
    files: all.filter(({ path }) => !isStdout(path)),
    stdout,
    kept: !settled && stdoutIsTerminal,
    summary: stdout === null && (stdoutIsTerminal || keeping === 'on-request') ? 'stdout' : 'stderr',
  };
}
