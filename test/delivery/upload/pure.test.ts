import fc from 'fast-check';
import t from 'tap';
import { readUploadName, uploadName } from '../../../src/delivery/report-names.ts';
import { backOff, CLOCK, retryAfter } from '../../../src/delivery/upload/back-off.ts';
import { classifyBlob, classifyHttps } from '../../../src/delivery/upload/classify.ts';
import type { Reply } from '../../../src/delivery/upload/client.ts';
import { readValidity } from '../../../src/delivery/upload/clock-error.ts';

const NOW = Date.UTC(2026, 4, 4, 12);

function reply(status: number, headers: Record<string, string> = {}, body = ''): Reply {
  return { status, body, headers };
}

const blob = (status: number, code: string, body = '', kind: 'blob-sas' | 'blob-identity' = 'blob-sas') =>
  classifyBlob({ kind, query: '' }, reply(status, code === '' ? {} : { 'x-ms-error-code': code }, body), NOW);

t.test('names sort as their reports’ times do, and give time and id back', (t) => {
  const time = fc.date({
    min: new Date('2000-01-01'),
    max: new Date('2099-12-31'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(time, time, fc.uuid(), (one, other, id) => {
      const second = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
      const name = (date: Date): string => uploadName({ startedAt: date.toISOString(), id });
      t.strictSame(readUploadName(name(one)), { startedAt: second(one), id });
      t.equal(name(one) < name(other), second(one) < second(other));
    }),
    { numRuns: 100 },
  );
  for (const foreign of ['report.json.gz', '../x', 'apim-probe-report-20260504T083000Z-abcdef.json'])
    t.equal(readUploadName(foreign), null);
  t.end();
});

t.test('back-off doubles up to half a minute, with a random part, and never before Retry-After', (t) => {
  t.strictSame(
    [1, 2, 3, 6, 60].map((failures) => backOff(failures, null, () => 0)),
    [500, 1000, 2000, 15_000, 15_000],
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.option(fc.nat(1e9)),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (failures, asked, random) => {
        const pause = backOff(failures, asked, () => random);
        t.ok(pause >= Math.max(500, asked ?? 0) && pause <= Math.max(30_000, (asked ?? 0) + 15_000));
      },
    ),
    { numRuns: 100 },
  );
  t.end();
});

t.test('Retry-After in seconds and as a date, by the service’s own clock', (t) => {
  t.equal(retryAfter('120', '', NOW), 120_000);
  t.equal(retryAfter('Mon, 04 May 2026 12:00:30 GMT', '', NOW), 30_000);
  t.equal(retryAfter('Mon, 04 May 2026 12:00:30 GMT', 'Mon, 04 May 2026 11:59:30 GMT', NOW), 60_000);
  t.equal(retryAfter('Mon, 04 May 2026 11:00:00 GMT', '', NOW), 0);
  for (const nonsense of ['', '-1', '1.5', 'soon', '9'.repeat(20)])
    t.equal(retryAfter(nonsense, '', NOW), null, nonsense);
  t.end();
});

t.test('the real clock sleeps, and wakes when the signal aborts', async (t) => {
  const controller = new AbortController();
  const asleep = CLOCK.sleep(3_600_000, controller.signal);
  controller.abort();
  await asleep;
  await CLOCK.sleep(3_600_000, controller.signal);
  await CLOCK.sleep(1, new AbortController().signal);
  t.pass('the test does not wait for an hour');
});

t.test('Blob Storage: 201 alone confirms', (t) => {
  t.strictSame(blob(201, ''), { kind: 'confirmed' });
  for (const status of [200, 202, 204, 301, 302, 403, 404, 407]) {
    t.match(blob(status, ''), {
      kind: 'retry',
      needsAction: true,
      reason: /something else than Blob Storage/,
    });
  }
  t.end();
});

t.test('Blob Storage: rejections, and refusals to retry', (t) => {
  for (const [status, code, text] of [
    [404, 'ContainerNotFound', /container does not exist/],
    [403, 'AuthorizationPermissionMismatch', /does not allow writing/],
    [403, 'AuthorizationSourceIPMismatch', /other source addresses/],
    [403, 'KeyBasedAuthenticationNotPermitted', /managed identity/],
    [413, 'RequestBodyTooLarge', /too large/],
    [400, 'InvalidHeaderValue', /refused it \(400 InvalidHeaderValue\)/],
    [401, 'NoAuthenticationInformation', /refused it/],
    [403, 'AuthenticationFailed', /cut off or changed/],
  ] as const) {
    t.match(blob(status, code), { kind: 'rejected', reason: text }, code);
  }
  for (const [status, code, needsAction] of [
    [403, 'AuthorizationFailure', true],
    [403, 'AccountIsDisabled', true],
    [400, 'Md5Mismatch', false],
    [503, 'ServerBusy', false],
    [500, 'OperationTimedOut', false],
    [412, 'LeaseIdMissing', false],
  ] as const) {
    t.match(blob(status, code), { kind: 'retry', needsAction }, code);
  }
  for (const code of ['BlobAlreadyExists', 'UnauthorizedBlobOverwrite'])
    t.strictSame(blob(409, code), { kind: 'exists' });
  t.match(blob(403, 'AuthorizationPermissionMismatch', '', 'blob-identity'), {
    kind: 'retry',
    needsAction: true,
    reason: /Storage Blob Data Contributor/,
  });
  t.match(
    blob(404, '', '<Error><Code>ContainerNotFound</Code></Error>'),
    { kind: 'rejected' },
    'in the body alone',
  );
  t.match(classifyBlob({ kind: 'blob-sas', query: '' }, reply(503, { 'retry-after': '7' }), NOW), {
    kind: 'retry',
    retryAfterMs: 7000,
  });
  t.end();
});

const frame = (start: string, expiry: string, current: string): string =>
  '<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Signature not valid in the specified time ' +
  `frame: Start [${start}] - Expiry [${expiry}] - Current [${current}]</AuthenticationErrorDetail></Error>`;

t.test('a SAS out of its time, and the clock that may be to blame', (t) => {
  const [yesterday, noon, tomorrow] = [
    'Sun, 03 May 2026 12:00:00 GMT',
    'Mon, 04 May 2026 12:00:00 GMT',
    'Tue, 05 May 2026 12:00:00 GMT',
  ] as const;
  t.match(blob(403, 'AuthenticationFailed', frame(yesterday, yesterday, noon)), {
    kind: 'rejected',
    reason: /expired at 2026-05-03T12:00:00Z: make a new one \(403\)$/,
  });
  t.match(blob(403, 'AuthenticationFailed', frame(yesterday, noon, tomorrow)), {
    kind: 'rejected',
    reason: /\. This VM’s clock is 24 h behind the service’s: set it right$/,
  });
  t.match(blob(403, 'AuthenticationFailed', frame(noon, tomorrow, yesterday)), {
    kind: 'retry',
    needsAction: true,
    reason: /valid from 2026-05-04T12:00:00Z only.*24 h ahead of the service/,
  });
  t.match(blob(403, 'AuthenticationFailed', frame('', tomorrow, noon)), { reason: /is not valid yet/ });
  for (const nonsense of ['', frame('x', 'y', 'z'), frame(noon, '', noon)])
    t.equal(readValidity(nonsense), null);
  t.end();
});

t.test('a refusal that explains nothing is held against the signature’s own times', (t) => {
  const query = '?sv=1&st=2026-05-04T00:00:00Z&se=2026-05-05T00:00:00Z&sig=x';
  const refusal = (date: string) =>
    classifyBlob(
      { kind: 'blob-sas', query },
      reply(
        403,
        { 'x-ms-error-code': 'AuthorizationFailure', date },
        'Server failed to authenticate the request.',
      ),
      NOW,
    );
  t.match(refusal('Mon, 04 May 2026 12:00:00 GMT'), { kind: 'rejected', reason: /cut off or changed/ });
  t.match(refusal('Wed, 06 May 2026 12:00:00 GMT'), {
    kind: 'rejected',
    reason: /expired at 2026-05-05.* behind/,
  });
  t.match(refusal('Sun, 03 May 2026 12:00:00 GMT'), {
    kind: 'retry',
    reason: /valid from 2026-05-04.* ahead of/,
  });
  t.end();
});

t.test('any HTTPS endpoint', (t) => {
  const https = (status: number, headers = {}, method: 'PUT' | 'POST' = 'PUT') =>
    classifyHttps({ method }, reply(status, headers), NOW);
  for (const status of [200, 201, 202, 204, 412]) t.equal(https(status).kind, 'confirmed', String(status));
  for (const status of [301, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422])
    t.equal(https(status).kind, 'rejected', String(status));
  for (const status of [100, 407, 408, 425, 429, 500, 502, 503, 504, 507])
    t.match(https(status), { kind: 'retry', needsAction: false }, String(status));
  t.match(https(429, { 'retry-after': '3' }), { retryAfterMs: 3000 });
  t.equal(https(412, {}, 'POST').kind, 'rejected', 'a POST has no condition that could fail so');
  t.end();
});

t.test('an HTTPS endpoint that does not confirm the report: it waits', (t) => {
  const https = (status: number, body = '') =>
    classifyHttps({ method: 'POST' }, { ...reply(status), body }, NOW);
  for (const status of [203, 205, 206, 207, 226, 302, 303, 304, 307])
    t.match(https(status), { kind: 'retry', needsAction: true }, String(status));
  for (const page of [
    '<!DOCTYPE html><title>Sign in</title>',
    '\ufeff\r\n<html lang="en">',
    '<script>location="http://portal/login"</script>',
    '<head><title>Login</title></head>',
    '<!-- portal --> <!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">',
  ])
    t.match(https(200, page), { kind: 'retry', needsAction: true, reason: /web page/ }, page);
  // The answer of Apache's WebDAV for a stored file, and short answers of other services.
  t.equal(https(201, '<!DOCTYPE HTML><title>201 Created</title>').kind, 'confirmed');
  for (const word of ['', 'ok', '{"html": "<html>"}', '<response/>'])
    t.equal(https(200, word).kind, 'confirmed', word);
  const typed = (body: string, more = {}) =>
    classifyHttps(
      { method: 'POST' },
      reply(200, { 'content-type': 'text/html; charset=utf-8', ...more }, body),
      NOW,
    );
  t.equal(typed('ok').kind, 'confirmed', 'many small services answer so');
  t.match(
    [typed('<p>Sign in'), typed('\u001f\ufffd', { 'content-encoding': 'gzip' })],
    [{ needsAction: true }, { needsAction: true }],
  );
  t.end();
});
