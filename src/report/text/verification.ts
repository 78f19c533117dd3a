/** The outcome of `verify`: each finding, and whether it is fixed. */
import { printableAll } from '../../common/printable.ts';
import { wrap } from '../../common/text-lines.ts';
import { count } from '../../common/wording.ts';
import type { TextOptions } from '../text.ts';
import type { Verified } from '../verification.ts';
import { createPalette, type Mark } from './palette.ts';

const LABEL = {
  fixed: ['good', 'FIXED'],
  'not fixed': ['bad', 'NOT FIXED'],
  untestable: ['unknown', 'CANNOT BE TESTED HERE'],
} as const satisfies Readonly<Record<Verified['outcome'], readonly [Mark, string]>>;

/** The outcome as text that ends in a newline; its last line counts. */
export function renderVerification(all: readonly Verified[], options: TextOptions): string {
  const width = Math.max(40, options.width);
  const palette = createPalette(options.color);
  const lines = printableAll(all).flatMap(({ finding, outcome, seen }) => {
    const [mark, label] = LABEL[outcome];
    const [first = '', ...rest] = wrap(`${label} ${finding.title} (${finding.cause})`, width, '', '  ');
    return [
      `${palette.tone(mark, label)}${first.slice(label.length)}`,
      ...rest,
      ...(options.quiet ? [] : wrap(seen, width, '  ')),
    ];
  });
  return `${[...lines, ...wrap(total(all), width)].join('\n')}\n`;
}

function total(all: readonly Verified[]): string {
  if (all.length === 0) return 'Nothing to verify: the report has no finding that asks for action.';
  const number = (outcome: Verified['outcome']) => all.filter((one) => one.outcome === outcome).length;
  const [open, untestable] = [number('not fixed'), number('untestable')];
  return [
    `${number('fixed')} of ${count(all.length, 'finding')} fixed`,
    ...(open > 0 ? [`${open} not fixed`] : []),
    ...(untestable > 0 ? [`${untestable} cannot be tested here`] : []),
  ].join(', ');
}
