import { styleText } from 'node:util';
import type { Severity, Status, Verdict } from '../../model/vocabulary.ts';

/** The marks of the summary, from good to bad. */
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

/** The only module that writes escape sequences; without colour every method returns plain text. */
export interface Palette {
  symbol(mark: Mark): string;
  tone(mark: Mark, text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

/** Creates the palette for output with or without colour. */
export function createPalette(color: boolean): Palette {
  // The caller decides about colour; by default styleText would check this process's stdout.
  const paint = (format: Format, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    symbol: (mark) => paint(COLOUR[mark], SYMBOL[mark]),
    tone: (mark, text) => paint(COLOUR[mark], text),
    strong: (text) => paint('bold', text),
    faint: (text) => paint('dim', text),
  };
}
