/** When attempts begin and which are cancelled, with attempts and a timer that the test drives. */
import t from 'tap';
import { overlap, PAUSE_AFTER_FAILURE, SILENCE, type Turn } from '../../src/run/overlap.ts';

type Result = 'ok' | 'failed';

/** A series whose attempts end when the test says so. */
function series({ most = 3, over = new AbortController() } = {}) {
  const turns: (Turn & { readonly end: (result: Result | null) => void })[] = [];
  const timers: { ms: number; work: () => void }[] = [];
  const done = overlap<Result>({
    most,
    over: over.signal,
    begin: (turn) => {
      const { promise, resolve } = Promise.withResolvers<Result | null>();
      turns.push({ ...turn, end: resolve });
      return promise;
    },
    onResult: (result) => result === 'ok',
    timer: (ms, work) => {
      const entry = { ms, work };
      timers.push(entry);
      return () => void (timers.includes(entry) && timers.splice(timers.indexOf(entry), 1));
    },
  });
  const settle = () => new Promise(setImmediate);
  /** The turn of this number, which has begun. */
  const turn = (number: number) => {
    const found = turns[number - 1];
    if (found === undefined) throw new Error(`attempt ${number} has not begun`);
    return found;
  };
  return {
    done,
    over,
    turn,
    begun: () => turns.length,
    waits: () => timers.map(({ ms }) => ms),
    /** Lets all running timers fire. */
    elapse: async () => {
      for (const { work } of timers.splice(0)) work();
      await settle();
    },
    end: async (number: number, result: Result | null) => {
      turn(number).end(result);
      await settle();
    },
  };
}

t.test('the next attempt begins when the one before has been silent, and none is stopped', async (t) => {
  const { done, turn, begun, waits, elapse, end } = series();
  t.same(waits(), [], 'while it waits for its turn, nothing is timed');
  turn(1).reportStep();
  t.same(waits(), [SILENCE]);
  await elapse();
  t.equal(begun(), 2);
  turn(2).reportStep();
  await elapse();
  t.equal(begun(), 3);
  turn(3).reportStep();
  await elapse();
  t.equal(begun(), 3, 'not more than asked for');
  for (const number of [3, 1, 2]) {
    t.notOk(turn(number).signal.aborted);
    await end(number, 'failed');
  }
  t.same(await done, ['failed', 'failed', 'failed']);
});

t.test('each end of a step begins the silence anew', async (t) => {
  const { done, turn, begun, waits, elapse, end } = series();
  turn(1).reportStep();
  turn(1).reportStep();
  t.same(waits(), [SILENCE], 'one timer');
  turn(1).hold();
  t.same(waits(), [], 'none while it waits for a resource');
  turn(1).reportStep();
  await elapse();
  t.equal(begun(), 2);
  turn(1).reportStep();
  t.same(waits(), [], 'what comes later begins no other attempt');
  await end(2, 'ok');
  await end(1, 'ok');
  t.same(await done, ['ok', 'ok']);
});

t.test('after a failure there is a pause', async (t) => {
  const { done, turn, begun, waits, elapse, end } = series({ most: 2 });
  turn(1).reportStep();
  await end(1, 'failed');
  t.same(waits(), [PAUSE_AFTER_FAILURE]);
  t.equal(begun(), 1);
  await elapse();
  t.equal(begun(), 2);
  await end(2, 'failed');
  t.same(await done, ['failed', 'failed']);
});

t.test('a success cancels attempts begun later, which then are no evidence', async (t) => {
  const { done, turn, begun, waits, elapse, end } = series();
  turn(1).reportStep();
  await elapse();
  turn(2).reportStep();
  await end(1, 'ok');
  t.ok(turn(2).signal.aborted);
  t.same(await done, ['ok'], 'without waiting for the cancelled one');
  t.equal(begun(), 2);
  t.same(waits(), []);
  await end(2, 'failed');
});

t.test('a success never stops earlier attempts, whose failure is evidence', async (t) => {
  const { done, turn, begun, elapse, end } = series();
  turn(1).reportStep();
  await elapse();
  turn(2).reportStep();
  await elapse();
  turn(3).reportStep();
  await end(2, 'ok');
  t.notOk(turn(1).signal.aborted);
  t.ok(turn(3).signal.aborted);
  await end(1, 'failed');
  t.same(await done, ['failed', 'ok']);
  t.equal(begun(), 3);
});

t.test('the end of the run begins no attempt, and waits for those that end by it', async (t) => {
  for (const state of ['silent', 'pausing', 'waiting'] as const) {
    const { done, over, turn, begun, waits, end } = series();
    if (state !== 'waiting') turn(1).reportStep();
    if (state === 'pausing') await end(1, 'failed');
    over.abort('SIGINT');
    t.ok(turn(1).signal.aborted || state === 'pausing');
    await end(1, state === 'waiting' ? null : 'failed');
    t.same(await done, state === 'waiting' ? [] : ['failed'], state);
    t.equal(begun(), 1);
    t.same(waits(), []);
  }
});

t.test('an error of an attempt is the error of the series', async (t) => {
  const failing = overlap({
    most: 3,
    over: new AbortController().signal,
    begin: () => Promise.reject(new TypeError('no')),
    onResult: () => false,
  });
  await t.rejects(failing, { message: 'no' });
});
