import fc from 'fast-check';
import t from 'tap';
import { expired, MOST_BY_AGE } from '../../../src/delivery/history/retention.ts';
import type { StoredFile } from '../../../src/delivery/history/stored-reports.ts';
import { fuzzRuns } from '../../fuzz-runs.ts';
import { DAY, NOW } from './samples.ts';

const ROOMY = { keepDays: 30, keepCount: 3000, keepBytes: 1e9 };

/** Files of these ages in ms, newest first, a thousand bytes each. */
function files(...ages: readonly number[]): StoredFile[] {
  return ages
    .map((age) => NOW - age)
    .toSorted((one, other) => other - one)
    .map((mtimeMs, place) => ({
      name: `${place}`,
      path: `/s/${place}`,
      number: ages.length - place,
      // Of a clock without a valid time.
      time: 0,
      bytes: 1000,
      mtimeMs,
    }));
}

const ages = (gone: readonly StoredFile[]) =>
  gone.map(({ mtimeMs }) => NOW - mtimeMs).toSorted((one, other) => one - other);

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
  const stored = files(0, 1, 2, 3, 4);
  t.strictSame(ages(expired(stored, new Set(['0']), { ...ROOMY, keepCount: 3 }, NOW)), [3, 4]);
  t.strictSame(ages(expired(stored, new Set(['0']), { ...ROOMY, keepBytes: 2500 }, NOW)), [2, 3, 4]);
  t.strictSame(ages(expired(stored, new Set(['0']), { ...ROOMY, keepBytes: 1 }, NOW)), [2, 3, 4], 'two stay');
});

t.test('a clock that jumped ahead: few reports go, and the two newest stay', async (t) => {
  const stored = files(...Array.from({ length: 100 }, (_, place) => place * 900_000));
  const gone = expired(stored, new Set(['5']), ROOMY, NOW + 3650 * DAY);
  t.strictSame(
    gone.map(({ name }) => name),
    Array.from({ length: MOST_BY_AGE }, (_, place) => `${99 - place}`),
  );
  const few = expired(files(0, 1, 2), new Set(), ROOMY, NOW + 3650 * DAY);
  t.strictSame(
    few.map(({ name }) => name),
    ['2'],
  );
});

t.test('what was written in the future is new, and goes by count in the order of writing', async (t) => {
  const [last, ahead, first] = files(-3 * DAY, -2 * DAY, 0);
  if (last === undefined || ahead === undefined || first === undefined) throw new Error('three files');
  // The clock was ahead for the second report, and then set back.
  const stored = [first, last, ahead];
  t.strictSame(expired(stored, new Set(), ROOMY, NOW), []);
  t.strictSame(expired(stored, new Set(), { ...ROOMY, keepCount: 2 }, NOW), [ahead]);
  t.strictSame(expired(stored, new Set([ahead.name]), { ...ROOMY, keepCount: 2 }, NOW), []);
});

t.test('for any folder the limits hold, and the newest stay', async () => {
  const list = fc.array(fc.integer({ min: -60 * DAY, max: 90 * DAY }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      list,
      fc.integer({ min: 2, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (given, count, kilo) => {
        const stored = files(...given);
        const held = new Set(stored.slice(0, 1).map(({ name }) => name));
        const limits = { keepDays: 30, keepCount: count, keepBytes: kilo * 1000 };
        const gone = expired(stored, held, limits, NOW);
        const left = stored.length - gone.length;
        return (
          new Set(gone).size === gone.length &&
          !gone.some(({ name }) => held.has(name)) &&
          left <= Math.max(2, count) &&
          left <= Math.max(2, kilo)
        );
      },
    ),
    { numRuns: fuzzRuns(200) },
  );
});
