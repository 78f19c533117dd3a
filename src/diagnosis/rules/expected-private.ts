import { isIPv4 } from 'node:net';
import { AZURE_DNS } from '../../model/azure.ts';
import { isMeant } from '../../model/expect-private.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import { isPublic } from '../addresses.ts';
import { hostsFileCommand, rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { privateLinkZone, zoneOfSuffix } from '../private-zones.ts';
import type { Rule, Scene } from '../rule.ts';
import { azureKind } from '../servers.ts';
import { count, list, listAll } from '../text.ts';

const SHOWN_HOSTS = 5;

/** A public answer for a name that has to be private. */
interface PublicAnswer {
  /** Null for the hosts file. */
  readonly server: string | null;
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
}

interface Exposed {
  readonly target: Target;
  readonly answers: readonly PublicAnswer[];
}

/**
 * Names of `--expect-private` with a public address, whatever was reached there: those that DNS gives one, and those that
 * only this VM's hosts file does.
 */
export const expectedPrivate: Rule = (scene) => {
  const exposed = scene.targets
    .filter((target) => !isExplained(target, scene))
    .flatMap((target): Exposed[] => {
      const answers = publicAnswers(target, scene.observations);
      return answers.length === 0 ? [] : [{ target, answers }];
    });
  const [byFile, byDns] = [exposed.filter(isByFileAlone), exposed.filter((one) => !isByFileAlone(one))];
  return [
    ...(byDns.length === 0 ? [] : [dnsFinding(scene.observations, byDns)]),
    ...(byFile.length === 0 ? [] : [hostsFileFinding(scene.observations, byFile)]),
  ];
};

/** Whether this rule reports the target, so that no other finding needs to say that its address is public. */
export function isExposed(target: Target, observations: Observations): boolean {
  return publicAnswers(target, observations).length > 0;
}

function isExplained(target: Target, { isOpen }: Scene): boolean {
  return (target.status === 'unreachable' || target.status === 'intermittent') && !isOpen(target);
}

function isByFileAlone({ answers }: Exposed): boolean {
  return answers.every(({ server }) => server === null);
}

function publicAnswers(target: Target, { options }: Observations): PublicAnswer[] {
  const values = options?.['expectPrivate']?.value;
  if (!Array.isArray(values) || !values.some((value) => isMeant(target, value))) return [];
  const { addresses, addressesFrom, resolutions } = target;
  const inFile = addressesFrom === 'hosts-file' ? addresses.map(({ address }) => address) : [];
  return [
    ...resolutions.map(({ server, addresses, cname }) => ({ server, addresses: publicOf(addresses), cname })),
    { server: null, addresses: publicOf(inFile), cname: [] },
  ].filter((answer) => answer.addresses.length > 0);
}

/** API Management reaches its dependencies over IPv4, so IPv6 counts only where there is nothing else. */
function publicOf(addresses: readonly string[]): string[] {
  const counting = addresses.some((address) => isIPv4(address)) ? addresses.filter(isIPv4) : addresses;
  return counting.filter(isPublic);
}

function dnsFinding(observations: Observations, exposed: readonly Exposed[]): Finding {
  return createFinding('expected-private', {
    ...severityAndTargets(exposed),
    title: titleFor(exposed),
    explanation: [
      `${describeAnswers(exposed, observations)}. --expect-private counts that as a failure, whatever was reached there.`,
      ...describeAliases(exposed),
    ].join(' '),
    remedy: remedyFor(observations, exposed),
    confirm: rerunCommand(
      observations,
      exposed.map(({ target }) => target),
    ),
  });
}

function hostsFileFinding(observations: Observations, exposed: readonly Exposed[]): Finding {
  const { path } = observations.environment.dns.hostsFile;
  const hosts = listAll(hostsOf(exposed));
  return createFinding('expected-private', {
    ...severityAndTargets(exposed),
    owner: 'vm',
    title: titleFor(exposed),
    explanation:
      `${describeAnswers(exposed, observations)}. No DNS server gives a public address, so this holds for this VM alone, ` +
      'which followed the file.',
    remedy: [`Remove the entries for ${hosts} from ${path} on this VM, and run again.`],
    confirm: hostsFileCommand(observations, path, hostsOf(exposed)),
  });
}

function severityAndTargets(exposed: readonly Exposed[]) {
  const targets = exposed.map(({ target }) => target);
  const severity = targets.some(({ required }) => required) ? ('error' as const) : ('warning' as const);
  return { severity, targets };
}

function titleFor(exposed: readonly Exposed[]): string {
  const hosts = hostsOf(exposed);
  return hosts.length === 1
    ? `${hosts[0]} has a public address, and has to be private`
    : `${count(hosts.length, 'name')} have public addresses, and have to be private`;
}

function hostsOf(exposed: readonly Exposed[]): string[] {
  return [...new Set(exposed.map(({ target }) => target.host))];
}

function describeAnswers(exposed: readonly Exposed[], { environment }: Observations): string {
  const described = exposed.map(({ target, answers }) => {
    const addresses = list(
      answers.flatMap((answer) => answer.addresses),
      3,
    );
    const sources = answers.map(({ server }) => server ?? environment.dns.hostsFile.path);
    return `${target.host} is ${addresses} according to ${list(sources, 3)}`;
  });
  return list(described, SHOWN_HOSTS);
}

/** Whether public DNS shows a private endpoint. */
function hasEndpoint({ answers }: Exposed): boolean {
  return answers.some(({ cname }) => privateLinkZone(cname) !== null);
}

function describeAliases(exposed: readonly Exposed[]): string[] {
  const hosts = hostsOf(exposed.filter(hasEndpoint));
  if (hosts.length === 0) return [];
  return [
    `Public DNS leads ${list(hosts, SHOWN_HOSTS)} through a privatelink alias, which only a private endpoint brings: the ` +
      'zone of that alias is not seen here.',
  ];
}

function zoneFor({ target, answers }: Exposed): string | null {
  const byAlias = answers.map(({ cname }) => privateLinkZone(cname)).find((zone) => zone !== null);
  return byAlias ?? zoneOfSuffix(target.host);
}

function remedyFor(observations: Observations, exposed: readonly Exposed[]): string[] {
  const byZone = Map.groupBy(exposed, zoneFor);
  const zones = [...byZone].flatMap(([zone, members]) => (zone === null ? [] : [{ zone, members }]));
  const unseen = zones.filter(({ members }) => !members.some((one) => isSeenByAzure(one, observations)));
  const withoutEndpoint = hostsOf(zones.flatMap(({ members }) => members).filter((one) => !hasEndpoint(one)));
  const others = hostsOf(byZone.get(null) ?? []);
  const servers = observations.environment.dns.servers.filter((server) => server !== AZURE_DNS);
  return [
    ...(withoutEndpoint.length === 0
      ? []
      : [
          `If there is no private endpoint yet for ${listAll(withoutEndpoint)}: create one in this virtual network or a ` +
            'peered one, with a DNS zone group. Public DNS has no privatelink alias for it, which appears with the first one.',
        ]),
    ...unseen.map(
      ({ zone, members }) =>
        `Link the private DNS zone ${zone} to the virtual network in which DNS asks Azure, and check that it has the A ` +
        `records of ${listAll(hostsOf(members))}: az network private-dns link vnet create --resource-group GROUP ` +
        `--zone-name ${zone} --name NAME --virtual-network VNET --registration-enabled false.`,
    ),
    ...(servers.length === 0 || zones.length === 0
      ? []
      : [
          `On the custom DNS servers (${listAll(servers)}): forward ${listAll(suffixesOf(zones.flatMap(({ members }) => members)))} ` +
            `to ${AZURE_DNS} from a virtual network that the zones are linked to, or to an Azure DNS Private Resolver.`,
        ]),
    ...(others.length === 0
      ? []
      : [
          `Give ${listAll(others)} an A record with the private address, in a private zone or on the DNS server in use.`,
        ]),
  ];
}

/** Azure DNS answers by the zones that are linked to this VM's network. */
function isSeenByAzure({ target }: Exposed, observations: Observations): boolean {
  return azureKind(observations, target.host) === 'private';
}

function suffixesOf(exposed: readonly Exposed[]): string[] {
  return [...new Set(hostsOf(exposed).map((host) => host.slice(host.indexOf('.') + 1)))];
}
