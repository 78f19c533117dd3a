import { LOCAL_LIMITS, localLimitsIn } from '../../../probes/local-limits.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { count, list, listEndpoints } from '../text.ts';

/** Endpoints, pings included, that were not tested because this VM reached a limit. */
export const vmLimit: Rule = ({ observations, withPings }) => {
  const limited = withPings
    .filter(({ status, failure }) => status === 'untested' && failure === 'local_limit')
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  if (limited.length === 0) return [];
  const codes = localLimitsIn(limited.map(({ reason }) => reason ?? '').join(' '));
  const things = list(codes.map((code) => LOCAL_LIMITS[code].what)) || 'something';
  const isRequired = limited.some(({ required }) => required);
  return [
    createFinding('vm-limit', {
      ...(isRequired ? { severity: 'error' as const } : {}),
      title: `This VM ran out of ${things}, so ${count(limited.length, 'endpoint')} could not be tested`,
      explanation:
        `${list(codes) || 'An error of this VM'} prevented the tests of ` +
        `${listEndpoints(limited, 4)}, also with fewer connections open at a time. This proves nothing about the network.`,
      targets: limited,
      // The first steps apply to every code; the text has later steps for single codes.
      remedy: [
        ...new Set(codes.map((code) => LOCAL_LIMITS[code].remedy)),
        ...CAUSE_TEXTS['vm-limit'].remedy.slice(0, 2),
      ],
      // A few endpoints alone would not use it up.
      confirm: rerunCommand(observations, []),
    }),
  ];
};
