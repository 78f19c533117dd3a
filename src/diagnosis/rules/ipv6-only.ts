import type { Failure } from '../../../probes/failures.ts';
import { AZURE_DNS } from '../../model/azure.ts';
import type { Observations, Target } from '../../model/report.ts';
import { failedWith } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { azureAnswer } from '../servers.ts';
import { list } from '../text.ts';

/** How a connection ends where this VM has no address to begin it from. */
const NO_WAY: readonly Failure[] = ['tcp_unreachable', 'tcp_timeout', 'udp_refused', 'udp_timeout'];

/** Names that have IPv6 addresses only, on a VM that has none. */
export const ipv6Only: Rule = ({ observations, open }) => {
  if (!isIPv4Only(observations)) return [];
  const affected = open.filter(
    (target) =>
      target.addresses.length > 0 &&
      target.addresses.every(({ family }) => family === 6) &&
      target.attempts.every(({ addressFrom }) => addressFrom === 'name') &&
      failedWith(target, NO_WAY),
  );
  if (affected.length === 0) return [];
  const hosts = [...new Set(affected.map(({ host }) => host))];
  return [
    createFinding('ipv6-only', {
      title: `${list(hosts, 3)} ${hosts.length === 1 ? 'has' : 'have'} IPv6 addresses only, and this VM has IPv4 only`,
      explanation: [
        ...affected.slice(0, 3).map(describeAnswer),
        ...hosts.slice(0, 3).flatMap((host) => describeAzureAnswer(observations, host)),
        'No connection over IPv6 can begin here, and API Management reaches its dependencies over IPv4.',
      ].join(' '),
      targets: affected,
      remedy: CAUSE_TEXTS['ipv6-only'].remedy,
      confirm: rerunCommand(observations, affected),
    }),
  ];
};

/** Whether the interfaces are known, and none has an IPv6 address beyond its link. */
function isIPv4Only({ environment }: Observations): boolean {
  const { interfaces } = environment.network;
  return (
    interfaces.some(({ family }) => family === 4) &&
    !interfaces.some(({ family, address }) => family === 6 && !/^fe[89ab]/i.test(address))
  );
}

function describeAnswer({ host, addresses, addressesFrom }: Target): string {
  const shown = list(
    addresses.map(({ address }) => address),
    2,
  );
  return `${addressesFrom ?? 'DNS'} answers ${host} with ${shown} and no IPv4 address.`;
}

function describeAzureAnswer(observations: Observations, host: string): string[] {
  const ipv4 = (azureAnswer(observations, host)?.addresses ?? []).filter((address) => !address.includes(':'));
  return ipv4.length === 0
    ? []
    : [`Azure DNS (${AZURE_DNS}), asked directly, answers ${host} with ${list(ipv4, 2)}.`];
}
