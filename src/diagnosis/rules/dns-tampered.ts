import { isNeverRemote } from '../../../probes/address-scope.ts';
import { recogniseBlockAddress } from '../../../probes/block-page.ts';
import { AZURE_DNS } from '../../model/azure.ts';
import type { ControlAnswer } from '../../model/controls.ts';
import type { Observations, Target } from '../../model/report.ts';
import { isBogus } from '../addresses.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { rerunCommand, rerunDnsCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { inventedAnswers, isOwnWildcard, ownZones } from '../own-zones.ts';
import { nameable, type Rule } from '../rule.ts';
import { azureAnswer, kindOfAddresses } from '../servers.ts';
import { brief, count, list } from '../text.ts';

/**
 * Invented answers: non-existent names resolve, or services have addresses that no service can have, or those of a DNS
 * filter’s block page.
 */
export const dnsTampered: Rule = (scene) => {
  const { observations, targets, open } = scene;
  const own = ownZones(observations);
  const invented = inventedAnswers(observations).filter((answer) => !isOwnWildcard(answer, own));
  const wildcard = new Set(invented.flatMap(({ addresses }) => addresses));
  const bogus = nameable(scene, targets).filter((target) =>
    addressesFromDns(target).some(isBogusFor(target)),
  );
  const caught = open.filter((target) => addressesFromDns(target).some((address) => wildcard.has(address)));
  if (invented.length === 0 && bogus.length === 0) return [];
  const explained = [...bogus, ...caught];
  const servers = [
    ...invented.map(({ server }) => server),
    ...bogus.flatMap((target) => serversOf(target, isInvented)),
  ];
  return [
    createFinding('dns-tampered', {
      title: `DNS answers from ${list([...servers].sort(), 3)} are invented`,
      explanation: [
        ...invented.slice(0, 3).map(inventedAnswer),
        ...bogusAnswers(bogus),
        describeExtent(explained, targets),
      ].join(' '),
      targets: explained,
      remedy: remedy(observations, explained),
      confirm: invented.length === 0 ? rerunCommand(observations, explained) : rerunDnsCommand(observations),
    }),
  ];
};

/** The last step is a test with Azure DNS. If the control made that test, its outcome replaces the step. */
function remedy(observations: Observations, explained: readonly Target[]): readonly string[] {
  const steps = CAUSE_TEXTS['dns-tampered'].remedy;
  const asked = explained.flatMap(({ host }) => azureAnswer(observations, host) ?? []);
  const right = asked.find((answer) => {
    const kind = kindOfAddresses(answer.addresses);
    return kind === 'public' || kind === 'private';
  });
  if (right === undefined) return steps;
  return [
    ...steps.slice(0, -1),
    `Azure DNS (${AZURE_DNS}), asked directly from this VM, gives ${list(right.addresses, 3)} for ${right.name}: if ` +
      'nothing on the DNS server can be mended, forward there.',
  ];
}

/** Reserved addresses may be a network's own where they are reached, and a user's host may be this VM. */
function isBogusFor({ status, group }: Target): (address: string) => boolean {
  if (status !== 'reachable') return isInvented;
  return group === 'custom' ? () => false : isNeverRemote;
}

/** Addresses from DNS, without those of the hosts file. */
function addressesFromDns(target: Target): readonly string[] {
  return target.group === 'dns' ? [] : target.resolutions.flatMap(({ addresses }) => addresses);
}

function serversOf(target: Target, matches: (address: string) => boolean): string[] {
  return target.resolutions.filter(({ addresses }) => addresses.some(matches)).map(({ server }) => server);
}

function inventedAnswer({ server, name, addresses, cname }: ControlAnswer): string {
  const answer =
    addresses.length > 0 ? list(addresses, 3) : `an alias to ${brief(cname.at(-1) ?? 'nothing')}`;
  return `${server} answers the random name ${brief(name)}, which cannot exist, with ${answer}.`;
}

/** Whether no service has this address. */
function isInvented(address: string): boolean {
  return isBogus(address) || recogniseBlockAddress(address) !== null;
}

function bogusAnswers(targets: readonly Target[]): string[] {
  const shown = targets.slice(0, 3).map((target) => {
    const addresses = addressesFromDns(target).filter(isInvented);
    const products = addresses.flatMap((address) => recogniseBlockAddress(address) ?? []);
    const whose = products.length === 0 ? '' : `, where ${list(products)} shows its block page,`;
    return `${target.host} is ${list(addresses, 3)}${whose} according to ${list(serversOf(target, isInvented), 3)}`;
  });
  return shown.length === 0 ? [] : [`${list(shown)}: no service can have such an address.`];
}

function describeExtent(explained: readonly Target[], targets: readonly Target[]): string {
  const misled = explained.filter(({ status }) => status !== 'reachable');
  const affected = new Set(misled.map(({ id }) => id)).size;
  return affected === 0
    ? `None of the ${count(targets.length, 'endpoint')} tested was led astray by it, but a missing name will not be noticed.`
    : `It misleads ${count(affected, 'endpoint')}.`;
}
