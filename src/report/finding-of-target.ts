/** Which finding explains which target. */
import type { Finding, Report } from '../model/report.ts';

/** The finding for each target's own cause, by the target's id; none for a target without a cause. */
export function findingsById({ findings, targets }: Report): ReadonlyMap<string, Finding> {
  const causes = new Map(targets.map(({ id, cause }) => [id, cause]));
  const byId = new Map<string, Finding>();
  for (const finding of findings) {
    for (const id of finding.evidence)
      if (causes.get(id) === finding.cause && !byId.has(id)) byId.set(id, finding);
  }
  return byId;
}
