import type { Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected, connectFailure } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { triesOf } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { list } from '../text.ts';

const BLOCKED_PORT = 25;
/** Other ports of the same mail servers, which Azure does not block. */
const OTHER_PORTS: readonly number[] = [587, 25_028];

/** Azure blocks outbound SMTP: port 25 times out while the same host answers on another mail port. */
export const smtpPort25Blocked: Rule = ({ observations, targets, open }) => {
  if (targets.some((target) => target.port === BLOCKED_PORT && isOutside(target) && hasAnswer(target)))
    return [];
  const others = targets.filter((target) => OTHER_PORTS.includes(target.port) && hasAnswer(target));
  const hosts = new Set(others.map(({ host }) => host));
  const blocked = open.filter(
    (target) =>
      target.port === BLOCKED_PORT &&
      isOutside(target) &&
      connectFailure(target) === 'dropped' &&
      hosts.has(target.host),
  );
  if (blocked.length === 0) return [];
  const silent = new Set(blocked.map(({ host }) => host));
  const contrast = others.filter(({ host }) => silent.has(host)).map(({ host, port }) => `${host}:${port}`);
  return [
    createFinding('smtp-port-25-blocked', {
      title: 'Azure blocks mail on port 25',
      explanation:
        `No reply to connection requests to ${triesOf(blocked)}, while ${list(contrast, 4)} answered. So the way to ` +
        'these hosts is open, and port 25 alone is closed: Azure does that itself in most kinds of subscription.',
      targets: blocked,
      confirm: rerunCommand(observations, blocked),
    }),
  ];
};

/** Azure does not block mail within the virtual network. */
function isOutside(target: Target): boolean {
  return dialledAddresses(target).some(isPublic);
}

/** A reset is also an answer, so the path is open. */
function hasAnswer({ attempts }: Target): boolean {
  return attempts.some((attempt) => connected(attempt) || attempt.failure === 'tcp_refused');
}
