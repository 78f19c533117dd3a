import t from 'tap';
import type { Attempt, Target } from '../../src/model/report.ts';
import { clock } from '../../src/run/controls/clock.ts';
import { attempt } from '../report/samples.ts';

const NOW = Date.parse('2026-05-04T10:00:00.000Z');
const MINUTE = 60_000;

function answered(date: string | null, spentMs = 100): Attempt {
  const http = { status: 200, headers: date === null ? {} : { date }, bodyBytes: 0, bodyStart: '' };
  return {
    ...attempt('10.0.0.1', null, { http: { ...http, blockPage: null } }),
    startedAt: new Date(NOW).toISOString(),
    steps: [{ name: 'request', ms: spentMs, ok: true }],
  };
}

/** A service whose clock is ahead by this much. */
const ahead = (ms: number) => answered(new Date(NOW + 100 + ms).toUTCString());

function judged(...attempts: readonly (readonly Attempt[])[]) {
  return clock(
    attempts.map((each, index) => ({ id: `custom/peer:${index}`, attempts: each }) as unknown as Target),
  );
}

t.test('services that agree with this clock', async (t) => {
  const { outcome, detail } = judged([ahead(0)], [ahead(-500)], [ahead(500)]);
  t.equal(outcome, 'expected');
  t.equal(detail.samples.length, 3);
  t.match(detail.text, 'this clock agrees with 3 services');
});

t.test('the median decides, so that one wrong server does not matter', async (t) => {
  const { outcome, detail } = judged([ahead(0)], [ahead(60 * MINUTE)], [ahead(2_000)]);
  t.equal(outcome, 'expected');
  t.ok(Math.abs((detail.offsetMs ?? 0) + 2_000) <= 1_100);
  t.match(detail.text, /^this clock is [23] s behind the median of 3 services$/);
});

t.test('more than five minutes is anomalous in both directions', async (t) => {
  t.equal(judged([ahead(-6 * MINUTE)]).outcome, 'anomalous');
  t.match(judged([ahead(-6 * MINUTE)]).detail.text, /^this clock is 36\d s ahead of/);
  t.equal(judged([ahead(6 * MINUTE)]).outcome, 'anomalous');
  t.equal(judged([ahead(4 * MINUTE)]).outcome, 'expected');
});

t.test('the duration of the answer is not part of the offset', async (t) => {
  const { detail } = judged([answered(new Date(NOW + 4_000).toUTCString(), 4_000)]);
  t.equal(detail.offsetMs, 0);
});

t.test('no peer returned a time', async (t) => {
  for (const none of [
    judged(),
    judged([]),
    judged([answered(null)]),
    judged([{ ...answered(null), facts: {} }]),
  ]) {
    t.match(none, { outcome: 'unknown', detail: { offsetMs: null, samples: { length: 0 } } });
  }
});

t.test('a malformed HTTP date is ignored', async (t) => {
  for (const date of [
    '1',
    '2026-05-04T10:00:00Z',
    'yesterday',
    'Mon, 99 May 2026 10:00:00 GMT',
    '+275760-09-13',
  ]) {
    t.equal(judged([answered(date)]).outcome, 'unknown', date);
  }
});

t.test('each target gives one sample', async (t) => {
  t.equal(judged([answered(null), ahead(0), ahead(0)]).detail.samples.length, 1);
});

/** A time server with this offset. */
function timeServer(offsetMs: number | null, synchronised = true): Attempt {
  const ntp = { stratum: 2, synchronised, offsetMs, delayMs: 1, referenceId: '10.0.0.1', kiss: null };
  return { ...answered(null), facts: { ntp } };
}

t.test('time servers give samples like services', async (t) => {
  t.match(judged([timeServer(-600_000)]), { outcome: 'anomalous', detail: { offsetMs: -600_000 } });
  t.match(judged([timeServer(600_000)], [timeServer(500)], [ahead(0)]), {
    outcome: 'expected',
    detail: { offsetMs: 500, samples: { length: 3 } },
  });
});

t.test('an unsynchronised time server gives no sample', async (t) => {
  t.equal(judged([timeServer(600_000, false)]).outcome, 'unknown');
  t.equal(judged([timeServer(null)]).outcome, 'unknown');
});
