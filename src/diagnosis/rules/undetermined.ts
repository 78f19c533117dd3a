import type { Failure } from '../../../probes/failures.ts';
import type { Finding, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { describeLastFailure } from '../evidence.ts';
import { FAILURE_TEXTS, type FailureText } from '../failures.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';

/** The last rule: all remaining failures get this cause, one finding for each kind of failure. */
export const undetermined: Rule = (scene) => {
  const byFailure = Map.groupBy(scene.open, (target): Failure => target.failure ?? 'unexpected');
  return [...byFailure.keys()]
    .sort()
    .map((failure) => undeterminedFinding(scene, failure, byFailure.get(failure) ?? []));
};

/** The bytes received tell a lost reply from a lost ClientHello. */
const REPLY_LOST: FailureText = {
  means: 'The ClientHello arrived: the peer’s reply began and did not end in time.',
  next: 'Check for lost large packets on the way back (path MTU), and for a firewall that cuts replies.',
};

function hasReply({ attempts }: Target): boolean {
  return attempts.some(({ failure, facts }) => failure === 'tls_timeout' && (facts.bytesReceived ?? 0) > 0);
}

function undeterminedFinding(scene: Scene, failure: Failure, targets: readonly Target[]): Finding {
  const text = failure === 'tls_timeout' && targets.every(hasReply) ? REPLY_LOST : FAILURE_TEXTS[failure];
  return createFinding('undetermined', {
    title: `${count(targets.length, 'endpoint')} failed with ${failure} for a reason that is not clear`,
    explanation: `${text.means} Seen at ${list(targets.map(describeLastFailure), 5)}.`,
    targets,
    remedy: [text.next, ...CAUSE_TEXTS.undetermined.remedy],
    confirm: rerunCommand(scene.observations, targets),
  });
}
