/** The report in files and uploads, with each certificate once; the source of the JSON Schema. */
import { z } from 'zod';
import { CertificateFacts, Facts, TlsFacts } from '../../probes/facts.ts';
import { Attempt, Report, Target } from './report.ts';
import { SCHEMA_VERSION } from './schema-version.ts';

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the certificate in hexadecimal, lower case, without colons');

const Certificate = CertificateFacts.omit({ fingerprint256: true }).describe('One certificate');

const WrittenTls = TlsFacts.extend({
  chain: z.array(sha256).describe('Keys of certificates: leaf first, as presented, at most 10'),
}).describe('The TLS handshake');

const WrittenAttempt = Attempt.extend({
  facts: Facts.extend({ tls: WrittenTls.optional() }).describe(Facts.description ?? ''),
}).describe(Attempt.description ?? '');

const WrittenTarget = Target.extend({
  attempts: z.array(WrittenAttempt).describe('In their order'),
}).describe(Target.description ?? '');

export const WrittenReport = Report.extend({
  targets: z.array(WrittenTarget).describe(Report.shape.targets.description ?? ''),
  certificates: z.record(sha256, Certificate).describe('Every certificate that was presented, once'),
}).meta({
  $id: `urn:apim-probe:report:${SCHEMA_VERSION}`,
  title: 'apim-probe report',
  description: 'The report of one run',
});
export type WrittenReport = z.infer<typeof WrittenReport>;

/** JSON Schema (draft 2020-12) of a report's file. */
export function reportSchema(): object {
  const { $schema, $id, title, description, ...schema } = z.toJSONSchema(WrittenReport, {
    // JSON Schema has no such format; contentEncoding says the same.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'base64') delete jsonSchema.format;
    },
  });
  return { $schema, $id, title, description, ...schema };
}
