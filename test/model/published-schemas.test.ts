/** The published JSON Schemas, as a validator of others reads them, in its strict mode. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import t from 'tap';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.ts';
import { toWritten } from '../../src/model/certificates.ts';
import { reportSchema } from '../../src/model/written-report.ts';
import { hostileReport } from '../report/hostile-report.ts';
import { attempt, finding, target, tls, withDropped, writtenReport } from '../report/samples.ts';

/** @throws Error for a keyword or a format that the validator does not know */
function validator(schema: object) {
  const warnings: unknown[] = [];
  const note = (warning: unknown) => warnings.push(warning);
  const ajv = new Ajv2020({ strict: true, allErrors: true, logger: { log: note, warn: note, error: note } });
  ajvFormats.default(ajv);
  const validate = ajv.compile(schema);
  if (warnings.length > 0) throw new Error(String(warnings[0]));
  return (value: unknown) =>
    validate(value) ? [] : [...new Set(validate.errors?.map(({ instancePath }) => instancePath))];
}

t.test('the schema of the report accepts reports, and nothing else', async (t) => {
  const problemsOf = validator(reportSchema());
  const fingerprint256 = Array.from({ length: 32 }, () => 'AB').join(':');
  const handshake = attempt('20.1.1.1', null, tls({}, { der: 'MIIB', fingerprint256 }));
  const targets = [...withDropped(['sql']), target('custom', 'a', 443, { attempts: [handshake] })];
  const good = writtenReport({ verdict: 'blocked', targets, findings: [finding()] });
  t.ok(JSON.stringify(good).includes('"der":"MIIB"'));
  t.strictSame(problemsOf(JSON.parse(JSON.stringify(good))), []);
  t.strictSame(problemsOf(JSON.parse(JSON.stringify(toWritten(hostileReport())))), []);
  t.strictSame(problemsOf({ ...good, verdict: 'fine' }), ['/verdict']);
  t.strictSame(problemsOf({ ...good, startedAt: 'yesterday' }), ['/startedAt']);
  t.not(problemsOf({ ...good, surprise: 1 }).length, 0);
});

t.test('the schema of the config file accepts the one that is installed', async (t) => {
  const problemsOf = validator(configSchema());
  const text = readFileSync(join(import.meta.dirname, '../../install/config.yaml'), 'utf8');
  t.strictSame(problemsOf(parse(text)), []);
  t.strictSame(problemsOf({ storage: 'one', sql: ['one', 'two'], timeout: 9, format: ['csv=a.csv'] }), []);
  t.strictSame(problemsOf({ timeout: 0 }), ['/timeout']);
  t.not(problemsOf({ storag: 'one' }).length, 0);
});

t.test('both have an id, a title and descriptions, which editors show', async (t) => {
  for (const schema of [reportSchema(), configSchema()] as Record<string, unknown>[]) {
    t.match(schema, { $schema: /2020-12/, $id: /^urn:apim-probe:/, title: /^apim-probe/, description: /\w/ });
    const properties = Object.entries(schema['properties'] as Record<string, { description?: string }>);
    t.strictSame(
      properties.filter(([, { description }]) => (description ?? '') === '').map(([name]) => name),
      [],
    );
  }
});
