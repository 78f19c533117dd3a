/** Builds the list of what this run contacts, and of what it cannot, from options, catalogue and environment. Pure. */
import { isIPv4 } from 'node:net';
import { absencesFor, serviceSuffixes } from '../catalog/index.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Options } from '../config/types.ts';
import { byGroupAndId } from '../model/order.ts';
import { isV2, TIER_FACTS } from '../model/tiers.ts';
import type { Group } from '../model/vocabulary.ts';
import { CONTROLS } from './controls.ts';
import { checkExpectPrivate } from './expect-private.ts';
import { placeholderValues } from './fill.ts';
import { fromCatalog, rolesOf } from './from-catalog.ts';
import { fromImports, type Imported } from './from-import.ts';
import { fromServers, fromUrls } from './from-options.ts';
import type { Import } from './listed.ts';
import { furtherLocations, isElsewhere } from './locations.ts';
import { leftOutBy } from './scope.ts';
import type { Plan, PlanContext, PlannedTarget } from './types.ts';

/**
 * The plan of a run.
 * @param imports the documents of `--from`
 * @throws UsageError for a resource name that does not fit the cloud, and for a group that is required and
 * has nothing to test
 */
export function makePlan(options: Options, place: PlanContext, imports: readonly Import[] = []): Plan {
  const { values, notes } = placeholderValues(options, place.cloud, place.region);
  const imported = fromImports(imports, options, place);
  const all = [
    ...fromServers(place),
    ...imported.targets,
    ...besides(imported, (named) => fromCatalog(options, place, values, named)),
    ...fromUrls(options, place),
  ].map((target) => withVip(withUsersChoice(target, options), options, place));
  const merged = merge(all);
  const expectations = checkExpectPrivate(options, merged.targets);
  const problems = [...emptyGroups(options, place, merged.targets), ...expectations.problems];
  if (problems.length > 0) throw new UsageError(problems);
  return {
    targets: merged.targets.toSorted(byGroupAndId),
    controls: CONTROLS,
    suffixes: serviceSuffixes(place.cloud).map(({ suffix }) => suffix),
    dnsQuestion: dnsQuestion(merged.targets),
    notes: [
      ...imported.notes,
      ...notes,
      ...furtherLocations(options, place).notes,
      ...merged.notes,
      ...domainsWithoutRole(options, place),
      ...tierNotes(options),
      ...expectations.notes,
    ],
    absences: isV2(options.tier)
      ? []
      : absencesFor(place.cloud).map(({ hosts, reason }) => ({ hosts, reason })),
  };
}

/** The catalogue without the imported endpoints: the service's own list comes before the documents. */
function besides(
  { targets }: Imported,
  catalogue: (named: ReadonlySet<Group>) => readonly PlannedTarget[],
): PlannedTarget[] {
  const ids = new Set(targets.map(({ id }) => id));
  const named = new Set(targets.filter(({ testable }) => testable).map(({ group }) => group));
  return catalogue(named).filter(({ id }) => !ids.has(id));
}

/** `--require`, `--optional`, `--only` and `--skip`, by group. */
function withUsersChoice(target: PlannedTarget, options: Options): PlannedTarget {
  const { group, kind, protocol } = target;
  const asked = options.require.includes(group) || (target.required && !options.optional.includes(group));
  // Azure drops echo requests in many places: they decide nothing, even if the user requires them.
  const required = asked && protocol !== 'icmp';
  const flag = leftOutBy(group, options);
  if (flag === null || kind === 'note') return { ...target, required };
  return { ...target, required, testable: false, reason: `left out by ${flag}` };
}

/** All hosts of the instance share the address of `--vip`, but for the gateways of its further regions. */
function withVip(target: PlannedTarget, { vip }: Options, { region }: PlanContext): PlannedTarget {
  const own = target.group === 'gateway' || target.group === 'control-plane';
  return vip !== null && own && target.testable && !isElsewhere(target, region) ? { ...target, vip } : target;
}

/** One target an id: the first stays, required if any was, with one note to the user. */
function merge(all: readonly PlannedTarget[]): { targets: PlannedTarget[]; notes: string[] } {
  const byId = new Map<string, PlannedTarget>();
  const notes = new Set<string>();
  for (const target of all) {
    const known = byId.get(target.id);
    if (known === undefined) {
      byId.set(target.id, target);
      continue;
    }
    const spoken = known.protocol === target.protocol ? '' : `, as ${known.protocol}`;
    notes.add(`${target.id} is asked for more than once; it is tested once${spoken}`);
    byId.set(target.id, { ...known, required: known.required || target.required });
  }
  return { targets: [...byId.values()], notes: [...notes] };
}

/**
 * A group that the user requires or asks for alone and that can never be tested would make every run inconclusive, or
 * pass unseen.
 */
function emptyGroups(
  { require, only, skip, tier }: Options,
  { cloud }: PlanContext,
  targets: readonly PlannedTarget[],
): string[] {
  const present = new Set(targets.filter(({ kind }) => kind === 'endpoint').map(({ group }) => group));
  const problems = [
    ...[...new Set(require)].map((group) => ({ flag: '--require', group })),
    ...[...new Set(only)].map((group) => ({ flag: '--only', group })),
  ]
    .filter(({ group }) => !present.has(group))
    .map(({ flag, group }) =>
      group === 'custom'
        ? `${flag} custom: nothing is in this group; give --target URL`
        : `${flag} ${group}: no endpoint of this group can be tested ${isV2(tier) ? `for --tier ${tier}` : `in the ${cloud} cloud`}; remove ${flag} ${group}`,
    );
  if (problems.length === 0 && present.isSubsetOf(new Set(skip))) {
    problems.push('--skip names every group that has an endpoint: nothing is left to probe');
  }
  return problems;
}

function domainsWithoutRole(options: Options, place: PlanContext): string[] {
  const roles = rolesOf(place, options);
  return options.hostname
    .filter(({ role }) => !roles.has(role))
    .map(
      ({ role, host }) =>
        `--hostname ${role}=${host}: ${isV2(options.tier) ? TIER_FACTS[options.tier].name : `the ${place.cloud} cloud`} ` +
        `has no such endpoint; add --target https://${host}`,
    );
}

/** What a run for a v2 tier cannot show, because no VM can stand in its subnet. */
function tierNotes({ tier, apim, location }: Options): string[] {
  const { name, delegation } = TIER_FACTS[tier];
  if (delegation === null) return [];
  const standing =
    `--tier ${tier}: the subnet of ${name} is delegated to ${delegation} and takes no VM. Run this on a VM in another ` +
    'subnet of the same virtual network, with the same network security group, route table, service endpoints and NAT ' +
    'gateway. It cannot show rules that name the subnet or its prefix.';
  return [
    standing,
    ...(apim !== null && tier === 'standard-v2'
      ? [`--apim ${apim}: the gateway of ${name} is public, and is not tested`]
      : []),
    ...(location.length > 0 ? [`--location: ${name} has no regional gateways; it has no effect`] : []),
  ];
}

/** A name that any resolver of this network should know: a required one, else any. */
function dnsQuestion(targets: readonly PlannedTarget[]): string {
  const named = targets.filter(({ kind, host }) => kind === 'endpoint' && isName(host));
  return (named.find(({ required }) => required) ?? named[0])?.host ?? 'www.microsoft.com';
}

/** Neither an address nor a name that is still missing something. */
function isName(host: string): boolean {
  return !isIPv4(host) && !/[:<]/.test(host);
}
