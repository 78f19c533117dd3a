import { AZURE_DNS } from '../../model/azure.ts';
import type { Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand, rerunDnsCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { describeDelay } from '../look-up-cost.ts';
import type { Rule, Scene } from '../rule.ts';
import {
  allServers,
  answersOf,
  azureKind,
  deadServers,
  isUnresolved,
  resolves,
  targetOf,
} from '../servers.ts';
import { count, list } from '../text.ts';
import { isDeniedServer } from './rule-denies.ts';

/** DNS servers that answered no query. If all are dead, it explains every name that did not resolve. */
export const dnsServerDown: Rule = (scene) => {
  const { observations, targets, open } = scene;
  const dead = deadServers(observations, targets).filter(
    (server) => !isUnrouted(server, scene) && !isDeniedServer(server, targets, observations),
  );
  if (dead.length === 0) return [];
  const alive = allServers(observations, targets).filter((server) => !dead.includes(server));
  const own = dead.flatMap((server) => targetOf(server, open) ?? []);
  const unresolved = open.filter(
    (target) => isUnresolved(target) && askedOnlyDeadServers(target, dead, alive),
  );
  return [
    createFinding('dns-server-down', {
      title: titleOf(dead, alive),
      explanation: [
        ...dead.map((server) => describeSilence(server, targets)),
        describeConsequence(scene, dead, alive, unresolved),
      ].join(' '),
      targets: [...own, ...unresolved],
      remedy: remedyFor(scene, dead, unresolved),
      confirm: own.length > 0 ? rerunCommand(observations, own) : rerunDnsCommand(observations),
    }),
  ];
};

/** Whether this VM has no route to the server, which explains its silence. */
function isUnrouted(server: string, { targets, isOpen }: Scene): boolean {
  return targets.some(
    (target) =>
      target.failure === 'dns_unreachable' &&
      !isOpen(target) &&
      (target.host === server || target.resolutions.some((resolution) => resolution.server === server)),
  );
}

/** Whether only dead servers were queried for this name. */
function askedOnlyDeadServers(
  { resolutions }: Target,
  dead: readonly string[],
  alive: readonly string[],
): boolean {
  return resolutions.length === 0
    ? alive.length === 0
    : resolutions.every(({ server }) => dead.includes(server));
}

function titleOf(dead: readonly string[], alive: readonly string[]): string {
  const [only] = dead;
  if (dead.length > 1 && alive.length === 0) return `None of the ${dead.length} DNS servers answers`;
  if (dead.length > 1) return `DNS servers ${list(dead)} answer nothing`;
  return alive.length === 0
    ? `The only DNS server, ${only}, answers nothing`
    : `DNS server ${only} answers nothing`;
}

function describeSilence(server: string, targets: readonly Target[]): string {
  const asked = answersOf(server, targets);
  const how = list([...asked.values()].map(({ rcode }) => rcode).sort(), 3);
  const unanswered =
    asked.size > 0
      ? `${server} left ${asked.size === 1 ? 'the only name' : `all of ${asked.size} names`} unanswered (${how}).`
      : null;
  const facts = targetOf(server, targets)?.attempts.findLast((attempt) => attempt.facts.dns !== undefined)
    ?.facts.dns;
  const transports = facts === undefined ? null : `Asked on its own: UDP ${facts.udp}, TCP ${facts.tcp}.`;
  const parts = [unanswered, describeIgnoredReplies(server, targets), transports].filter(
    (part) => part !== null,
  );
  return parts.join(' ') || `${server} did not answer.`;
}

/** The number of ignored replies over all names. */
function ignoredOf(server: string, targets: readonly Target[]): { wrongId: number; wrongSource: number } {
  const ignored = [...answersOf(server, targets).values()].map((answer) => answer.ignored);
  return {
    wrongId: ignored.reduce((sum, { wrongId }) => sum + wrongId, 0),
    wrongSource: ignored.reduce((sum, { wrongSource }) => sum + wrongSource, 0),
  };
}

function describeIgnoredReplies(server: string, targets: readonly Target[]): string | null {
  const { wrongId, wrongSource } = ignoredOf(server, targets);
  if (wrongSource > 0) {
    return (
      `${count(wrongSource, 'reply', 'replies')} came from another address or port than ${server}, and no resolver ` +
      'believes those.'
    );
  }
  return wrongId > 0
    ? `${count(wrongId, 'reply', 'replies')} came with another id or question than was asked, and no resolver believes those.`
    : null;
}

function describeConsequence(
  { observations, targets }: Scene,
  dead: readonly string[],
  alive: readonly string[],
  unresolved: readonly Target[],
): string {
  if (alive.length === 0) {
    const lost = `: ${count(unresolved.length, 'endpoint')} could not be tried.`;
    return `No other server is configured, so no name resolves${unresolved.length > 0 ? lost : ' but those of the hosts file.'}`;
  }
  const [first = ''] = dead;
  const answers = [...answersOf(first, targets).values()];
  const refused = answers.length > 0 && answers.every(({ failure }) => failure === 'dns_unreachable');
  const cost = describeDelay(observations, first, { waitsMs: null, refused, dead });
  const rest = alive.length === 1 ? 'Nothing is left when it fails too.' : '';
  return [`${list(alive)} answered.`, cost, rest].filter((part) => part !== '').join(' ');
}

function remedyFor(
  { observations, targets }: Scene,
  dead: readonly string[],
  unresolved: readonly Target[],
): string[] {
  const steps = [...CAUSE_TEXTS['dns-server-down'].remedy];
  if (dead.some((server) => ignoredOf(server, targets).wrongSource > 0)) {
    steps.unshift(
      'The server does reply, from another address: let it answer from the address that it was asked at (a server ' +
        'with several addresses, a load balancer or NAT without return translation).',
    );
  }
  if (dead.includes(AZURE_DNS)) {
    steps.unshift(
      `${AZURE_DNS} is Azure DNS: no route affects it, and NSG rules only when they name the service tag ` +
        'AzurePlatformDNS. Look for such a rule, and for a firewall on this VM.',
    );
  } else if (unresolved.some(({ host }) => resolves(azureKind(observations, host)))) {
    steps.unshift(
      `Azure DNS (${AZURE_DNS}) answers this VM: unless names of your own are needed, set the virtual network’s ` +
        'DNS servers to “Default (Azure-provided)”.',
    );
  }
  return steps;
}
