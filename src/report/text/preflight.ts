/** The prerequisites as text: what is not met first, and the command for what no document shows. */
import { count, few, wrap } from '../../common/text-lines.ts';
import type { PreflightCheck } from '../../model/azure-documents.ts';
import type { Mark, Palette } from './palette.ts';

const MARKS = { met: 'good', 'not-met': 'bad', 'not-shown': 'unknown' } as const satisfies Record<
  PreflightCheck['outcome'],
  Mark
>;
const ORDER: readonly PreflightCheck['outcome'][] = ['met', 'not-shown', 'not-met'];
const SHOWN = 6;

/** One block a check, those that are met first, so that the end of the output is what needs action. */
export function preflightBlocks(
  checks: readonly PreflightCheck[],
  width: number,
  palette: Palette,
): string[][] {
  return ORDER.flatMap((outcome) => checks.filter((check) => check.outcome === outcome)).map((check) =>
    checkLines(check, width, palette),
  );
}

function checkLines(check: PreflightCheck, width: number, palette: Palette): string[] {
  const { outcome, title, required, evidence, command } = check;
  const need = required ? '' : ' (optional)';
  const [first = '', ...rest] = wrap(`${title}${need}`, width - 2);
  return [
    `${palette.symbol(MARKS[outcome])} ${outcome === 'not-met' ? palette.strong(first) : first}`,
    ...rest.map((line) => `  ${line}`),
    ...(evidence === '' ? [] : wrap(evidence, width, '    ').map(palette.faint)),
    ...(command === null ? [] : ['    not shown by any document given; save it with:', `    ${command}`]),
  ];
}

/** The last line: what is not met, and what is not shown. */
export function preflightSummary(checks: readonly PreflightCheck[], width: number): string[] {
  const of = (outcome: PreflightCheck['outcome']) => checks.filter((check) => check.outcome === outcome);
  const [met, not, hidden] = [of('met'), of('not-met'), of('not-shown')];
  const names = (some: readonly PreflightCheck[]) =>
    few(
      some.map(({ check }) => check),
      SHOWN,
    );
  const missing = hidden.filter(({ required }) => required);
  const parts = [
    `${met.length} of ${count(checks.length, 'prerequisite')} met`,
    not.length > 0 ? `${not.length} not met: ${names(not)}` : '',
    missing.length > 0 ? `${missing.length} required not shown: ${names(missing)}` : '',
    hidden.length > missing.length ? `${hidden.length - missing.length} optional not shown` : '',
  ];
  return wrap(`${parts.filter((part) => part !== '').join('; ')}.`, width);
}
