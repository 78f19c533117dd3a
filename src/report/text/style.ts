/** How a summary is laid out. */
import { cut } from '../../common/text-lines.ts';
import type { Palette } from './palette.ts';

export interface Style {
  /** Columns to wrap at. */
  readonly width: number;
  readonly palette: Palette;
  /** A line for each endpoint, and nothing cut. */
  readonly verbose: boolean;
}

/** How many of a list are shown. */
export function shownOf(usual: number, { verbose }: Style): number {
  return verbose ? Number.POSITIVE_INFINITY : usual;
}

/** A text that may list any number of names, cut to `usual` columns; says what shows the rest. */
export function shortened(text: string, usual: number, { verbose }: Style): string {
  const short = verbose ? text : cut(text, usual);
  return short === text ? text : `${short} (${UNFOLDED})`;
}

/** What shows what was left out. */
export const UNFOLDED = '-v shows all';
