import type { Finding, Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { describeLastFailure } from '../evidence.ts';
import { createFinding } from '../finding.ts';
import { gotHttpInstead } from '../pages.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, list } from '../text.ts';

/** Replies of another protocol or product: one finding, because one wrong record or device usually causes them all. */
export const wrongService: Rule = (scene) => {
  const wrong = scene.open.filter(isOther);
  return wrong.length === 0 ? [] : [wrongServiceFinding(scene, wrong)];
};

function isOther(target: Target): boolean {
  // An RPC server without the KMS interface refuses the bind.
  return (
    failedWith(target, ['protocol_mismatch', 'tls_not_tls']) ||
    gotHttpInstead(target) ||
    (target.protocol === 'kms' && failedWith(target, ['protocol_refused']))
  );
}

function wrongServiceFinding({ observations }: Scene, targets: readonly Target[]): Finding {
  const [first] = targets;
  const place = first === undefined ? '' : `${first.host}:${first.port}`;
  return createFinding('wrong-service', {
    title:
      targets.length === 1
        ? `Something else answers at ${place}`
        : `Something else answers at ${count(targets.length, 'endpoint')}`,
    explanation: `The reply was not the service’s at ${list(targets.map(describeLastFailure), 5)}.`,
    targets,
    confirm: rerunCommand(observations, targets),
  });
}
