/** Assembles the report from the plan, the observations and the diagnosis. */
import { randomUUIDv7 } from 'node:crypto';
import { arch, release, type } from 'node:os';
import type { Diagnosis } from '../diagnosis/index.ts';
import type { PreflightCheck, ReportedDocument } from '../model/azure-documents.ts';
import { byGroupAndId } from '../model/order.ts';
import type { Report } from '../model/report.ts';
import { SCHEMA_VERSION } from '../model/schema-version.ts';
import type { Plan } from '../plan/types.ts';
import { VERSION } from '../version.ts';

export interface Parts extends Pick<Report, 'options' | 'scope' | 'labels'> {
  readonly documents: readonly ReportedDocument[];
  readonly preflight: readonly PreflightCheck[];
  /** ms since the epoch */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly interrupted: Report['interrupted'];
  readonly plan: Plan;
  /** With the notes of the diagnosis. */
  readonly environment: Report['environment'];
  readonly judged: Omit<Diagnosis, 'notes'>;
}

/** Sorts everything in a stable order, so that two reports differ only where the network does. */
export function assemble(parts: Parts): Report {
  const { targets, controls, findings, summary, verdict } = parts.judged;
  return {
    schemaVersion: SCHEMA_VERSION,
    id: randomUUIDv7(),
    agent: {
      name: 'apim-probe',
      version: VERSION,
      runtime: `node ${process.versions.node}`,
      os: `${type()} ${release()}`,
      arch: arch(),
    },
    options: parts.options,
    scope: parts.scope,
    labels: parts.labels,
    startedAt: new Date(parts.startedAt).toISOString(),
    finishedAt: new Date(parts.finishedAt).toISOString(),
    durationMs: Math.max(0, parts.finishedAt - parts.startedAt),
    interrupted: parts.interrupted,
    verdict,
    summary,
    environment: parts.environment,
    controls,
    targets: targets.toSorted(byGroupAndId),
    documents: [...parts.documents],
    preflight: [...parts.preflight],
    notTestable: parts.plan.targets
      .filter(({ kind }) => kind === 'note')
      .map(({ group, id, reason }) => ({ group, endpoint: id, reason: reason ?? '' })),
    findings,
  };
}
