import type { Failure } from '../../../probes/failures.ts';
import type { PreflightCheck, RuleDecision } from '../../model/azure-documents.ts';
import type { Finding, Observations, Target } from '../../model/report.ts';
import { describeNeeded, describeStep, mergeNeeded, type Needed, neededBy } from '../allow-rule.ts';
import { connected, failedWith } from '../attempts.ts';
import { describeHolder, doubtOf, isRedirected, isSilent } from '../azure-side.ts';
import { documentFlags, rerunCommand } from '../command.ts';
import { triesOf } from '../destinations.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { isUnresolved } from '../servers.ts';
import { count, list } from '../text.ts';

/** A security rule of Azure's documents that explains silent targets, or that keeps out what no VM can send. */
export const ruleDenies: Rule = (scene) =>
  findingsOf(scene, (document) => doubtOf(document, scene.observations) === null);

/** The same by a document with a doubt: a warning that explains nothing. After all rules that explain. */
export const ruleMayDeny: Rule = (scene) => {
  const all = { ...scene, open: scene.targets };
  return findingsOf(all, (document) => doubtOf(document, scene.observations) !== null);
};

/** What one rule denies. */
interface Denied {
  readonly rule: RuleDecision;
  readonly targets: readonly Target[];
  readonly checks: readonly PreflightCheck[];
}

function findingsOf(scene: Scene, counts: (document: string) => boolean): Finding[] {
  const { observations, targets, open } = scene;
  const silent = open.filter((target) => isDenied(target));
  const rows = (observations.preflight ?? []).filter((check) => stands(check, targets));
  const all = [
    ...silent.flatMap((target) => (target.rule === null ? [] : { rule: target.rule, target })),
    ...rows.flatMap((check) => (check.rule === null ? [] : { rule: check.rule, check })),
  ].filter(({ rule }) => counts(rule.document));
  return [...Map.groupBy(all, ({ rule }) => keyOf(rule)).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const denied = {
      rule: first.rule,
      targets: same.flatMap((each) => ('target' in each ? [each.target] : [])),
      checks: same.flatMap((each) => ('check' in each ? [each.check] : [])),
    };
    return [describeFinding(scene, denied)];
  });
}

function keyOf({ document, kind, resource, association, rule }: RuleDecision): string {
  return JSON.stringify([document, kind, resource, association, rule]);
}

/** What Azure Firewall makes of connections that its rules deny, beside silence. */
const CUT: readonly Failure[] = [
  'tcp_refused',
  'tcp_reset',
  'tls_timeout',
  'tls_reset',
  'tls_closed',
  'http_blocked',
];

/** Silent at every address that the rule denies; where others answer, their attempts are not those of the rule. */
function isDenied(target: Target): boolean {
  const { rule, status, attempts } = target;
  if (rule?.access !== 'deny' || isRedirected(target)) return false;
  if (isSilent(target)) return true;
  if (rule.kind === 'firewall') return status === 'unreachable' && failedWith(target, CUT);
  if (status !== 'intermittent') return false;
  const failed = attempts.filter(({ ok }) => !ok);
  const isOfRule = (address: string): boolean => rule.addresses.includes(address);
  return (
    failed.every(({ address, failure }) => isOfRule(address) && failure === 'tcp_timeout') &&
    !attempts.some(({ ok, address }) => ok && isOfRule(address))
  );
}

/** Whether a row is denied that no target shows otherwise. */
function stands({ outcome, rule, needs }: PreflightCheck, targets: readonly Target[]): boolean {
  if (outcome !== 'not-met' || rule?.access !== 'deny' || needs === undefined) return false;
  const reached = targets.filter(
    (target) => !isRedirected(target) && (target.status === 'reachable' || target.attempts.some(connected)),
  );
  return (
    needs.direction === 'inbound' ||
    !reached.some(
      ({ serviceTag, port, rule: own }) =>
        needs.ports.includes(port) &&
        needs.peers.some((peer) => serviceTag?.split('.')[0] === peer) &&
        // This VM may be in another subnet, whose group lets it.
        (own === null || own.resource === rule.resource),
    )
  );
}

function describeFinding(scene: Scene, { rule, targets, checks }: Denied): Finding {
  const { observations } = scene;
  const needed = mergeNeeded([
    ...neededBy(targets),
    ...checks.flatMap(({ needs }): Needed[] => (needs === undefined ? [] : [{ ...needs, hosts: [] }])),
  ]);
  const doubt = doubtOf(rule.document, observations);
  const dependents = namesBehind(scene, targets);
  const isRequired = checks.some(({ required }) => required);
  return createFinding('rule-denies', {
    title: `${describeRule(rule)} denies ${describeFirst(needed)}`,
    explanation: [
      `${describeRule(rule)} is the first that matches${rule.priority === null ? '' : `, at priority ${rule.priority}`}: ` +
        `${describePrefix(rule)} (${rule.document}).`,
      targets.length === 0 ? '' : `The run agrees: no reply to ${triesOf(targets)}.`,
      dependents.length === 0 ? '' : `So ${count(dependents.length, 'name')} could not be resolved.`,
      ...checks.map(({ title }) => `${title}.`),
      describeScope(rule),
      doubt === null ? '' : `The document is in doubt: ${doubt}.`,
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    targets: [...targets, ...dependents],
    remedy: [...describeOwnInterface(rule), ...needed.map((each, index) => describeStep(rule, each, index))],
    confirm:
      targets.length === 0
        ? `apim-probe preflight${documentFlags(observations)}`
        : rerunCommand(observations, targets),
    ...(doubt !== null ? { severity: 'warning' } : isRequired ? { severity: 'error' } : {}),
  });
}

function describeRule(rule: RuleDecision): string {
  return rule.kind === 'firewall' && rule.priority === null
    ? `No rule of ${describeHolder(rule)} matches, which`
    : `Rule ${rule.rule} of ${describeHolder(rule)}`;
}

const SHOWN = 3;

function describeFirst(needed: readonly Needed[]): string {
  const more = needed.length - SHOWN;
  const shown = list(needed.slice(0, SHOWN).map(describeNeeded), SHOWN);
  return more > 0 ? `${shown}, and ${count(more, 'destination')} more` : shown;
}

function describePrefix({ prefix, tag }: RuleDecision): string {
  return tag === null ? `it has ${prefix}` : `it has ${prefix} of the service tag ${tag}`;
}

/** What the documents do not show of a firewall, or what the rule does not concern. */
function describeScope({ kind, association }: RuleDecision): string {
  if (kind === 'firewall')
    return 'A parent policy and rule collection groups that were not given could allow it before.';
  return association === 'network-interface'
    ? 'This group is on this VM’s network interface alone: the machines of API Management do not have it.'
    : '';
}

function describeOwnInterface({ association, resource }: RuleDecision): string[] {
  if (association !== 'network-interface') return [];
  return [
    `Take ${resource?.split('/').at(-1) ?? 'the group'} off this VM’s network interface, and run again: then the VM is filtered as the instance will be.`,
  ];
}

/** Names that only denied DNS servers were asked for. */
function namesBehind({ open }: Scene, targets: readonly Target[]): readonly Target[] {
  const servers = new Set(targets.filter(({ group }) => group === 'dns').map(({ host }) => host));
  if (servers.size === 0) return [];
  return open.filter(
    (target) =>
      isUnresolved(target) &&
      target.resolutions.length > 0 &&
      target.resolutions.every(({ server }) => servers.has(server)),
  );
}

/** Whether a rule of the documents explains that this DNS server is silent. */
export function isDeniedServer(
  server: string,
  targets: readonly Target[],
  observations: Observations,
): boolean {
  return targets.some(
    (target) =>
      target.group === 'dns' &&
      target.host === server &&
      isDenied(target) &&
      doubtOf(target.rule?.document ?? '', observations) === null,
  );
}
