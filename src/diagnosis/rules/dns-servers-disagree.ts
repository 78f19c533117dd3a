import { AZURE_DNS } from '../../model/azure.ts';
import type { ControlOf } from '../../model/controls.ts';
import type { Finding, Observations, Resolution, Target } from '../../model/report.ts';
import { dialledAddresses, isPublic } from '../addresses.ts';
import { connectFailure } from '../attempts.ts';
import { CAUSE_TEXTS } from '../causes.ts';
import { changedAnswer, secondAnswer } from '../changing-answers.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import { isOwn } from '../instance.ts';
import { privateLinkZone, resourceZone } from '../private-zones.ts';
import type { Rule, Scene } from '../rule.ts';
import { type AnswerKind, azureAnswer, isUnresolved, kindOf, resolves } from '../servers.ts';
import { count, list, listAll } from '../text.ts';
import { isExposed } from './expected-private.ts';

const COMPARABLE: readonly AnswerKind[] = ['private', 'public', 'absent'];

type OtherAddress = ControlOf<'dns-other-address'>['detail'];

interface Misled {
  readonly target: Target;
  readonly other: OtherAddress;
}

/**
 * Names that are private at one server and public, or missing, at another; and names that lead to an address that
 * fails, while the service answers at the address that another server or Azure DNS gives.
 */
export const dnsServersDisagree: Rule = (scene) => {
  const misled = findMisled(scene);
  const elsewhere = new Set(misled.map(({ target }) => target));
  const affected = scene.targets.filter(
    (target) =>
      !elsewhere.has(target) &&
      !isExposed(target, scene.observations) &&
      disagree(target, scene.observations) &&
      (target.status === 'reachable' || explains(target, scene)),
  );
  const byServer = Map.groupBy(misled, ({ target }) => target.addressesFrom ?? '');
  return [
    ...[...byServer.keys()]
      .sort()
      .map((server) => misledFinding(server, byServer.get(server) ?? [], scene.observations)),
    ...disagreeFinding(affected, scene.observations),
  ];
};

function findMisled({ observations, open }: Scene): readonly Misled[] {
  return observations.controls.flatMap((control): Misled[] => {
    if (control.name !== 'dns-other-address' || !control.detail.works) return [];
    const target = open.find(({ id }) => id === control.detail.target);
    if (target === undefined || !leadsElsewhere(target, control.detail, observations)) return [];
    return [{ target, other: control.detail }];
  });
}

/** Whether the other address is not merely one more address of the same service, of which DNS gives some at a time. */
function leadsElsewhere(target: Target, other: OtherAddress, observations: Observations): boolean {
  const { host, resolutions, addressesFrom } = target;
  const theirs =
    other.server === AZURE_DNS && !resolutions.some(({ server }) => server === AZURE_DNS)
      ? azureAnswer(observations, host)
      : resolutions.find(({ server }) => server === other.server);
  const own = resolutions.find(({ server }) => server === addressesFrom);
  const rotates = secondAnswer(observations, addressesFrom, host)?.addresses.includes(other.address);
  if (theirs == null || own === undefined || rotates === true) return false;
  const [end, theirEnd] = [own.cname.at(-1)?.toLowerCase(), theirs.cname.at(-1)?.toLowerCase()];
  if (end !== undefined && end === theirEnd) return false;
  const isInside = !dialledAddresses(target).every(isPublic);
  if (isInside && isPublic(other.address)) {
    // The private endpoint may be meant, and only the path to it be closed. Names of one's own often have two views, with
    // an Application Gateway or Azure Front Door in the public one.
    return privateLinkZone(theirs.cname) === null && !isOwn(target) && target.group !== 'custom';
  }
  // The finding private-zone-not-linked says what to do there.
  return (
    isInside || isPublic(other.address) || resourceZone(target) === null || connectFailure(target) === null
  );
}

function misledFinding(server: string, misled: readonly Misled[], observations: Observations): Finding {
  const hosts = [...new Set(misled.map(({ target }) => target.host))];
  const others = list(misled.map(({ other }) => describeServer(other.server)).sort(), 2);
  return createFinding('dns-servers-disagree', {
    title: `${server} leads ${hosts.length === 1 ? `${hosts[0]}` : count(hosts.length, 'name')} elsewhere than ${others}, and that fails`,
    explanation: misled.slice(0, 3).map(describeMisled).join(' '),
    targets: misled.map(({ target }) => target),
    remedy: [
      `On ${server}: look for a record or zone of its own for ${listAll(hosts)}, a forwarder to a server with one, or a ` +
        `stale cache. Remove it, or correct its address; without a record of its own, forward the name to ${AZURE_DNS}.`,
      // One server alone cannot be made equal to others.
      ...(observations.environment.dns.servers.length > 1 ? CAUSE_TEXTS['dns-servers-disagree'].remedy : []),
      'If both addresses are the service’s: a rule that admits one of them alone has the same effect; allow the service ' +
        'tag instead of addresses.',
    ],
    confirm: rerunCommand(
      observations,
      misled.map(({ target }) => target),
    ),
  });
}

function describeServer(server: string): string {
  return server === AZURE_DNS ? `Azure DNS (${server})` : server;
}

function describeMisled({ target, other }: Misled): string {
  const { host, port, failure, addressesFrom } = target;
  return (
    `${addressesFrom} answers ${host} with ${list(dialledAddresses(target), 2)}, where port ${port} fails (${failure}). ` +
    `${describeServer(other.server)} answers with ${other.address}, where the service was reached twice; in between, ` +
    `${other.instead} failed again.`
  );
}

function disagreeFinding(affected: readonly Target[], observations: Observations): Finding[] {
  if (affected.length === 0) return [];
  const hosts = [...new Map(affected.map((target) => [target.host, target])).values()];
  const answers = affected.flatMap((target) => comparable(target, observations));
  const servers = [...new Set(answers.map(({ server }) => server))].sort();
  return [
    createFinding('dns-servers-disagree', {
      title: `DNS servers ${list(servers, 3)} disagree about ${count(hosts.length, 'name')}`,
      explanation: `${hosts
        .slice(0, 3)
        .map((target) => describeAnswersOf(target, observations))
        .join(' ')} It is chance which one is asked, and so is the outcome.`,
      targets: affected,
      confirm: rerunCommand(observations, affected),
    }),
  ];
}

/** Answers that change are a cause of their own. */
function comparable(target: Target, observations: Observations): readonly Resolution[] {
  return target.resolutions.filter(
    (resolution) =>
      COMPARABLE.includes(kindOf(resolution)) && changedAnswer(observations, target, resolution) === null,
  );
}

function disagree(target: Target, observations: Observations): boolean {
  return new Set(comparable(target, observations).map(kindOf)).size > 1;
}

/** Explains a failure if the name was denied, or if the public address was dialled instead of the private one. */
function explains(target: Target, { isOpen, observations }: Scene): boolean {
  if (!isOpen(target)) return false;
  const answers = comparable(target, observations);
  if (isUnresolved(target)) return answers.some((resolution) => resolves(kindOf(resolution)));
  const knowsPrivate = answers.some((resolution) => kindOf(resolution) === 'private');
  return connectFailure(target) !== null && knowsPrivate && dialledAddresses(target).every(isPublic);
}

function describeAnswersOf(target: Target, observations: Observations): string {
  const answers = comparable(target, observations).map(
    (resolution) => `${resolution.server} answers ${describeAnswer(resolution)}`,
  );
  return `${target.host}: ${list(answers, 4)}.`;
}

function describeAnswer(resolution: Resolution): string {
  const kind = kindOf(resolution);
  if (kind === 'absent') return resolution.failure === 'dns_nodata' ? 'no address' : 'NXDOMAIN';
  return `${kind} (${list(resolution.addresses, 2)})`;
}
