import type { RouteDecision, RuleDecision } from '../../model/azure-documents.ts';
import type { Finding, Target } from '../../model/report.ts';
import { connected } from '../attempts.ts';
import { describeHolder, doubtOf, isDropped } from '../azure-side.ts';
import { rerunCommand } from '../command.ts';
import { createFinding } from '../finding.ts';
import type { Rule, Scene } from '../rule.ts';
import { count, listEndpoints } from '../text.ts';

/** What answered although a document denies or drops it: the document is of another place or time. */
export const rulesDisagree: Rule = (scene) => {
  const { targets } = scene;
  const denied = targets.flatMap((target) => {
    const { rule } = target;
    return rule?.access === 'deny' && answered(target, rule, rule.kind === 'firewall')
      ? [{ target, rule }]
      : [];
  });
  const dropped = targets.flatMap((target) => {
    const { route } = target;
    return route !== null && isDropped(route) && answered(target, route, false) ? [{ target, route }] : [];
  });
  return [
    ...[
      ...Map.groupBy(denied, ({ rule }) =>
        JSON.stringify([rule.document, rule.resource, rule.rule]),
      ).values(),
    ].map((same) =>
      describeFinding(
        scene,
        same.map(({ target }) => target),
        describeRule(same[0]?.rule ?? null),
        same[0]?.rule.document,
      ),
    ),
    ...[...Map.groupBy(dropped, ({ route }) => JSON.stringify([route.document, route.prefix])).values()].map(
      (same) =>
        describeFinding(
          scene,
          same.map(({ target }) => target),
          describeRoute(same[0]?.route ?? null),
          same[0]?.route.document,
        ),
    ),
  ];
};

/** Azure Firewall completes connections that its application rules then deny; a group or route lets nothing back. */
function answered(
  { status, attempts }: Target,
  { addresses }: Pick<RuleDecision, 'addresses'>,
  needsReply: boolean,
): boolean {
  const own = attempts.filter(
    ({ address, facts }) => addresses.includes(address) && facts.dialled === undefined,
  );
  if (attempts.length === 0) return status === 'reachable' && addresses.length > 0;
  return own.some((attempt) => (needsReply ? attempt.ok : connected(attempt)));
}

function describeRule(rule: RuleDecision | null): string {
  return rule === null ? '' : `rule ${rule.rule} of ${describeHolder(rule)} denies`;
}

function describeRoute(route: RouteDecision | null): string {
  return route === null ? '' : `the route for ${route.prefix} drops`;
}

function describeFinding(
  { observations }: Scene,
  targets: readonly Target[],
  claim: string,
  document = '',
): Finding {
  const doubt = doubtOf(document, observations);
  return createFinding('rules-disagree', {
    severity: 'warning',
    title: `${count(targets.length, 'endpoint')} answered that ${document} says cannot`,
    explanation:
      `By ${document}, ${claim} ${listEndpoints(targets, 4)}; in this run ${targets.length === 1 ? 'it' : 'they'} connected. ` +
      'The observation counts for the verdict.' +
      (doubt === null ? '' : ` The document is in doubt: ${doubt}.`),
    targets,
    confirm: rerunCommand(observations, targets),
  });
}
