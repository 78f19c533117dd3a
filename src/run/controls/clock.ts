/** Compares the local clock with time servers and with the `Date` header of services. Pure. */
import type { ControlOf } from '../../model/controls.ts';
import type { Attempt, ObservedTarget } from '../../model/report.ts';

/** ms; Kerberos and Azure's shared access signatures reject more than five minutes. */
const TOLERANCE = 5 * 60 * 1000;

/** RFC 9110 section 5.6.7; Date.parse alone would read a bare number as a year. */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Uses the median, so that one server with a wrong clock does not decide. */
export function clock(targets: readonly ObservedTarget[]): ControlOf<'clock'> {
  const samples = targets.flatMap(({ id, attempts }) => {
    const offsetMs = attempts.map(offset).find((value) => value !== null);
    return offsetMs === undefined || offsetMs === null ? [] : [{ peer: id, offsetMs }];
  });
  const sorted = samples.map(({ offsetMs }) => offsetMs).toSorted((one, other) => one - other);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) {
    return {
      name: 'clock',
      outcome: 'unknown',
      detail: { text: 'no peer returned a time', offsetMs: null, samples: [] },
    };
  }
  const seconds = Math.round(Math.abs(median) / 1000);
  const text =
    seconds < 2
      ? `this clock agrees with ${samples.length} services`
      : `this clock is ${seconds} s ${median > 0 ? 'ahead of' : 'behind'} the median of ${samples.length} services`;
  return {
    name: 'clock',
    outcome: Math.abs(median) > TOLERANCE ? 'anomalous' : 'expected',
    detail: { text, offsetMs: median, samples },
  };
}

/** ms, local minus remote. */
function offset(attempt: Attempt): number | null {
  const { ntp } = attempt.facts;
  return ntp?.synchronised === true ? ntp.offsetMs : offsetByDate(attempt);
}

/** `Date` has whole seconds. The `Date` of a block page counts too. */
function offsetByDate({ startedAt, steps, facts }: Attempt): number | null {
  const date = facts.http?.headers['date'] ?? '';
  const remote = IMF_FIXDATE.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(remote)) return null;
  const spent = steps.reduce((sum, { ms }) => sum + ms, 0);
  return Math.round(Date.parse(startedAt) + spent - remote);
}
