import { AZURE_DNS } from '../../model/azure.ts';
import type { Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connected, connectFailure } from '../attempts.ts';
import { rerunCommand } from '../command.ts';
import { isPrivateOnly } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list } from '../text.ts';

/** Fewer silent hosts than this may be at fault themselves. */
const ENOUGH = 3;

/** Every connection to a public address times out, while private addresses answer. */
export const noOutboundPath: Rule = ({ observations, targets, open }) => {
  const tried = targets.filter((target) => target.group !== 'dns' && dialledAddresses(target).some(isPublic));
  const silent = tried.filter(isSilent);
  const hosts = new Set(silent.map(({ host }) => host)).size;
  if (hosts < ENOUGH || targets.some(provesPath)) return [];
  if (tried.some((target) => target.attempts.length > 0 && !isSilent(target))) return [];
  const inside = targets.filter(
    (target) => target.attempts.length > 0 && target.group !== 'dns' && isPrivateOnly(target),
  );
  const insideWorks = inside.filter((target) => connectFailure(target) !== 'dropped');
  if (inside.length > 0 && insideWorks.length === 0) return [];
  const explained = silent.filter((target) => open.includes(target));
  if (explained.length === 0) return [];
  return [
    createFinding('no-outbound-path', {
      title: 'Nothing public can be reached: the subnet has no outbound path',
      explanation:
        `All ${count(tried.length, 'public endpoint')} (${count(hosts, 'host')}) timed out, among them ` +
        `${list(
          explained.map(({ host, port }) => `${host}:${port}`),
          4,
        )}; not one was answered or refused. ` +
        (inside.length === 0
          ? 'No private endpoint was there to compare with.'
          : `${insideWorks.length} of ${count(inside.length, 'private endpoint')} answered, so the VM’s network works.`),
      targets: explained,
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

function isSilent(target: Target): boolean {
  if (target.failure === 'udp_timeout') return target.status === 'unreachable';
  return connectFailure(target) === 'dropped' && dialledAddresses(target).every(isPublic);
}

/** Whether a public address answered. Azure DNS is on the host and does not prove an outbound path. */
function provesPath(target: Target): boolean {
  if (target.group === 'dns') {
    return (
      target.host !== AZURE_DNS &&
      isPublic(target.host) &&
      target.status !== 'unreachable' &&
      target.status !== 'untested'
    );
  }
  const answered = target.attempts.some((attempt) => isPublic(attempt.address) && connected(attempt));
  return answered || (target.status === 'reachable' && dialledAddresses(target).some(isPublic));
}
