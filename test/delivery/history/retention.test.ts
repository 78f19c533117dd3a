import fc from 'fast-check';
import t from 'tap';
import type { KeptFile } from '../../../src/delivery/history/kept.ts';
import { expired, MOST_BY_AGE } from '../../../src/delivery/history/retention.ts';
import { DAY, NOW } from './samples.ts';

const ROOMY = { keepDays: 30, keepCount: 3000, keepBytes: 1e9 };

/** Files of these ages in ms, newest first, a thousand bytes each. */
function files(...ages: readonly number[]): KeptFile[] {
  return ages
    .map((age) => NOW - age)
    .toSorted((one, other) => other - one)
    .map((time, place) => ({
      name: `${place}`,
      path: `/s/${place}`,
      time,
      bytes: 1000,
      mtimeMs: time,
    }));
}

const ages = (gone: readonly KeptFile[]) =>
  gone.map(({ time }) => NOW - time).toSorted((one, other) => one - other);

t.test('by age: what is older than keepDays, and nothing else', async (t) => {
  const daily = files(...Array.from({ length: 36 }, (_, day) => day * DAY));
  t.strictSame(
    ages(expired(daily, new Set(['0']), ROOMY, NOW)),
    [31, 32, 33, 34, 35].map((day) => day * DAY),
  );
  const weekly = files(...Array.from({ length: 7 }, (_, week) => week * 7 * DAY));
  t.strictSame(ages(expired(weekly, new Set(['0']), ROOMY, NOW)), [35 * DAY, 42 * DAY]);
  const many = files(...Array.from({ length: 100 }, (_, day) => day * DAY));
  const gone = ages(expired(many, new Set(['0']), ROOMY, NOW));
  t.equal(gone.length, MOST_BY_AGE, 'some at a time');
  t.equal(gone.at(-1), 99 * DAY, 'the oldest first');
});

t.test('by count and by bytes: the oldest first', async (t) => {
  const kept = files(0, 1, 2, 3, 4);
  t.strictSame(ages(expired(kept, new Set(['0']), { ...ROOMY, keepCount: 3 }, NOW)), [3, 4]);
  t.strictSame(ages(expired(kept, new Set(['0']), { ...ROOMY, keepBytes: 2500 }, NOW)), [2, 3, 4]);
  t.strictSame(ages(expired(kept, new Set(['0']), { ...ROOMY, keepBytes: 1 }, NOW)), [2, 3, 4], 'two stay');
});

t.test('a clock that jumped ahead makes no report old, however many runs go on under it', async (t) => {
  const before = Array.from({ length: 100 }, (_, place) => (place + 1) * 900_000);
  for (const jump of [60 * DAY, 3650 * DAY]) {
    const after = Array.from({ length: 200 }, (_, place) => -jump - place * 900_000);
    for (const runs of [1, 2, 100, 200]) {
      const ahead = after.slice(0, runs);
      const kept = files(...before, ...ahead);
      const gone = expired(kept, new Set(), { ...ROOMY, keepDays: 7 }, NOW - (ahead.at(-1) ?? 0));
      t.strictSame(gone, [], `${jump / DAY} days, ${runs} runs`);
    }
  }
});

t.test('a clock that jumped both ways makes no report old, in a folder with few of them', async (t) => {
  const kept = files(0, 4000 * DAY - 60_000, 4000 * DAY, 4400 * DAY);
  t.strictSame(expired(kept, new Set(['0']), ROOMY, NOW), []);
});

t.test('runs that are repeated at once now and then make the others no younger', async (t) => {
  const weekly = Array.from({ length: 40 }, (_, week) => [
    week * 7 * DAY,
    ...(week % 2 ? [] : [week * 7 * DAY + 60_000]),
  ]);
  const gone = ages(expired(files(...weekly.flat()), new Set(['0']), ROOMY, NOW));
  t.equal(gone.length, MOST_BY_AGE);
  t.ok((gone[0] ?? 0) > 30 * DAY);
  const fewer = files(...weekly.flat().filter((age) => age <= 36 * DAY));
  t.strictSame(ages(expired(fewer, new Set(['0']), ROOMY, NOW)), [35 * DAY]);
});

t.test('a clock that was set back: the report just written is no victim of those of later', async (t) => {
  const kept = files(-3 * DAY, -2 * DAY, -DAY, 0);
  const gone = expired(kept, new Set(['3']), { ...ROOMY, keepCount: 3 }, NOW);
  t.strictSame(ages(gone), [-DAY], 'the oldest of the others');
});

t.test('whatever the folder holds: the limits hold, and the newest stay', async () => {
  const runs = Number(process.env['FUZZ_RUNS'] ?? 1);
  const list = fc.array(fc.integer({ min: -60 * DAY, max: 90 * DAY }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      list,
      fc.integer({ min: 2, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (given, count, kilo) => {
        const kept = files(...given);
        const newest = kept.find(({ time }) => time <= NOW) ?? kept[0];
        const held = new Set(newest === undefined ? [] : [newest.name]);
        const limits = { keepDays: 30, keepCount: count, keepBytes: kilo * 1000 };
        const gone = expired(kept, held, limits, NOW);
        const left = kept.length - gone.length;
        return (
          new Set(gone).size === gone.length &&
          !gone.some(({ name }) => held.has(name)) &&
          left <= Math.max(2, count) &&
          left <= Math.max(2, kilo)
        );
      },
    ),
    { numRuns: 200 * runs },
  );
});
