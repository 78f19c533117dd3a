/** Certificates: complete in memory, each once in a file, and complete again after reading. */
import t from 'tap';
import { fromWritten, toWritten } from '../../src/model/certificates.ts';
import { parseReport } from '../../src/model/read-report.ts';
import type { Report } from '../../src/model/report.ts';
import { WrittenReport } from '../../src/model/written-report.ts';
import { attempt, certificate, report, target, tls } from '../report/samples.ts';

const print = (byte: string) => Array.from({ length: 32 }, () => byte).join(':');
const LEAF = certificate({ fingerprint256: print('AA') });
const ISSUER = certificate({ fingerprint256: print('0F'), subject: 'CN=issuer', names: [] });

/** Two endpoints that present the same chain, and one without TLS. */
function sample(): Report {
  const facts = { dialled: '127.0.0.1:1', ...tls({ chain: [LEAF, ISSUER] }), error: 'after it' };
  return report({
    targets: [
      target('custom', 'a.example', 443, { attempts: [attempt('10.0.0.1', null, facts)] }),
      target('custom', 'b.example', 443, {
        attempts: [attempt('10.0.0.2', 'tls_untrusted', facts), attempt('10.0.0.2', null, facts)],
      }),
      target('custom', 'c.example', 443, { attempts: [attempt('10.0.0.3', 'tcp_timeout')] }),
    ],
  });
}

t.test('a file holds each certificate once, by its SHA-256', async (t) => {
  const written = WrittenReport.parse(toWritten(sample()));
  const [aa, of] = ['aa'.repeat(32), '0f'.repeat(32)];
  t.strictSame(Object.keys(written.certificates), [of, aa], 'in the order of keys');
  const { fingerprint256: _print, ...certificate } = LEAF;
  t.strictSame(written.certificates[aa], certificate);
  t.strictSame(
    written.targets.flatMap(({ attempts }) => attempts.map(({ facts }) => facts.tls?.chain)),
    [[aa, of], [aa, of], [aa, of], undefined],
  );
});

t.test('what is written and read again has the same facts, in the same order', async (t) => {
  const before = sample();
  const reading = parseReport(JSON.parse(JSON.stringify(toWritten(before))));
  if (!reading.ok) throw new Error(reading.problem);
  t.strictSame(reading.report, before);
  t.equal(JSON.stringify(toWritten(reading.report)), JSON.stringify(toWritten(before)));
  const keys = Object.keys(toWritten(before).targets[0]?.attempts[0]?.facts ?? {});
  t.strictSame(keys, Object.keys(before.targets[0]?.attempts[0]?.facts ?? {}));
  t.strictSame(before, { ...sample(), id: before.id }, 'and the report at hand is what it was');
});

t.test('a chain that names a certificate which is not there is damage', async (t) => {
  const { certificates, ...written } = toWritten(sample());
  const { [`${'0f'.repeat(32)}`]: _gone, ...others } = certificates;
  t.match(parseReport({ ...written, certificates: others }), {
    ok: false,
    problem: /^is a damaged report \(certificates lacks (?:0f){32}, which a chain names\); probe again$/,
  });
  t.match(parseReport({ ...written, certificates: { ...certificates, short: ISSUER } }), { ok: false });
});

t.test('a small file whose chains would fill the memory is refused', async (t) => {
  const written = toWritten(sample());
  const key = 'aa'.repeat(32);
  const huge = { ...written.certificates[key], subject: 'x'.repeat(1024 * 1024) } as never;
  const [first] = written.targets;
  if (first === undefined) throw new Error('no target');
  const chain = Array.from({ length: 300 }, () => key);
  const attempts = first.attempts.map((one) => ({
    ...one,
    facts: { ...one.facts, tls: one.facts.tls && { ...one.facts.tls, chain } },
  }));
  const bomb = {
    ...written,
    certificates: { ...written.certificates, [key]: huge },
    targets: [{ ...first, attempts }],
  };
  t.match(fromWritten(bomb), { ok: false, problem: /chains are longer than those of any run/ });
});
