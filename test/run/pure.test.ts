/** The pure parts of a run: addresses, sums of attempts, the gate. */
import t from 'tap';
import type { Failure } from '../../probes/failures.ts';
import type { Control } from '../../src/model/controls.ts';
import type { Attempt } from '../../src/model/report.ts';
import { describeAddress } from '../../src/run/addresses.ts';
import type { Tried } from '../../src/run/attempt.ts';
import { downgradeBareConnections } from '../../src/run/bare-connections.ts';
import { createGate } from '../../src/run/gate.ts';
import { summarise, untested } from '../../src/run/summarise.ts';
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
  const attempt: Attempt = {
    address: '10.0.0.1',
    addressFrom: 'name',
    startedAt: '2026-05-04T10:00:00.000Z',
    ok: failure === null,
    failure,
    steps: [
      { name: 'connect', ms: connectMs, ok: true },
      { name: 'request', ms: 0.2, ok: failure === null },
    ],
    facts: {},
  };
  return { attempt, defect: null, impossible: null, ...changes };
}

const address = describeAddress('10.0.0.1', []);
const summed = (...attempts: readonly Tried[]) =>
  summarise(planned, {
    dialable: { addresses: [address], failure: null, limit: null, from: null },
    resolutions: [],
    tried: attempts,
    heldUpBy: null,
  });

t.test('attempts to a status', async (t) => {
  const cut = tried('deadline_exceeded');
  const broken = tried('unexpected', 1, { defect: { error: new TypeError('x') } });
  for (const [status, failure, attempts] of [
    ['reachable', null, [tried(null)]],
    ['reachable', null, [tried(null), cut]],
    ['reachable', null, [tried(null), broken]],
    ['intermittent', 'tcp_timeout', [tried('tcp_reset'), tried('tcp_timeout'), tried(null)]],
    ['unreachable', 'tcp_timeout', [tried('tcp_timeout'), cut]],
    ['unreachable', 'unexpected', [tried('unexpected')]],
    ['untested', 'deadline_exceeded', [cut]],
    ['untested', 'deadline_exceeded', []],
    ['untested', 'unexpected', [broken]],
  ] as const) {
    const seen = summed(...attempts);
    t.same([seen.status, seen.failure], [status, failure]);
    t.equal(seen.reason === null, status !== 'untested', 'what was not tested has a reason');
    t.equal(seen.attempts.length, attempts.length, 'all of it is kept');
  }
});

t.test('latencies are those of the attempts that succeeded', async (t) => {
  const { latency } = summed(tried(null, 3), tried('tcp_reset', 100), tried(null, 1), tried(null, 2.1));
  t.same(latency, {
    connectMs: { min: 1, median: 2.1, max: 3 },
    totalMs: { min: 1.2, median: 2.3, max: 3.2 },
  });
  t.same(summed(tried(null, 1), tried(null, 2)).latency.connectMs, { min: 1, median: 1, max: 2 });
  t.same(summed(tried('tcp_reset')).latency, { connectMs: null, totalMs: null });
});

t.test('what was not tested says why and nothing else', async (t) => {
  t.match(untested(planned, 'left out by --skip'), {
    id: 'custom/a.example:80',
    status: 'untested',
    reason: 'left out by --skip',
    failure: null,
    addresses: { length: 0 },
    attempts: { length: 0 },
  });
});

t.test('the gate lets so many through at once, in order', async (t) => {
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

t.test('no two begin in one turn of the loop', async (t) => {
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

t.test('a task that fails lets the next one in', async (t) => {
  const gate = createGate(1, new AbortController().signal);
  const failing = gate(async () => {
    throw new Error('no');
  });
  await t.rejects(failing, { message: 'no' });
  t.equal(await gate(async () => 'next'), 'next');
});

t.test('after the end nothing begins', async (t) => {
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

t.test('where anyone connects, only a bare connection is taken back', async (t) => {
  const control = (outcome: Control['outcome']): Control => ({
    name: 'tcp-reserved-address',
    outcome,
    detail: { text: '', address: '192.0.2.1:443', connected: outcome === 'anomalous', failure: null },
  });
  const seen = (proof: 'connect' | 'certificate' | 'reply', where: string, ...more: readonly Tried[]) => {
    const passed = tried(null);
    const attempt: Attempt = { ...passed.attempt, facts: { proof } };
    const addresses = [describeAddress(where, [])];
    const dialable = { addresses, failure: null, limit: null, from: null };
    return summarise(planned, {
      dialable,
      resolutions: [],
      tried: [{ ...passed, attempt }, ...more],
      heldUpBy: null,
    });
  };
  const targets = [
    seen('connect', '20.60.1.4'),
    seen('connect', '20.60.1.4', tried('tcp_timeout')),
    seen('certificate', '20.60.1.4'),
    seen('reply', '20.60.1.4'),
    seen('connect', '10.0.0.1'),
    summed(tried('tcp_timeout')),
  ];
  const before = targets.map(({ status }) => status);
  t.same(before, ['reachable', 'intermittent', 'reachable', 'reachable', 'reachable', 'unreachable']);
  t.equal(downgradeBareConnections(targets, [control('expected')]), targets);
  t.equal(downgradeBareConnections(targets, []), targets);
  const after = downgradeBareConnections(targets, [control('anomalous')]);
  t.same(
    after.map(({ status }) => status),
    ['untested', 'untested', 'reachable', 'reachable', 'reachable', 'unreachable'],
  );
  t.match(after[0], { failure: null, reason: /proves nothing here/, attempts: [{ ok: true }] });
});
