import type { Failure } from '../../../probes/failures.ts';
import type { Attempt, Target } from '../../model/report.ts';
import { isPublic } from '../addresses.ts';
import { connected } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import { nameable, type Rule } from '../rule.ts';
import { brief, count, list, listEndpoints } from '../text.ts';

/** Failures after a successful connection that the instance itself causes. */
const NOT_SERVED: readonly (Failure | null)[] = [
  'tls_timeout',
  'tls_reset',
  'tls_closed',
  'tls_alert',
  'protocol_timeout',
  'protocol_closed',
  'http_unexpected',
];

/** The private address accepts connections, but TLS or the health path fails. */
export const gatewayNotServing: Rule = (scene) => {
  const { observations, targets, isOpen, atVip } = scene;
  const own = targets.filter(isOwn);
  const attempts = (target: Target): readonly Attempt[] => [
    ...target.attempts,
    ...(atVip.get(target.id) ?? []),
  ];
  const refusing = own.flatMap((target) => {
    const claimed = isOpen(target) || (atVip.get(target.id)?.length ?? 0) > 0;
    const last = attempts(target).findLast(isNotServed);
    return claimed && last !== undefined && !attempts(target).some(isServed) ? [{ target, last }] : [];
  });
  if (refusing.length === 0) return [];
  const addresses = [...new Set(refusing.map(({ last }) => last.address))].sort();
  const serving = own.filter((target) =>
    attempts(target).some((attempt) => isServed(attempt) && addresses.includes(attempt.address)),
  );
  const seen = refusing.map(({ target, last }) => {
    const error = last.facts.error === undefined ? '' : `: ${brief(last.facts.error)}`;
    return `${target.host}:${target.port} (${last.failure}${error})`;
  });
  const hit = refusing.map(({ target }) => target);
  return [
    createFinding('gateway-not-serving', {
      title:
        serving.length === 0
          ? `${list(addresses, 2)} accepts connections, and the instance does not serve there`
          : `${list(addresses, 2)} does not serve ${count(new Set(hit.map(({ host }) => host)).size, 'host name')} of the instance`,
      explanation:
        `The connection was completed, and then failed: ${list(seen, 5)}. ` +
        (serving.length === 0
          ? 'No other host name of the instance is served there either.'
          : `${listEndpoints(serving, 3)} ${serving.length === 1 ? 'is' : 'are'} served at the same address, so the instance is up: these host ` +
            'names are not configured on it, or their part of it (a portal that was never published) does not run.'),
      // The missing record explains the target; this finding only mentions it.
      severity: hit.some(({ required }) => required) ? 'error' : 'warning',
      targets: nameable(scene, hit),
      confirm: rerunCommand(observations, hit),
    }),
  ];
};

function isNotServed(attempt: Attempt): boolean {
  return NOT_SERVED.includes(attempt.failure) && connected(attempt) && !isPublic(attempt.address);
}

function isServed({ ok }: Attempt): boolean {
  return ok;
}
