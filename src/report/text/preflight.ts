/** The prerequisites as text: what no document shows, by the command that saves one, then what is not met. */
import { wrap } from '../../common/text-lines.ts';
import { count, few } from '../../common/wording.ts';
import type { PreflightCheck } from '../../model/azure-documents.ts';
import type { Mark, Palette } from './palette.ts';

const MARKS = { met: 'good', 'not-met': 'bad', 'not-shown': 'unknown' } as const satisfies Record<
  PreflightCheck['outcome'],
  Mark
>;
const SHOWN = 6;

/** Blocks of lines, those that are met first, so that the end of the output is what needs action. */
export function preflightBlocks(
  checks: readonly PreflightCheck[],
  width: number,
  palette: Palette,
): string[][] {
  const of = (outcome: PreflightCheck['outcome']) => checks.filter((check) => check.outcome === outcome);
  const commands = Map.groupBy(of('not-shown'), ({ command }) => command ?? '');
  const blocks = [
    of('met').flatMap((check) => checkLines(check, width, palette)),
    ...[...commands].map(([command, hidden]) => [
      ...wrap(
        `Not shown by any document given. ${hidden.length === 1 ? 'One check needs' : `${hidden.length} checks need`}:`,
        width,
      ),
      `    ${palette.strong(command)}`,
      ...hidden.flatMap((check) => checkLines(check, width, palette)),
    ]),
    of('not-met').flatMap((check) => checkLines(check, width, palette)),
  ];
  return blocks.filter((block) => block.length > 0);
}

function checkLines(check: PreflightCheck, width: number, palette: Palette): string[] {
  const { outcome, title, required, evidence } = check;
  const [first = '', ...rest] = wrap(`${title}${required ? '' : ' (optional)'}`, width - 2);
  return [
    `${palette.symbol(MARKS[outcome])} ${outcome === 'not-met' ? palette.strong(first) : first}`,
    ...rest.map((line) => `  ${line}`),
    ...(evidence === '' ? [] : wrap(evidence, width, '    ').map(palette.faint)),
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
