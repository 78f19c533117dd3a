import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { pause, within } from '../../../probes/wire/budget.ts';
import { failed } from '../try.ts';

const forever = () => new Promise<never>(() => undefined);

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

t.test('what is done in time is handed on, and nothing stays behind', async (t) => {
  const { signal } = new AbortController();
  const before = timers();
  t.equal(await within({ stepMs: 60_000, signal }, 'tcp', Promise.resolve('done')), 'done');
  t.equal(timers(), before);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('a failure is handed on as a failure of the layer, and nothing stays behind', async (t) => {
  const { signal } = new AbortController();
  const before = timers();
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  t.match(await failed(within({ stepMs: 60_000, signal }, 'tcp', Promise.reject(refused))), {
    failure: 'tcp_refused',
  });
  t.equal(timers(), before);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('every layer has its own word for silence', async (t) => {
  const { signal } = new AbortController();
  for (const layer of ['tcp', 'udp', 'dns', 'tls', 'protocol'] as const) {
    t.match(await failed(within({ stepMs: 5, signal }, layer, forever())), {
      failure: `${layer}_timeout`,
      message: 'nothing within 5 ms',
    });
  }
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('the end of the run comes before the end of the step', async (t) => {
  const controller = new AbortController();
  const before = timers();
  const waiting = within({ stepMs: 60_000, signal: controller.signal }, 'tls', forever());
  controller.abort();
  t.match(await failed(waiting), { failure: 'deadline_exceeded' });
  t.equal(timers(), before);
});

t.test('a run that is over already waits for nothing', async (t) => {
  const before = timers();
  t.match(await failed(within({ stepMs: 60_000, signal: AbortSignal.abort() }, 'dns', forever())), {
    failure: 'deadline_exceeded',
  });
  t.equal(timers(), before);
});

t.test('what fails after its time is over fails unheard', async (t) => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);
  t.teardown(() => process.off('unhandledRejection', hear));
  const late = Promise.withResolvers<never>();
  t.match(await failed(within({ stepMs: 1, signal: new AbortController().signal }, 'tcp', late.promise)), {
    failure: 'tcp_timeout',
  });
  late.reject(new Error('too late'));
  await nextTurn();
  await nextTurn();
  t.same(unheard, []);
});

t.test('a pause ends by itself, or with the run, and nothing stays behind', async (t) => {
  const controller = new AbortController();
  const before = timers();
  await pause(1, controller.signal);
  const long = pause(60_000, controller.signal);
  controller.abort();
  await long;
  await pause(60_000, controller.signal);
  t.equal(timers(), before);
  t.equal(getEventListeners(controller.signal, 'abort').length, 0);
});
