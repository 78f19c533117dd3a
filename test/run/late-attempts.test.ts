/** The last attempt at required endpoints that died while others passed. */
import type { Socket } from 'node:net';
import t, { type Test } from 'tap';
import { silent } from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { optionsWith } from './options.ts';
import { closedWorld, to } from './peers.ts';
import { customPlan, ran, targets } from './runs.ts';

const DEAD = 'tls://20.1.1.1:443';
const PASSING = 'tcp://20.1.1.2:443';

interface Case {
  readonly attempts?: number;
  readonly required?: boolean;
  readonly deadline?: number;
  readonly urls?: readonly string[];
}

/** How often the peer at 20.1.1.1, which hangs up, was tried, and what the run says of it. */
async function runCase(
  t: Test,
  { attempts = 2, required = true, deadline = 60_000, urls = [DEAD, PASSING] }: Case,
) {
  const hangUp = (socket: Socket): void => void socket.once('data', () => socket.destroy());
  const [dead, passing] = await Promise.all([openPeer(t, hangUp), openPeer(t, silent)]);
  const system = closedWorld([
    to(dead, '20.1.1.1', 443),
    to(passing, '20.1.1.2', 443),
    to(dead, '10.0.0.9', 443),
  ]);
  const options = optionsWith({ attempts, deadline, timeout: 5000, target: targets(...urls) });
  const plan = customPlan(options);
  const marked = { ...plan, targets: plan.targets.map((planned) => ({ ...planned, required })) };
  const { targets: seen } = await ran({ options, plan: marked, system, lateAfter: LATE_AFTER });
  const target = seen.find(({ host }) => host !== '20.1.1.2');
  return { tried: dead.accepted(), target };
}

/** ms; 12 s in a run. */
const LATE_AFTER = 1500;

t.test('a required endpoint that died is tried once more, some time after its first attempt', async (t) => {
  const { tried, target } = await runCase(t, {});
  // The peer counts the handshakes of the controls, too.
  t.ok(tried >= 3);
  t.equal(target?.attempts.length, 3);
  t.match(target, { status: 'unreachable', failure: 'tls_closed' });
  const [first = 0, , last = 0] = target?.attempts.map(({ startedAt }) => Date.parse(startedAt)) ?? [];
  t.ok(last - first >= LATE_AFTER, `after ${last - first} ms`);
});

for (const [why, given] of [
  ['an optional one', { required: false }],
  ['with --attempts 1', { attempts: 1 }],
  ['when the deadline comes before', { deadline: 10_000 }],
  ['where nothing else passed', { urls: [DEAD] }],
  ['at a private address', { urls: ['tls://10.0.0.9:443', PASSING] }],
] as const) {
  t.test(`none for an endpoint: ${why}`, async (t) => {
    const { target } = await runCase(t, given);
    t.equal(target?.attempts.length, given.attempts ?? 2);
  });
}
