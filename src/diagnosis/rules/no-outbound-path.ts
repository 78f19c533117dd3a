import type { Observations, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connectFailure } from '../attempts.ts';
import { describeAzureSide } from '../azure-side.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { isPrivateOnly } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import { provesPath } from '../outbound-path.ts';
import type { Rule } from '../rule.ts';
import { count, listEndpoints } from '../text.ts';

/** Fewer silent hosts than this may be at fault themselves. */
const ENOUGH = 3;

/** Every connection to a public address times out, while private addresses answer. */
export const noOutboundPath: Rule = ({ observations, targets, isOpen }) => {
  const isOutside = (target: Target) => target.group !== 'dns' && dialledAddresses(target).some(isPublic);
  const silent = targets.filter((target) => isSilent(target) && isOutside(target));
  const hosts = new Set(silent.map(({ host }) => host)).size;
  if (hosts < ENOUGH || targets.some(provesPath)) return [];
  const tried = targets.filter(isOutside);
  if (tried.some((target) => target.attempts.length > 0 && !isSilent(target))) return [];
  const inside = targets.filter(
    (target) => target.attempts.length > 0 && target.group !== 'dns' && isPrivateOnly(target),
  );
  const insideWorks = inside.filter((target) => connectFailure(target) !== 'dropped');
  if (inside.length > 0 && insideWorks.length === 0) return [];
  const explained = silent.filter(isOpen);
  if (explained.length === 0) return [];
  const side = describeAzureSide(explained, observations);
  return [
    createFinding('no-outbound-path', {
      title: 'Nothing public can be reached: this VM or its subnet has no outbound path',
      explanation:
        `${describeFirstPossibility(observations)}All ${count(tried.length, 'public endpoint')} (${count(hosts, 'host')}) timed out, among them ` +
        `${listEndpoints(explained, 4)}; not one was answered or refused. ` +
        (inside.length === 0
          ? 'No private endpoint was there to compare with.'
          : `${insideWorks.length} of ${count(inside.length, 'private endpoint')} answered, so the VM’s network works.`) +
        (side?.text ?? ''),
      targets: explained,
      ...(side === null
        ? {}
        : { remedy: [...CAUSE_TEXTS['no-outbound-path'].remedy.slice(0, 1), side.step] }),
      confirm: rerunCommand(observations, explained),
    }),
  ];
};

function isSilent(target: Target): boolean {
  if (target.failure === 'udp_timeout') return target.status === 'unreachable';
  return connectFailure(target) === 'dropped' && dialledAddresses(target).every(isPublic);
}

/** A VM without a public address may lack the outbound path that the instance has. */
function describeFirstPossibility({ environment: { vm } }: Observations): string {
  return vm?.publicAddress === true
    ? 'This VM has a public address, so a route or a rule drops its traffic. '
    : 'If the subnet is private and this VM has no public address, this VM alone has no outbound path, and the instance, ' +
        'which leaves by a public address of its own, need not share this. ';
}
