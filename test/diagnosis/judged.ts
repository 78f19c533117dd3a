/** Judges targets together with documents, as a run does. */
import type { GivenDocument } from '../../src/azure/documents/types.ts';
import { type Diagnosis, diagnose } from '../../src/diagnosis/index.ts';
import { applyDocuments } from '../../src/effective/targets.ts';
import { PreflightCheck, ReportedDocument } from '../../src/model/azure-documents.ts';
import {
  type Environment,
  type Finding,
  type Observations,
  Report,
  type Target,
} from '../../src/model/report.ts';
import type { Cause } from '../../src/model/vocabulary.ts';
import { judgePortTable } from '../../src/preflight/network-rules.ts';
import { ENVIRONMENT } from '../effective/given.ts';
import { observations } from './build.ts';

/** What a run observes with these documents; `checks` are judged beside the port table. */
export function observe(
  targets: readonly Target[],
  given: readonly GivenDocument[],
  more: { readonly environment?: Partial<Environment>; readonly checks?: readonly PreflightCheck[] } = {},
): Observations {
  const environment = { ...ENVIRONMENT, ...more.environment };
  const seen = observations({ targets, environment });
  const documents = given.map(({ file, doubt, document }) =>
    ReportedDocument.parse({ kind: document.kind, resource: null, collectedAt: null, file, doubt }),
  );
  const preflight = [
    ...judgePortTable(given, environment, { tier: 'premium', platform: 'stv2', subnetId: null }),
    ...(more.checks ?? []),
  ];
  return {
    ...seen,
    targets: applyDocuments(seen.targets, given, environment),
    documents,
    preflight: preflight.map((check) => PreflightCheck.parse(check)),
  };
}

export interface Judged extends Diagnosis {
  readonly causes: Readonly<Record<string, Cause | null>>;
  readonly of: (cause: Cause) => readonly Finding[];
}

/** Diagnoses them, and checks the outcome against the report's schema. */
export function judge(...parts: Parameters<typeof observe>): Judged {
  const judged = diagnose(observe(...parts));
  for (const target of judged.targets) Report.shape.targets.element.parse(target);
  for (const finding of judged.findings) Report.shape.findings.element.parse(finding);
  return {
    ...judged,
    causes: Object.fromEntries(judged.targets.map(({ id, cause }) => [id, cause])),
    of: (cause) => judged.findings.filter((finding) => finding.cause === cause),
  };
}
