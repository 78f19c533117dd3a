/** What waits for the end of a run costs no more when thousands wait. */
import { getEventListeners } from 'node:events';
import t from 'tap';
import { onAbort } from '../../../probes/wire/abort.ts';

t.test('each function is called once, in the order of their addition, unless it was deleted', async (t) => {
  const controller = new AbortController();
  const { signal } = controller;
  const called: number[] = [];
  const calls = [1, 2, 3].map((number) => () => {
    called.push(number);
    onAbort(signal).delete(calls[number] ?? (() => {}));
  });
  for (const call of calls) onAbort(signal).add(call);
  controller.abort();
  t.same(called, [1, 3], 'the second was deleted by the first');
});

t.test('a signal has one listener, however many functions wait for it', async (t) => {
  const { signal } = new AbortController();
  for (let number = 0; number < 1000; number += 1) onAbort(signal).add(() => number);
  t.equal(getEventListeners(signal, 'abort').length, 1);
});
