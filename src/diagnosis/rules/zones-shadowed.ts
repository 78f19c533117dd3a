import type { ZoneAnswer } from '../../model/controls.ts';
import type { Finding, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunDnsCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { expectedAddress, isOwn } from '../instance.ts';
import { inventedAnswers, isOwnWildcard, ownZones } from '../own-zones.ts';
import { isAzurePrivatePrimary } from '../private-zones.ts';
import { recordsCommand } from '../records-command.ts';
import type { Rule, Scene } from '../rule.ts';
import { brief, list } from '../text.ts';

/** The public suffixes of API Management, in all three clouds. */
const API_MANAGEMENT = /^azure-api\.(?:net|us|cn)$/i;

/** Private zones that replace whole public suffixes: one finding for each zone. */
export const zonesShadowed: Rule = (scene) => {
  const own = ownZones(scene.observations);
  const byZone = Map.groupBy(own, ({ zone }) => normaliseZone(zone ?? ''));
  return [...byZone.keys()].sort().map((zone) => shadowedFinding(scene, zone, byZone.get(zone) ?? []));
};

function normaliseZone(zone: string): string {
  return zone.toLowerCase().replace(/\.$/, '');
}

function shadowedFinding(scene: Scene, zone: string, answers: readonly ZoneAnswer[]): Finding {
  const isApim = API_MANAGEMENT.test(zone);
  const cause = isApim ? 'azure-api-net-zone-shadowed' : 'private-zone-shadows-suffix';
  const servers = [...new Set(answers.map(({ server }) => server))].sort();
  const [first] = answers;
  // Reachable targets are evidence; for the others the missing record is the closer cause.
  const inside = scene.targets.filter(
    ({ host, status }) => status === 'reachable' && host.toLowerCase().endsWith(`.${zone}`),
  );
  const shown = brief(zone, 80);
  return createFinding(cause, {
    severity: 'warning',
    title: isApim
      ? `A private zone for the whole of ${shown} hides the public names of other API Management services`
      : `A private zone stands in the place of the public ${shown}`,
    explanation:
      `Asked for the SOA of ${list(
        answers.map(({ suffix }) => suffix),
        4,
      )}, ${list(servers, 3)} ${servers.length === 1 ? 'names' : 'name'} the primary server ` +
      `${list(
        answers.map(({ primary }) => brief(primary ?? 'none', 60)),
        2,
      )}${describeOwner(first)}. ${describeWildcard(scene, answers) ?? describeConsequence(scene, zone, isApim)}`,
    targets: inside,
    remedy: isApim ? recordSteps(scene, inside) : CAUSE_TEXTS[cause].remedy,
    confirm: rerunDnsCommand(scene.observations),
  });
}

function describeOwner(answer: ZoneAnswer | undefined): string {
  return answer?.authoritative === true && !isAzurePrivatePrimary(answer.primary)
    ? ', and that it holds the zone itself'
    : ', which is an Azure private zone’s';
}

function describeConsequence({ targets }: Scene, zone: string, isApim: boolean): string {
  const other = targets.filter(({ host }) => host.toLowerCase().endsWith(`.${zone}`));
  const missing = other.filter(
    ({ status, failure }) => status === 'unreachable' && failure?.startsWith('dns_'),
  );
  const known = `${other.length - missing.length} of the ${other.length} names of this run under it resolve`;
  if (isApim) return `${known}; every other service’s name under ${zone} is denied here.`;
  return (
    `${known}; names without a record in it are denied, including those of the resources that API Management ` +
    'creates for itself, whose names cannot be known beforehand.'
  );
}

/** A wildcard resolves every name in the zone to one address, so the answers are wrong without an error. */
function describeWildcard({ observations }: Scene, answers: readonly ZoneAnswer[]): string | null {
  const [caught] = inventedAnswers(observations).filter((answer) => isOwnWildcard(answer, answers));
  if (caught === undefined) return null;
  return (
    `It has a wildcard record: ${caught.server} answers the random name ${brief(caught.name)} with ` +
    `${list(caught.addresses, 2)}, and so it does every other name under it that has no record of its own.`
  );
}

function recordSteps(scene: Scene, inside: readonly Target[]): readonly string[] {
  const { address } = expectedAddress(scene.observations, scene.targets);
  const own = scene.targets.filter(isOwn);
  const command = recordsCommand(scene.observations, own.length > 0 ? own : inside, address);
  const [, ...rest] = CAUSE_TEXTS['azure-api-net-zone-shadowed'].remedy;
  return [
    `Make one private zone for each host name of the instance, with the record at its apex: ${command} --format az`,
    ...rest,
  ];
}
