import { AZURE_DNS } from '../../model/azure.ts';
import type { Finding, Target } from '../../model/report.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand, rerunWithRightNameCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { azureKind, isUnresolved, kindOf, resolves } from '../servers.ts';
import { count, list, listAll, listHosts } from '../text.ts';
import { hasRegion } from './region-mismatch.ts';

/** Names that do not exist in public DNS: one finding for each resource. */
export const nameDoesNotExist: Rule = (scene) => {
  const absent = scene.open.filter((target) => isUnresolved(target) && isDenied(target, scene));
  const byResource = Map.groupBy(absent, resourceIn(scene));
  return [...byResource.keys()]
    .sort()
    .map((name) => unknownNameFinding(scene, name, byResource.get(name) ?? []));
};

function isDenied(target: Target, { observations }: Scene): boolean {
  if (target.resolutions.some((resolution) => resolves(kindOf(resolution)))) return false;
  const denied = target.failure === 'dns_nxdomain' || target.failure === 'dns_nodata';
  return denied || azureKind(observations, target.host) === 'absent';
}

/** A storage account has one name for each service, and a region many: a wrong one breaks them all. */
function resourceIn({ observations, targets }: Scene): (target: Target) => string {
  const { region } = observations.environment;
  const regional = targets.filter((target) => isOfRegion(target, region));
  const isWrong = regional.length > 1 && regional.every(isUnresolved);
  return (target) => {
    if (isWrong && isOfRegion(target, region)) return `region ${region}`;
    const { group, host } = target;
    return group.startsWith('storage-') ? `storage account ${host.split('.')[0] ?? host}` : host;
  };
}

/** Whether the catalogue's name contains the region of this run. */
function isOfRegion(target: Target, region: string | null): boolean {
  return region !== null && target.source.kind === 'catalog' && hasRegion(target, region);
}

function unknownNameFinding(scene: Scene, name: string, targets: readonly Target[]): Finding {
  const { observations, targets: all } = scene;
  const isRegion = name.startsWith('region ');
  const hosts = [...new Set(targets.map(({ host }) => host))].sort();
  const isFixed = targets.every(
    ({ group, source }) => source.kind === 'catalog' && !NAMED_BY_USER.test(group),
  );
  return createFinding('name-does-not-exist', {
    title: isRegion
      ? `No name of the ${name} exists`
      : `The ${name.startsWith('storage account') ? '' : 'name '}${name} does not exist`,
    explanation: `${evidence(targets, observations)} ${describeOtherNames(all)}`,
    targets,
    remedy: isFixed
      ? [...(isRegion ? [REGION_STEP] : []), ...documentSteps(targets)]
      : [nameStep(hosts), ...CAUSE_TEXTS['name-does-not-exist'].remedy.slice(1)],
    confirm:
      isFixed && !isRegion
        ? rerunCommand(observations, targets)
        : rerunWithRightNameCommand(observations, targets, isRegion ? 'region' : 'name'),
  });
}

const REGION_STEP = 'Compare --region with “az account list-locations --query [].name”, letter by letter.';

const NAMED_BY_USER = /^(?:storage-.*|sql|key-vault|event-hubs|redis|gateway|control-plane|custom)$/;

function evidence(targets: readonly Target[], observations: Scene['observations']): string {
  const answers = targets
    .flatMap(({ resolutions }) => resolutions)
    .filter((answer) => kindOf(answer) === 'absent');
  const rcodes = list(
    answers.map(({ failure, rcode }) => (failure === 'dns_nodata' ? 'no address (NODATA)' : rcode)).sort(),
    3,
  );
  const servers = list(answers.map(({ server }) => server).sort(), 3);
  const zones = answers.flatMap(({ authority }) => authority.map((soa) => soa.split(' ')[0] ?? ''));
  const authority = list(zones.filter((zone) => zone !== '').sort(), 3);
  const azure = targets.some(({ host }) => azureKind(observations, host) === 'absent')
    ? ` Azure DNS (${AZURE_DNS}) agrees.`
    : '';
  const hosts = listHosts(targets, 4);
  if (answers.length === 0) return `${hosts}: Azure DNS (${AZURE_DNS}) answers that there is no such name.`;
  const by = authority === '' ? '' : `, by authority of ${authority}`;
  return `${servers} ${servers.includes(' ') ? 'answer' : 'answers'} ${rcodes} for ${hosts}${by}.${azure}`;
}

function describeOtherNames(targets: readonly Target[]): string {
  const resolved = targets.filter(({ resolutions }) =>
    resolutions.some((answer) => resolves(kindOf(answer))),
  );
  const names = new Set(resolved.map(({ host }) => host)).size;
  return names === 0 ? 'No other name was resolved in this run.' : `${count(names, 'other name')} resolved.`;
}

function nameStep(hosts: readonly string[]): string {
  return `Compare ${listAll(hosts)} with the resource’s overview page in the Azure portal, letter by letter.`;
}

/** The catalogue has this name, so its document may be out of date. */
function documentSteps(targets: readonly Target[]): readonly string[] {
  const documents = listAll(targets.map(({ source }) => `${source.document} (${source.asOf})`).sort());
  return [
    `The name comes from ${documents}. Look whether a newer version still lists it; if not, it can be ignored.`,
    'If other networks resolve it: look for a DNS filter that denies the name (response policy zone).',
  ];
}
