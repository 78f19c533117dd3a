/** The pure parts of a run: addresses, sums of attempts, the gate. */
import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import { describeAddress } from '../../src/run/addresses.ts';
import type { Tried } from '../../src/run/attempt.ts';
import { createGate } from '../../src/run/gate.ts';
import { observedTarget, untestedTarget } from '../../src/run/observed-target.ts';
import { attempt } from '../report/samples.ts';
import { customPlan, targets } from './runs.ts';

for (const [address, scope, family] of [
  ['20.60.1.4', 'public', 4],
  ['10.1.0.4', 'private', 4],
  ['172.31.255.1', 'private', 4],
  ['192.168.0.1', 'private', 4],
  ['100.64.0.1', 'private', 4],
  ['127.0.0.1', 'loopback', 4],
  ['169.254.169.254', 'link-local', 4],
  ['0.0.0.0', 'reserved', 4],
  ['192.0.2.1', 'reserved', 4],
  ['224.0.0.1', 'reserved', 4],
  ['255.255.255.255', 'reserved', 4],
  ['2603:1020::4', 'public', 6],
  ['fd00::4', 'private', 6],
  ['::1', 'loopback', 6],
  ['fe80::1', 'link-local', 6],
  ['fe80::1%eth0', 'link-local', 6],
  ['2001:db8::1', 'reserved', 6],
  ['::ffff:10.0.0.1', 'private', 6],
  ['not an address', 'reserved', 4],
] as const) {
  t.test(`${address} is ${scope}`, async (t) => {
    t.same(describeAddress(address, ['alias.example']), { address, scope, family, via: ['alias.example'] });
  });
}

const [planned] = customPlan({ target: targets('tcp://a.example:80') }).targets;
if (planned === undefined) throw new Error('no target was planned');

function tried(failure: Failure | null, connectMs = 1, changes: Partial<Tried> = {}): Tried {
  const steps = [
    { name: 'connect' as const, ms: connectMs, ok: true },
    { name: 'request' as const, ms: 0.2, ok: failure === null },
  ];
  return { attempt: { ...attempt('10.0.0.1', failure), steps }, defect: null, impossible: null, ...changes };
}

const address = describeAddress('10.0.0.1', []);
const observedWith = (...attempts: readonly Tried[]) =>
  observedTarget(planned, {
    dialable: { addresses: [address], failure: null, limit: null, from: null },
    resolutions: [],
    tried: attempts,
    heldUpBy: null,
  });

t.test('why attempts did not finish', async (t) => {
  const cut = tried('deadline_exceeded');
  const broken = tried('unexpected', 1, { defect: { error: new TypeError('x') } });
  const short = tried('local_limit');
  for (const [failure, attempts] of [
    [null, [tried(null)]],
    [null, [tried('tcp_timeout'), cut]],
    [null, [tried(null), broken]],
    [null, [tried('unexpected')]],
    ['deadline_exceeded', [cut]],
    ['deadline_exceeded', []],
    ['unexpected', [broken]],
    ['unexpected', [broken, cut]],
  ] as const) {
    const seen = observedWith(...attempts);
    t.equal(seen.failure, failure);
    t.equal(seen.reason === null, failure === null, 'an untested target has a reason');
    t.equal(seen.attempts.length, attempts.length, 'all attempts are recorded');
  }
  t.match(observedWith(short), { failure: 'local_limit', reason: /ran out/, attempts: { length: 0 } });
  t.match(observedWith(tried(null), short), { failure: 'local_limit', attempts: { length: 1 } });
});

t.test('an untested target has a reason and no evidence', async (t) => {
  t.match(untestedTarget(planned, 'left out by --skip'), {
    id: 'custom/a.example:80',
    reason: 'left out by --skip',
    failure: null,
    addresses: { length: 0 },
    attempts: { length: 0 },
  });
});

t.test('the gate limits concurrent tasks and retains their order', async (t) => {
  const gate = createGate(3, new AbortController().signal);
  let [open, most] = [0, 0];
  const order: number[] = [];
  const task = (number: number) => async () => {
    order.push(number);
    open += 1;
    most = Math.max(most, open);
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
    open -= 1;
    return number;
  };
  const results = await Promise.all(Array.from({ length: 20 }, (_, index) => gate(task(index))));
  t.same(results, order);
  t.equal(most, 3);
});

t.test('no two tasks begin in one turn of the event loop', async (t) => {
  const gate = createGate(100, new AbortController().signal);
  let turn = 0;
  const turns: number[] = [];
  const count = (): void => {
    turn += 1;
    if (turns.length < 40) setImmediate(count);
  };
  setImmediate(count);
  const tasks = Array.from({ length: 40 }, () => gate(async () => void turns.push(turn)));
  await Promise.all(tasks);
  t.equal(new Set(turns).size, 40);
});

t.test('targets begin one by one, while no attempt waits for its turn', async (t) => {
  const gate = createGate(2, new AbortController().signal);
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
  };
  const ends: (() => void)[] = [];
  const attempt = () => new Promise<void>((resolve) => ends.push(resolve));
  let begun = 0;
  const targets = Array.from({ length: 6 }, async () => {
    await gate.whenNoneWaits();
    begun += 1;
    await gate(attempt);
  });
  await settle();
  t.equal(begun, 3, 'two are tried, and one waits');
  ends[0]?.();
  await settle();
  t.equal(begun, 4);
  const ending = setInterval(() => ends.splice(0).forEach((end) => void end()));
  await Promise.all(targets);
  clearInterval(ending);
  t.equal(begun, 6);
});

t.test('after the end nothing waits for other attempts', async (t) => {
  const controller = new AbortController();
  const gate = createGate(1, controller.signal);
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = gate(() => promise);
  const waiting = gate(async () => 'never');
  const arrivals = Array.from({ length: 100 }, () => gate.whenNoneWaits());
  controller.abort();
  resolve();
  await Promise.all([running, ...arrivals]);
  t.equal(await waiting, null);
});

t.test('after a failed task the next one begins', async (t) => {
  const gate = createGate(1, new AbortController().signal);
  const failing = gate(async () => {
    throw new Error('no');
  });
  await t.rejects(failing, { message: 'no' });
  t.equal(await gate(async () => 'next'), 'next');
});

t.test('after the end no task begins', async (t) => {
  const controller = new AbortController();
  const gate = createGate(1, controller.signal);
  const first = gate(async () => {
    controller.abort();
    return 'begun';
  });
  const later = Array.from({ length: 10_000 }, () => gate(async () => 'never'));
  t.equal(await first, 'begun');
  t.same(new Set(await Promise.all(later)), new Set([null]));
});
