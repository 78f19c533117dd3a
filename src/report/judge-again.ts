/** A report judged with the rules of this version. Pure. */
import { diagnose } from '../diagnosis/index.ts';
import type { Report } from '../model/report.ts';
import { VERSION } from '../version.ts';

const NOTE = /^judged again with the rules of apim-probe (\S{1,40}), after those of /;

/**
 * Judges the observations of a report again. Statuses, causes, findings, summary and verdict are replaced, the evidence
 * is not, and a note names the version that judged before.
 * @param report of this schema version; facts that an older version lacks are null or empty, and count as not observed
 */
export function judgeAgain(report: Report): Report {
  const { targets, controls, findings, notes, summary, verdict } = diagnose(report);
  const { environment } = report;
  const before = environment.notes
    .map((note) => NOTE.exec(note)?.[1])
    .find((version) => version !== undefined);
  const judged = `judged again with the rules of apim-probe ${VERSION}, after those of ${before ?? report.agent.version}`;
  const statuses = new Map(report.targets.map(({ id, status }) => [id, status]));
  return {
    ...report,
    verdict,
    summary,
    environment: {
      ...environment,
      notes: [judged, ...notes, ...environment.notes.filter((note) => !NOTE.test(note))],
    },
    controls,
    // The history compares statuses as they were when it stored them.
    targets: targets.map((target) =>
      statuses.get(target.id) === target.status ? target : { ...target, lastStatusChange: null },
    ),
    findings,
  };
}
