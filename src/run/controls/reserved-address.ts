/** Dials a reserved address: a device that completes that handshake does so for every address. */
import { tcp } from '../../../probes/tcp.ts';
import { pause } from '../../../probes/wire/budget.ts';
import type { ControlOf } from '../../model/controls.ts';
import type { Attempt, ObservedTarget } from '../../model/report.ts';
import { attempt, limitOf, type Tried } from '../attempt.ts';
import type { RunContext } from '../context.ts';
import { isInconclusive } from './inconclusive.ts';

type ReservedAddress = ControlOf<'tcp-reserved-address'>;
type Parts = Pick<RunContext, 'system' | 'trust' | 'budget' | 'gate'>;

/** TEST-NET-1 (RFC 5737 section 3). */
const ADDRESS = '192.0.2.1';
const PORT = 443;

/**
 * ms that the connection gets at least. TCP repeats a lost SYN after 1 s (RFC 6298), and a device that completes
 * connections answers at once.
 */
const LEAST_WAIT = 1250;
/** Such a device also completes those to services, so their time is known. */
const TIMES_SLOWEST = 4;

/** ms that the connection has to get, after the connections to these targets. */
export function waitFor(targets: readonly ObservedTarget[]): number {
  let most = LEAST_WAIT;
  for (const { attempts } of targets)
    for (const { steps } of attempts)
      for (const { name, ok, ms } of steps)
        if (name === 'connect' && ok) most = Math.max(most, TIMES_SLOWEST * ms);
  return most;
}

/**
 * One TCP connection that must not succeed.
 * @param others the ms that it has to get; settles when the run waits for nothing else
 */
export async function reservedAddress(context: Parts, others: Promise<number>): Promise<ReservedAddress> {
  const tried = await context.gate(() => tryOnce(context, others), limitOf);
  if (tried?.defect) throw tried.defect.error;
  const failure = tried === null ? 'deadline_exceeded' : tried.attempt.failure;
  const connected = failure === null;
  const isUnknown = failure === 'unexpected' || isInconclusive(failure);
  const address = `${ADDRESS}:${PORT}`;
  const text = connected
    ? `${address} is a reserved address (RFC 5737) and yet accepted a connection`
    : `${address}, a reserved address, did not connect ${describeFailure(tried?.attempt)}`;
  return {
    name: 'tcp-reserved-address',
    outcome: connected ? 'anomalous' : isUnknown ? 'unknown' : 'expected',
    detail: { text, address, connected, failure },
  };
}

function describeFailure(ended: Attempt | undefined): string {
  const { failure = 'deadline_exceeded', steps = [] } = ended ?? {};
  return failure === 'tcp_timeout' ? `within ${Math.round(steps[0]?.ms ?? 0)} ms` : `(${failure})`;
}

/** Ends by the timeout of a step, or when it has had its time and the run waits for nothing else. */
async function tryOnce({ system, trust, budget }: Parts, others: Promise<number>): Promise<Tried> {
  const target = { host: ADDRESS, port: PORT, path: '/', question: '', azureService: false };
  const stop = new AbortController();
  const end = (): void => stop.abort();
  budget.signal.addEventListener('abort', end, { once: true });
  const began = system.monotonicMs();
  others
    .then((ms) => pause(began + ms - system.monotonicMs(), stop.signal))
    // On a busy machine the answer may already have arrived, so it is read first.
    .then(() => setImmediate(end));
  const own = { stepMs: budget.stepMs, signal: stop.signal };
  const tried = await attempt(tcp, { target, address: ADDRESS, system, trust, budget: own });
  budget.signal.removeEventListener('abort', end);
  end();
  const isOurs = tried.attempt.failure === 'deadline_exceeded' && !budget.signal.aborted;
  return isOurs ? { ...tried, attempt: { ...tried.attempt, failure: 'tcp_timeout' } } : tried;
}
