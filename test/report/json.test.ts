/** The report in pieces: the bytes of the whole, each piece whole lines, and no secret between two of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { harmlessJson, harmlessPieces } from '../../src/common/escaped-json.ts';
import { replaceFile } from '../../src/delivery/files/write-file.ts';
import {
  hideKnownSecrets,
  hideKnownSecretsIn,
  rememberSecret,
} from '../../src/delivery/redaction/known-secrets.ts';
import { toWritten } from '../../src/model/certificates.ts';
import type { Report } from '../../src/model/report.ts';
import { reportJson } from '../../src/report/json.ts';
import { anyText } from '../any-text.ts';
import { attempt, certificate, report, target, tls, wholeCatalogue, withDropped } from './samples.ts';

/** A generator of a report's own text, to be read once. */
function* inLines(text: string): Generator<string> {
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) yield line;
}

t.test('any object has the bytes of JSON.stringify, and each piece ends with a line', async () => {
  const long = fc.array(fc.oneof(fc.jsonValue(), fc.constant(undefined)), { minLength: 60, maxLength: 140 });
  const value = fc.oneof(fc.jsonValue(), fc.constant(undefined), anyText(), long);
  fc.assert(
    fc.property(fc.dictionary(anyText(), value), (one) => {
      const pieces = [...harmlessPieces(Object.entries(one))];
      return pieces.join('') === harmlessJson(one) && pieces.every((piece) => piece.endsWith('\n'));
    }),
    { numRuns: 60 },
  );
});

t.test('a report has the same bytes as in one piece', async (t) => {
  for (const [name, one] of Object.entries({
    sample: report(),
    'whole catalogue': report({ targets: wholeCatalogue() }),
    dropped: report({ targets: withDropped(['sql', 'custom']) }),
    'with certificates': withCertificates(),
    empty: { ...report(), targets: [], findings: [] },
    large: large(300),
  }))
    t.ok([...reportJson(one)].join('') === harmlessJson(toWritten(one)), name);
  t.ok([...reportJson(large(300))].length > 4, 'a large report comes in pieces');
});

t.test('known secrets are hidden as in the whole text, wherever the lines end', async (t) => {
  rememberSecret('s3cret-of-one-line');
  const part = fc.constantFrom(
    's3cret',
    '-of-one-line',
    's3cret-of-one-line',
    '\n',
    'a',
    '"',
    'two\\nlines-2',
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  const isSame = (one: string) => [...hideKnownSecretsIn(inLines(one))].join('') === hideKnownSecrets(one);
  fc.assert(fc.property(text, isSame));
  rememberSecret('two\nlines-2 of a secret');
  const split = 'a two\nlines-2 of a secret s3cret-of-one-line\n';
  t.equal([...hideKnownSecretsIn(inLines(split))].join(''), 'a *** ***\n');
});

t.test('an output that fails in the middle leaves the file that was there, and nothing else', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'report.json');
  writeFileSync(path, 'the report before');
  function* broken(): Generator<string> {
    yield 'half\n';
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
  await t.rejects(replaceFile(path, broken()), { code: 'ENOSPC' });
  t.equal(readFileSync(path, 'utf8'), 'the report before');
  await replaceFile(path, reportJson(large(200)));
  t.ok(readFileSync(path, 'utf8') === harmlessJson(toWritten(large(200))));
});

/** A hundred endpoints with two chains that share an issuer. */
function withCertificates(): Report {
  const [one, other, issuer] = ['AA', '0F', 'BB'].map((byte) =>
    certificate({ fingerprint256: Array.from({ length: 32 }, () => byte).join(':') }),
  ) as [ReturnType<typeof certificate>, ReturnType<typeof certificate>, ReturnType<typeof certificate>];
  const targets = Array.from({ length: 100 }, (_, index) =>
    target('custom', `h${index}.contoso.example`, 443, {
      attempts: [attempt('10.0.0.1', null, tls({ chain: [index % 2 === 0 ? one : other, issuer] }))],
    }),
  );
  return report({ targets });
}

function large(count: number): Report {
  return {
    ...report(),
    targets: Array.from({ length: count }, (_, index) =>
      target('custom', `h${index}.contoso.example`, 443, { reason: index % 7 === 0 ? 'a\u202eb' : null }),
    ),
  };
}
