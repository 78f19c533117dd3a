import { styleText } from 'node:util';
import type { Severity, Status, Verdict } from '../../model/vocabulary.ts';

/** How good or bad something is, in the steps that the summary shows. */
export type Mark = 'good' | 'doubtful' | 'bad' | 'unknown' | 'note';

type Format = Parameters<typeof styleText>[0];

const SYMBOL: Readonly<Record<Mark, string>> = {
  good: '✓',
  doubtful: '!',
  bad: '✗',
  unknown: '?',
  note: 'i',
};
const COLOUR: Readonly<Record<Mark, Format>> = {
  good: 'green',
  doubtful: 'yellow',
  bad: 'red',
  unknown: 'cyan',
  note: 'blue',
};

export const MARK_OF_STATUS: Readonly<Record<Status, Mark>> = {
  reachable: 'good',
  intermittent: 'doubtful',
  unreachable: 'bad',
  untested: 'unknown',
};

export const MARK_OF_SEVERITY: Readonly<Record<Severity, Mark>> = {
  error: 'bad',
  warning: 'doubtful',
  info: 'note',
};

export const MARK_OF_VERDICT: Readonly<Record<Verdict, Mark>> = {
  ready: 'good',
  degraded: 'doubtful',
  blocked: 'bad',
  inconclusive: 'unknown',
};

/** The only place that writes an escape sequence; without colour every method gives back plain text. */
export interface Palette {
  symbol(mark: Mark): string;
  tone(mark: Mark, text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** The palette for a terminal that shows colour, or for anything else. */
export function createPalette(color: boolean): Palette {
  // Whether to colour was decided by the caller; styleText would look at this process's stdout instead.
  const paint = (format: Format, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    symbol: (mark) => paint(COLOUR[mark], SYMBOL[mark]),
    tone: (mark, text) => paint(COLOUR[mark], text),
    strong: (text) => paint('bold', text),
    faint: (text) => paint('dim', text),
  };
}
