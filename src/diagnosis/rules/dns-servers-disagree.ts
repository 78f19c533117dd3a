import type { Resolution, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connectFailure } from '../attempts.ts';
import { lookupCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { type AnswerKind, isUnresolved, kindOf, resolves } from '../servers.ts';
import { count, list } from '../text.ts';

const COMPARABLE: readonly AnswerKind[] = ['private', 'public', 'absent'];

/** Names that are private at one server and public, or missing, at another. */
export const dnsServersDisagree: Rule = ({ targets, open }) => {
  const affected = targets.filter(
    (target) => disagree(target) && (target.status === 'reachable' || explains(target, open)),
  );
  const [first] = affected;
  if (first === undefined) return [];
  const hosts = [...new Map(affected.map((target) => [target.host, target])).values()];
  const servers = [...new Set(affected.flatMap(comparable).map(({ server }) => server))].sort();
  return [
    createFinding('dns-servers-disagree', {
      title: `DNS servers ${list(servers, 3)} disagree about ${count(hosts.length, 'name')}`,
      explanation: `${hosts.slice(0, 3).map(describeAnswersOf).join(' ')} Which one is asked is chance, so the outcome is as well.`,
      targets: affected,
      confirm: lookupCommand(first.host, serverToFix(first)),
    }),
  ];
};

function comparable({ resolutions }: Target): readonly Resolution[] {
  return resolutions.filter((resolution) => COMPARABLE.includes(kindOf(resolution)));
}

function disagree(target: Target): boolean {
  return new Set(comparable(target).map(kindOf)).size > 1;
}

/** Explains a failure if the name was denied, or if the public address was dialled instead of the private one. */
function explains(target: Target, open: readonly Target[]): boolean {
  if (!open.includes(target)) return false;
  if (isUnresolved(target)) return comparable(target).some((resolution) => resolves(kindOf(resolution)));
  const knowsPrivate = comparable(target).some((resolution) => kindOf(resolution) === 'private');
  return connectFailure(target) !== null && knowsPrivate && dialledAddresses(target).every(isPublic);
}

function describeAnswersOf(target: Target): string {
  const answers = comparable(target).map(
    (resolution) => `${resolution.server} answers ${describeAnswer(resolution)}`,
  );
  return `${target.host}: ${list(answers, 4)}.`;
}

function describeAnswer(resolution: Resolution): string {
  const kind = kindOf(resolution);
  if (kind === 'absent') return resolution.failure === 'dns_nodata' ? 'no address' : 'NXDOMAIN';
  return `${kind} (${list(resolution.addresses, 2)})`;
}

/** The server whose answer should change: the one that denies the name, else the one without a private address. */
function serverToFix(target: Target): string | null {
  const answers = comparable(target);
  const denying = answers.find((resolution) => kindOf(resolution) === 'absent');
  return (denying ?? answers.find((resolution) => kindOf(resolution) === 'public'))?.server ?? null;
}
