import { AZURE_DNS } from '../../model/azure.ts';
import type { Observations, Resolution, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { changedAnswer } from '../changing-answers.ts';
import { rerunCommand, rerunDnsCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { describeDelay } from '../look-up-cost.ts';
import { missingRecord } from '../private-zones.ts';
import type { Rule, Scene } from '../rule.ts';
import {
  allServers,
  answersOf,
  azureKind,
  deadServers,
  deniesPublicNames,
  isUnresolved,
  kindOf,
  nameOfServer,
  refusesEverything,
  resolves,
  targetOf,
} from '../servers.ts';
import { count, list, listAll } from '../text.ts';

/** A server's failures, each with the target whose name it could not resolve. */
interface Broken {
  readonly server: string;
  readonly refusing: boolean;
  readonly cases: readonly { readonly target: Target; readonly resolution: Resolution }[];
}

/** Servers that answer but cannot resolve names that another server or Azure DNS resolves. */
export const dnsForwardingBroken: Rule = (scene) => {
  const { observations, targets, open } = scene;
  const dead = deadServers(observations, targets);
  const live = allServers(observations, targets).filter((server) => !dead.includes(server));
  const unresolved = new Set(open.filter(isUnresolved));
  const broken = live.flatMap((server): Broken[] => {
    const isolated = deniesPublicNames(server, targets);
    const cases = targets.flatMap((target) => {
      const resolution = target.resolutions.find((answer) => answer.server === server);
      if (resolution === undefined || changedAnswer(observations, target, resolution) !== null) return [];
      const explained = unresolved.has(target)
        ? explains(observations, target, { resolution, dead, isolated })
        : target.status === 'reachable' && failsAlone(target, resolution);
      return explained ? [{ target, resolution }] : [];
    });
    const refusing = refusesEverything(server, targets);
    // A run without names has only the server's reply to the test of itself.
    const isKnown = cases.length > 0 || (refusing && answersOf(server, targets).size === 0);
    return isKnown ? [{ server, cases, refusing }] : [];
  });
  return broken.length === 0 ? [] : [forwardingFinding(scene, broken)];
};

/** Whether the name did not resolve because of this server's failure. */
function explains(
  observations: Observations,
  target: Target,
  seen: { resolution: Resolution; dead: readonly string[]; isolated: boolean },
): boolean {
  const kind = kindOf(seen.resolution);
  const kinds = target.resolutions.filter(({ server }) => !seen.dead.includes(server)).map(kindOf);
  if (kinds.some(resolves)) return false;
  const azure = azureKind(observations, target.host);
  if (kind === 'absent') {
    return missingRecord(target.host, seen.resolution) === null && (resolves(azure) || seen.isolated);
  }
  if (kind !== 'failing' && kind !== 'silent') return false;
  // If Azure DNS fails too, the name's authoritative servers are at fault.
  const own = target.resolutions.find(({ server }) => server === AZURE_DNS);
  if (azure === 'failing' || (own !== undefined && kindOf(own) === 'failing')) return false;
  return resolves(azure) || (azure !== 'absent' && !kinds.includes('absent'));
}

/** Another server resolved the name. A lost datagram does not make a finding. */
function failsAlone(target: Target, resolution: Resolution): boolean {
  return kindOf(resolution) === 'failing' && target.resolutions.some((other) => resolves(kindOf(other)));
}

function forwardingFinding(scene: Scene, broken: readonly Broken[]) {
  const { observations, targets, open } = scene;
  const servers = broken.map(({ server }) => server);
  const cases = broken.flatMap((one) => one.cases);
  const own = broken.flatMap((one) => targetOf(one.server, one.cases.length === 0 ? targets : open) ?? []);
  const others = targets.filter(({ group, status }) => group === 'dns' && status === 'reachable');
  const isSpare = others.some((target) => !servers.includes(nameOfServer(target)));
  return createFinding('dns-forwarding-broken', {
    // Without names, no other target shows that nothing resolves.
    ...(cases.length === 0 && !isSpare && { severity: 'error' as const }),
    title: `DNS ${servers.length === 1 ? 'server' : 'servers'} ${list(servers, 3)} cannot resolve Azure’s names`,
    explanation: [
      ...broken.map((one) => failures(one, targets)),
      ...(cases.length === 0 ? [] : [comparison(observations, cases)]),
      ...broken.filter(({ refusing }) => refusing).map(({ server }) => describeCost(observations, server)),
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    targets: [...own, ...cases.map(({ target }) => target)],
    remedy: [
      `On ${listAll(servers)}: forward names that the server does not hold itself to ${AZURE_DNS} (if it runs in a ` +
        'virtual network) or to an Azure DNS Private Resolver inbound endpoint.',
      ...CAUSE_TEXTS['dns-forwarding-broken'].remedy.slice(1),
    ],
    confirm:
      cases.length === 0
        ? rerunDnsCommand(observations)
        : rerunCommand(
            observations,
            cases.map(({ target }) => target),
          ),
  });
}

function describeCost(observations: Observations, server: string): string {
  return describeDelay(observations, server, { waitsMs: null, refused: true });
}

function failures({ server, cases }: Broken, targets: readonly Target[]): string {
  const answers = answersOf(server, targets);
  if (cases.length === 0) {
    const replies = targetOf(server, targets)?.attempts.flatMap(({ facts }) => facts.dns?.udp ?? []) ?? [];
    return `${server} answers the test of itself with ${list(replies, 2)}.`;
  }
  const hosts = [...new Set(cases.map(({ target }) => target.host))];
  const how = list(cases.map(({ resolution }) => resolution.rcode).sort(), 3);
  return `${server} gave ${how} for ${hosts.length} of ${count(answers.size, 'name')} (${list(hosts, 3)}).`;
}

function comparison(observations: Observations, cases: Broken['cases']): string {
  const elsewhere = cases.flatMap(({ target: { host, resolutions } }) => [
    ...resolutions.filter((answer) => resolves(kindOf(answer))).map(({ server }) => server),
    ...(resolves(azureKind(observations, host)) ? [AZURE_DNS] : []),
  ]);
  return elsewhere.length === 0
    ? 'No other server could be asked to compare.'
    : `${list(elsewhere.sort(), 3)} can resolve them.`;
}
