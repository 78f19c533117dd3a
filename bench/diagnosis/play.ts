/** Plays the rows on several networks side by side. */
import type { Report } from '../../src/model/report.ts';
import { type Judgement, judge } from './judge.ts';
import type { Chapter, Shape, Situation } from './situation.ts';
import { Stage } from './stage.ts';

/** One row of the table, before its run. */
export interface Row {
  readonly chapter: Chapter;
  readonly situation: Situation;
  readonly shape: Shape;
  /** `situation/shape`. */
  readonly id: string;
}

/** One row with what its run showed. */
export interface Played extends Row {
  readonly judgement: Judgement;
  readonly seconds: number;
  /** Null if the row could not be played. */
  readonly report: Report | null;
}

/** Which rows to play. */
export interface Choice {
  /** Parts of ids; empty for all. */
  readonly only: readonly string[];
  /** The first shape of each situation alone. */
  readonly oneShape: boolean;
}

/** The rows in the order of the table. */
export function rowsOf(chapters: readonly Chapter[], { only, oneShape }: Choice): Row[] {
  const rows = chapters.flatMap((chapter) =>
    chapter.situations.flatMap((situation) =>
      situation.shapes
        .slice(0, oneShape ? 1 : undefined)
        .map((shape) => ({ chapter, situation, shape, id: `${situation.id}/${shape.shape}` })),
    ),
  );
  return rows.filter(({ id }) => only.length === 0 || only.some((part) => id.includes(part)));
}

/**
 * Plays the rows on `jobs` networks.
 * @returns the rows in their order; one that could not be played is wrong, and its stage is replaced
 */
export async function play(
  rows: readonly Row[],
  jobs: number,
  onPlayed: (played: Played) => void,
): Promise<Played[]> {
  const waiting = [...rows.entries()];
  const played: Played[] = [];
  // One after the other: what several start at once is slower to start than any of them waits.
  let building: Promise<unknown> = Promise.resolve();
  const build = (): Promise<Stage> => {
    const next = building.then(() => Stage.start());
    building = next.catch(() => undefined);
    return next;
  };
  const work = async (): Promise<void> => {
    let stage = await build();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, row] = next;
      const result = await playOne(stage, row);
      played[index] = { ...row, ...result };
      onPlayed(played[index]);
      if (result.report === null) {
        await stage[Symbol.asyncDispose]();
        stage = await build();
      }
    }
    await stage[Symbol.asyncDispose]();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, rows.length) }, work));
  return played;
}

/** What one row shows; there is no report when the situation could not be made or undone. */
async function playOne(stage: Stage, { shape }: Row): Promise<Omit<Played, keyof Row>> {
  try {
    const outcome = await stage.play(shape);
    return {
      judgement: judge(outcome, shape.expected, stage.find),
      seconds: outcome.seconds,
      report: outcome.report,
    };
  } catch (error) {
    const problem = `not played: ${error instanceof Error ? error.message : error}`;
    const judgement = { named: '–', verdict: '–', blamed: [], problems: [problem] } as const;
    return { judgement, seconds: 0, report: null };
  }
}
