import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { onAbort } from '../../../probes/wire/abort.ts';
import { pause, within } from '../../../probes/wire/budget.ts';
import { openUdp } from '../../servers/peer.ts';
import { failed } from '../try.ts';

const forever = () => new Promise<never>(() => undefined);

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

t.test('a result in time is returned, and no timer or listener remains', async (t) => {
  const { signal } = new AbortController();
  const before = timers();
  t.equal(await within({ stepMs: 60_000, signal }, 'tcp', Promise.resolve('done')), 'done');
  t.equal(timers(), before);
  t.equal(onAbort(signal).size, 0);
});

t.test('an error becomes a failure of the layer, and no timer or listener remains', async (t) => {
  const { signal } = new AbortController();
  const before = timers();
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  t.match(await failed(within({ stepMs: 60_000, signal }, 'tcp', Promise.reject(refused))), {
    failure: 'tcp_refused',
  });
  t.equal(timers(), before);
  t.equal(onAbort(signal).size, 0);
});

t.test('every layer has its own timeout failure', async (t) => {
  const { signal } = new AbortController();
  for (const layer of ['tcp', 'udp', 'dns', 'tls', 'protocol'] as const) {
    t.match(await failed(within({ stepMs: 5, signal }, layer, forever())), {
      failure: `${layer}_timeout`,
      message: 'nothing within 5 ms',
    });
  }
  t.equal(onAbort(signal).size, 0);
});

t.test('the end of the run comes before the end of the step', async (t) => {
  const controller = new AbortController();
  const before = timers();
  const waiting = within({ stepMs: 60_000, signal: controller.signal }, 'tls', forever());
  controller.abort();
  t.match(await failed(waiting), { failure: 'deadline_exceeded' });
  t.equal(timers(), before);
});

t.test('after the end of the run it does not wait', async (t) => {
  const before = timers();
  t.match(await failed(within({ stepMs: 60_000, signal: AbortSignal.abort() }, 'dns', forever())), {
    failure: 'deadline_exceeded',
  });
  t.equal(timers(), before);
});

t.test('an answer that arrived while this process was blocked is in time', async (t) => {
  const [first, second] = await Promise.all([openUdp(t), openUdp(t)]);
  const { port } = second.address();
  const send = `const s = require('node:dgram').createSocket('udp4'); s.send('answer', ${port}, '127.0.0.1', () => s.close())`;
  // Runs in a socket event, because timers fire before the next socket events.
  const held = once(first, 'message').then(() => {
    const answer = once(second, 'message');
    const waiting = within({ stepMs: 5, signal: new AbortController().signal }, 'dns', answer);
    // Blocks this process until the other one has sent its answer and ended.
    spawnSync(process.execPath, ['-e', send]);
    return waiting;
  });
  first.send('begin', first.address().port, '127.0.0.1');
  t.match((await held)[0], Buffer.from('answer'));
});

t.test('an error after the timeout is ignored', async (t) => {
  const unhandled: unknown[] = [];
  const record = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', record);
  t.teardown(() => process.off('unhandledRejection', record));
  const late = Promise.withResolvers<never>();
  t.match(await failed(within({ stepMs: 1, signal: new AbortController().signal }, 'tcp', late.promise)), {
    failure: 'tcp_timeout',
  });
  late.reject(new Error('too late'));
  await nextTurn();
  await nextTurn();
  t.same(unhandled, []);
});

t.test('a pause ends by itself or with the run, and no timer or listener remains', async (t) => {
  const controller = new AbortController();
  const before = timers();
  await pause(1, controller.signal);
  const long = pause(60_000, controller.signal);
  controller.abort();
  await long;
  await pause(60_000, controller.signal);
  t.equal(timers(), before);
  t.equal(onAbort(controller.signal).size, 0);
});
