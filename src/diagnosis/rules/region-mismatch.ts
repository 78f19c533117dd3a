import { didYouMean } from '../../common/did-you-mean.ts';
import type { Observations, Target } from '../../model/report.ts';
import { rerunAllCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import { missingRecord } from '../private-zones.ts';
import type { Rule } from '../rule.ts';
import { azureKind, isUnresolved, kindOf, resolves } from '../servers.ts';
import { count, list } from '../text.ts';

/** `--region` names another region than this VM's; then names with that region may not exist. */
export const regionMismatch: Rule = ({ observations, open }) => {
  const { region, vm } = observations.environment;
  const actual = vm?.region ?? null;
  if (region === null || actual === null || region === actual) return [];
  const absent = open.filter(
    (target) => dependsOnRegion(target) && hasRegion(target, region) && isAbsent(target, observations),
  );
  const hosts = [...new Set(absent.map(({ host }) => host))];
  const isTypo = didYouMean(region, [actual]) !== '';
  return [
    createFinding('region-mismatch', {
      severity: absent.some(({ required }) => required) ? 'error' : 'warning',
      title: `--region ${region} is not the region of this VM${isTypo ? `: did you mean ${actual}?` : `, ${actual}`}`,
      explanation: [
        `The instance metadata service reports ${actual} for this VM, and a virtual network is in one region.`,
        hosts.length === 0
          ? `The names that depend on the region were tested for ${region}.`
          : `${count(hosts.length, 'name')} of ${region} ${hosts.length === 1 ? 'does' : 'do'} not resolve: ${list(hosts, 3)}.`,
      ].join(' '),
      targets: absent,
      remedy: [
        `Run again with --region ${actual}, or without --region: this VM knows its region.`,
        `If the instance will be in ${region}: run from a VM in its own subnet there, because rules, routes and DNS ` +
          'servers belong to that network.',
      ],
      confirm: rerunAllCommand(observations, { key: 'region', value: actual }),
    }),
  ];
};

/** Names that users give may contain the name of a region, and do not depend on --region. */
function dependsOnRegion(target: Target): boolean {
  return target.source.kind === 'catalog' || isOwn(target);
}

/** Whether the name is known nowhere. A server that fails, and a private zone without the record, are other causes. */
function isAbsent(target: Target, observations: Observations): boolean {
  const { host, failure, resolutions } = target;
  return (
    isUnresolved(target) &&
    (failure === 'dns_nxdomain' || failure === 'dns_nodata') &&
    !resolutions.some((one) => resolves(kindOf(one)) || missingRecord(host, one) !== null) &&
    !resolves(azureKind(observations, host))
  );
}

/** Whether the region is a label of the host name, or a part of one between hyphens. */
export function hasRegion({ host }: Pick<Target, 'host'>, region: string): boolean {
  return host.toLowerCase().split(/[.-]/).includes(region);
}
