/** Sends what waits in the spool, as far as the service and the time allow. */
import { errorCode, systemReason } from '../../common/system-reason.ts';
import { duration } from '../../common/wording.ts';
import { abortReason } from './abort-reason.ts';
import { backOff, type Clock } from './back-off.ts';
import type { Settled } from './outcome.ts';
import {
  type Claimed,
  type Rewrite,
  type Spool,
  type SpooledReport,
  UnsendableReport,
  type Waiting,
} from './spool.ts';
import { type Means, uploadReport } from './upload-report.ts';

/** In a row, over all reports: a service that fails so often is down. */
const MOST_FAILURES = 5;

interface Rejection {
  readonly name: string;
  readonly reason: string;
  /** The cause: the service, which will never take it, or a damaged file in the spool. */
  readonly by: 'service' | 'spool';
}

export interface UploadResult {
  /** Names of reports that the service has confirmed. */
  readonly sent: readonly string[];
  readonly rejected: readonly Rejection[];
  /** Why reports still wait because of the service, as a sentence without its full stop; null when it is not the cause. */
  readonly problem: string | null;
  /** The same for errors of the spool's file system. */
  readonly spoolProblem: string | null;
}

export type Pausing = (reason: string, ms: number) => void;

export interface Sending extends Omit<Means, 'now'> {
  readonly spool: Spool;
  /** A report stored earlier may be redacted less than the options ask for now. */
  readonly rewrite: Rewrite;
  readonly clock: Clock;
  /** Aborts when the pass has to end; reports without a confirmation stay. */
  readonly signal: AbortSignal;
  /** ms since the epoch at which it will abort: no pause may outlast it */
  readonly end: number;
  /** Called before a pause with its reason and length in ms. */
  readonly pausing?: Pausing | undefined;
}

/**
 * Sends what waits, the oldest first. A report that fails goes to the back of the queue, so that it delays no other.
 * Some failures in a row, of any reports, end the pass.
 * @throws the file system's error when the spool cannot be read
 */
export async function sendWaiting(sending: Sending): Promise<UploadResult> {
  const { spool, clock, signal, end } = sending;
  const queue: Waiting[] = spool.waiting();
  const sent: string[] = [];
  const rejected: Rejection[] = [];
  let failures = 0;
  let last: string | null = null;
  /** Errors of files here: the service did not cause them, and the other reports go on. */
  let spoolProblem: string | null = null;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (signal.aborted) return { sent, rejected, spoolProblem, problem: last ?? abortReason(signal) };
    const claimed = await claim(next, spool);
    if (claimed === null) continue;
    if ('reason' in claimed) {
      spoolProblem ??= claimed.reason;
      continue;
    }
    const outcome = await sendOne(claimed, sending);
    if (outcome.kind === 'confirmed' || (outcome.kind === 'spool-error' && outcome.confirmed))
      sent.push(claimed.name);
    if (outcome.kind === 'spool-error') {
      spoolProblem ??= outcome.reason;
      continue;
    }
    if (outcome.kind === 'rejected')
      rejected.push({ name: claimed.name, reason: outcome.reason, by: 'service' });
    if (outcome.kind === 'damaged')
      rejected.push({ name: claimed.name, reason: outcome.reason, by: 'spool' });
    if (outcome.kind !== 'retry') {
      failures = 0;
      continue;
    }
    failures += 1;
    const { reason, retryAfterMs } = outcome;
    if (last === null || !signal.aborted) last = reason;
    if (outcome.needsAction || failures >= MOST_FAILURES || signal.aborted)
      return { sent, rejected, spoolProblem, problem: signal.aborted ? last : reason };
    const pause = backOff(failures, retryAfterMs, clock.random);
    if (clock.now() + pause >= end) {
      const wish = retryAfterMs === null ? '' : `, and asks to wait for ${duration(retryAfterMs)}`;
      return { sent, rejected, spoolProblem, problem: `${reason}${wish}` };
    }
    queue.push(next);
    sending.pausing?.(reason, pause);
    await clock.sleep(pause, signal);
  }
  return { sent, rejected, spoolProblem, problem: null };
}

/** @returns null when another process was faster */
async function claim(next: Waiting, spool: Spool): Promise<Claimed | SpoolError | null> {
  try {
    return await spool.claim(next);
  } catch (error) {
    return spoolError(next, 'cannot be claimed', error);
  }
}

/** Moves the report to where its outcome wants it; if that fails, it waits for the next pass. */
async function sendOne(claimed: Claimed, sending: Sending): Promise<Settled | Unsent> {
  const { spool, clock, signal } = sending;
  const outcome = await tryOne(claimed, { ...sending, now: clock.now }, signal);
  const refused = outcome.kind === 'rejected' || outcome.kind === 'damaged';
  try {
    if (outcome.kind === 'confirmed') await spool.remove(claimed);
    else if (refused) await spool.reject(claimed, outcome.reason);
    else await claimed.release();
    return outcome;
  } catch (error) {
    await claimed.release();
    const what = refused ? `is refused (${outcome.reason}), and cannot be put aside` : 'cannot be taken away';
    return { ...spoolError(claimed, what, error), confirmed: outcome.kind === 'confirmed' };
  }
}

/** The file is not a gzipped report, or must not be sent as it is: nothing was sent. */
interface Damaged {
  readonly kind: 'damaged';
  readonly reason: string;
}

/** The spool's file system failed. */
interface SpoolError {
  readonly kind: 'spool-error';
  readonly reason: string;
  /** Whether the service has it: the next pass sends it again, which does no harm. */
  readonly confirmed: boolean;
}

type Unsent = Damaged | SpoolError;

/** @throws defects of the program */
function spoolError({ name }: Pick<Claimed, 'name'>, what: string, error: unknown): SpoolError {
  if (errorCode(error) === null) throw error;
  const reason = `${name} in the spool ${what}: ${systemReason(error)}`;
  return { kind: 'spool-error', reason, confirmed: false };
}

async function tryOne(
  claimed: Claimed,
  sending: Sending & Means,
  signal: AbortSignal,
): Promise<Settled | Unsent> {
  let spooled: SpooledReport;
  try {
    spooled = await sending.spool.read(claimed, sending.rewrite);
  } catch (error) {
    return unread(claimed, error);
  }
  return uploadReport(spooled, sending, signal);
}

/** @throws defects of the program */
function unread(claimed: Claimed, error: unknown): Unsent {
  if (error instanceof UnsendableReport) return { kind: 'damaged', reason: `it ${error.message}` };
  if (error instanceof SyntaxError || error instanceof RangeError) return damaged('is not a report');
  const code = errorCode(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return damaged('is larger than a report can be');
  if (code?.startsWith('Z_')) return damaged('is not a report in gzip');
  return spoolError(claimed, 'cannot be read', error);
}

function damaged(what: string): Damaged {
  return { kind: 'damaged', reason: `the file is damaged, its content ${what}: delete it` };
}
