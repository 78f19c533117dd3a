/** The quick looks at texts that hold no secret leave the same bytes as all rules without them. */
import fc from 'fast-check';
import t from 'tap';
import { catalogFor } from '../../../src/catalog/index.ts';
import { rememberUnchanged } from '../../../src/common/change-texts.ts';
import { harmlessJson } from '../../../src/common/escaped-json.ts';
import {
  hideKnownSecrets,
  rememberSecret,
  rememberUrl,
} from '../../../src/delivery/redaction/known-secrets.ts';
import { isCredentialName } from '../../../src/delivery/redaction/names-of-secrets.ts';
import { withoutNested } from '../../../src/delivery/redaction/nested.ts';
import { withoutPrivateKeys } from '../../../src/delivery/redaction/pem.ts';
import { redact } from '../../../src/delivery/redaction/redact.ts';
import { redactReport } from '../../../src/delivery/redaction/redact-report.ts';
import { isPlain, SUSPECT, withoutSecrets } from '../../../src/delivery/redaction/rules.ts';
import { toWritten } from '../../../src/model/certificates.ts';
import type { Report } from '../../../src/model/report.ts';
import { CLOUDS } from '../../../src/model/vocabulary.ts';
import { fuzzRuns } from '../../fuzz-runs.ts';
import { attempt, report, target } from '../../report/samples.ts';

const SAS = 'https://me:p4ssw0rd-x@contoso.blob.core.windows.net/c?sv=2022-11-02&sig=Ab1%2Fc%2BdefghI%3D';
const KNOWN = 'k4own-token-of-this-run';
rememberUrl(SAS);
rememberSecret(KNOWN);

/** Every rule on every line, without a quick look and without memory. */
function redactSlowly(text: string): string {
  let clean = text;
  for (let pass = 0; pass < 5; pass += 1) {
    const lines = withoutPrivateKeys(clean, () => {}).split('\n');
    clean = lines
      .map((line) =>
        withoutSecrets(
          withoutNested(line, () => {}),
          () => {},
        ),
      )
      .join('\n');
  }
  return hideKnownSecrets(clean);
}

/** Each text and key of a report by `redactSlowly`; a report has no field whose name is a credential's. */
function slowly<T>(value: T): T;
function slowly(value: unknown): unknown {
  if (typeof value === 'string') return redactSlowly(value);
  if (Array.isArray(value)) return value.map((item: unknown) => slowly(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redactSlowly(key), slowly(item)]));
}

const PIECES = [
  ...[
    'sig=abc',
    'token: abc',
    '"password":"a b"',
    'Pwd=a;',
    'Bearer abc-1',
    'Basic dXNlcjpwYXNz',
    'eyJhbGciOiJub25l',
  ],
  ...[
    'Authorization',
    'Bearer',
    'Basic',
    'dXNlOnA=',
    'x-ms-a-authorization-auxiliary',
    'Set-Cookie2',
    's',
    ': ',
    '"',
    '{"a":1}',
    '%3d',
  ],
  ...['//u:p@h', '%2F%2Fu%40h', 'Cookie: a=1', 'SharedKey a:b=', `${'Ab1+/'.repeat(17)}x==`, 'response="'],
  ...['-----BEGIN PRIVATE KEY-----\nMII', 'LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t', '0'.repeat(86), '=='],
  ...[SAS, KNOWN, 'p4ssw0rd-x', 'Ab1/c+defghI=', 'K', 'ſig=a', 'to', 'ken', '=a', 'si', 'g'],
  ...['10.0.0.4', '2026-04-30T00:00:00.000Z', 'fe80::1%2', ':', '=', '@', '%', '\n', ' ', '\\"'],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 6 })
  .map((all) => all.join(''));

t.test('a plain text matches nothing, however it is made', async () => {
  const short = fc.oneof(
    text,
    fc.string({ unit: fc.constantFrom(...'eyJsigKpwd@%40=:+/A1ſK\n'), maxLength: 90 }),
  );
  fc.assert(
    fc.property(short, (one) => !isPlain(one) || (!SUSPECT.test(one) && redactSlowly(one) === one)),
    { numRuns: fuzzRuns(1000) },
  );
});

t.test('no text of the catalogue is suspect, so that a plan compiles none of the rules', async (t) => {
  for (const row of CLOUDS.flatMap((cloud) => catalogFor(cloud)))
    for (const text of JSON.stringify(row).split('"')) if (SUSPECT.test(text)) t.fail(text);
  t.ok(SUSPECT.test('Bearer\ta') && SUSPECT.test(`Basic ${' '.repeat(40)}dXNl`));
  t.ok(SUSPECT.test('Authorization: x') && SUSPECT.test('x-ms-authorization-auxiliary": "x'));
  t.notOk(SUSPECT.test('authorizations, cookies, Basic and bearer'));
});

t.test('a text is redacted as by every rule without a quick look', async (t) => {
  fc.assert(
    fc.property(text, (one) => hideKnownSecrets(redact(one)) === redactSlowly(one)),
    { numRuns: fuzzRuns(500) },
  );
  t.not(redactSlowly('sig=abc'), 'sig=abc');
});

t.test('a report is redacted to the same bytes, with secrets and without', async (t) => {
  const part = fc.record({ host: text, purpose: text, reason: fc.option(text), error: text, at: text });
  const reports = fc.array(part, { maxLength: 4 }).map((parts) => withTexts(parts));
  fc.assert(
    fc.property(reports, (one) => jsonOf(redactReport(one)) === jsonOf(slowly(one))),
    { numRuns: fuzzRuns() },
  );
  const clean = report();
  t.equal(redactReport(clean), clean, 'a report without secrets is not copied');
});

t.test('a secret known to this process never passes, wherever it stands', async () => {
  const around = fc.tuple(text, fc.constantFrom(SAS, KNOWN, 'p4ssw0rd-x', 'Ab1/c+defghI='), text);
  fc.assert(
    fc.property(around, ([before, secret, after]) => {
      const json = jsonOf(
        redactReport(withTexts([{ host: before + secret, reason: secret + after, at: secret }])),
      );
      return ![KNOWN, 'p4ssw0rd-x', 'Ab1/c+defghI=', 'Ab1%2Fc%2BdefghI%3D'].some((one) => json.includes(one));
    }),
  );
});

t.test(
  'what is remembered as clean is what the redaction leaves, also beyond what it remembers',
  async (t) => {
    const remembered = rememberUnchanged(redact);
    const asked = Array.from({ length: 10_000 }, (_, at) => `text ${at % 6000}`);
    for (const one of ['token=abc', ...asked, 'token=abc', `token=${'a'.repeat(200)}`])
      if (remembered(one) !== redact(one)) t.fail(one);
    t.equal(remembered('token=abc'), 'token=***');
  },
);

t.test('a name is a credential or not, whatever was asked before', async (t) => {
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 3000; at += 1) if (isCredentialName(`name-${at}`)) t.fail(`name-${at}`);
    for (let at = 0; at < 3000; at += 1) if (!isCredentialName(`x${at}-token`)) t.fail(`x${at}-token`);
  }
  t.ok(isCredentialName('adminPassword'));
});

interface Texts {
  readonly host: string;
  readonly reason: string | null;
  readonly at: string;
  readonly purpose?: string;
  readonly error?: string;
}

function withTexts(parts: readonly Texts[]): Report {
  const targets = parts.map(({ host, reason, at, purpose = '', error = '' }) =>
    target('custom', host, 443, {
      reason,
      purpose,
      attempts: [{ ...attempt(at, 'tcp_refused', { error }), startedAt: at }],
    }),
  );
  return { ...report(), targets };
}

function jsonOf(one: Report): string {
  return harmlessJson(toWritten(one));
}
