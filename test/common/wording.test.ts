import t from 'tap';
import { duration } from '../../src/common/wording.ts';

t.test('durations for people', async (t) => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
  for (const [ms, text] of [
    [640, '640 ms'],
    [4230, '4.2 s'],
    [60_000, '60 s'],
    [3 * minute + 5 * second, '3 min 5 s'],
    [30 * minute, '30 min'],
    [hour, '1 h'],
    [2 * hour + 5 * minute, '2 h 5 min'],
    [47 * hour, '47 h'],
    [2 * day, '2 days'],
    [60 * day + hour, '60 days'],
  ] as const)
    t.equal(duration(ms), text);
});
