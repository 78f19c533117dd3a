/** What Azure's own documents show: the prerequisites, and the rule and route of each endpoint. */
import type { RouteDecision, RuleDecision } from '../../model/azure-documents.ts';
import type { Report, Target } from '../../model/report.ts';
import type { Mark } from '../text/palette.ts';
import { cutText, formatEndpoint, formatInstant, gridTable, listOfNames } from './format.ts';
import { markedText } from './marks.ts';
import { type Content, html, type Markup } from './markup.ts';

const OUTCOMES: Readonly<Record<Report['preflight'][number]['outcome'], readonly [Mark, string]>> = {
  met: ['good', 'met'],
  'not-met': ['bad', 'not met'],
  'not-shown': ['unknown', 'not shown'],
};

const RULE_KINDS: Readonly<Record<RuleDecision['kind'], string>> = {
  nsg: 'NSG',
  'security-admin': 'security admin rules',
  firewall: 'Azure Firewall',
};

/** Nothing without documents. */
export function documentsSection(report: Report): Markup {
  const { documents, preflight, targets } = report;
  const decided = targets.filter(({ rule, route }) => rule !== null || route !== null);
  if (documents.length + preflight.length + decided.length === 0) return html``;
  return html`<section aria-labelledby="documents"><h2 id="documents">Rules, routes and prerequisites</h2>
    ${preflight.length > 0 && prerequisites(preflight)}
    ${decided.length > 0 && decisions(decided)}
    ${documents.length > 0 && sources(documents)}
    </section>`;
}

function prerequisites(checks: Report['preflight']): Markup {
  return html`<h3>Prerequisites</h3>${gridTable(
    'Prerequisites of the deployment',
    ['Prerequisite', 'Outcome', 'What was seen'],
    checks.map(({ title, required, outcome, evidence, command, rule }) => {
      const [mark, word] = OUTCOMES[outcome];
      return html`<tr><th scope="row">${cutText(title)}${!required && html` <small>optional</small>`}</th><td class="nowrap">${markedText(mark, word)}</td>
      <td>${cutText(evidence, 1000)}${rule !== null && html`<br>${describeRule(rule)}`}${command !== null && html`<pre class="copy" tabindex="0">${command}</pre>`}</td></tr>`;
    }),
  )}`;
}

/** A row for each rule and route that decide the same; what is denied comes first. */
function decisions(targets: readonly Target[]): Markup {
  const rows = Map.groupBy(targets, ({ rule, route }) => String(html`${ruleCell(rule)}${routeCell(route)}`));
  const denied = (members: readonly Target[]) => Number(members.some(({ rule }) => rule?.access === 'deny'));
  const sorted = [...rows.values()].sort((one, other) => denied(other) - denied(one));
  return html`<h3>Rules and routes</h3>${gridTable(
    'The rules and routes that decide, and the endpoints that they decide for',
    ['Endpoints', 'Rule', 'Route'],
    sorted.map(
      (members) =>
        html`<tr><th scope="row">${listOfNames(members.map(formatEndpoint))}</th><td>${ruleCell(members[0]?.rule ?? null)}</td><td>${routeCell(members[0]?.route ?? null)}</td></tr>`,
    ),
  )}`;
}

function ruleCell(rule: RuleDecision | null): Content {
  return rule === null ? notShown() : describeRule(rule);
}

function routeCell(route: RouteDecision | null): Content {
  return route === null ? notShown() : describeRoute(route);
}

function notShown(): Markup {
  return html`<span class="dim">not shown</span>`;
}

function describeRule({
  access,
  kind,
  resource,
  association,
  rule,
  priority,
  prefix,
  tag,
  document,
}: RuleDecision): Content {
  const place = [RULE_KINDS[kind], resource, association === null ? null : `(${association})`];
  return [
    markedText(access === 'allow' ? 'good' : 'bad', access === 'allow' ? 'allowed' : 'denied'),
    ` by ${cutText(rule)}${priority === null ? '' : `, priority ${priority}`}, for ${cutText(prefix)}${tag === null ? '' : ` of ${cutText(tag)}`}`,
    html` <span class="dim">${cutText(place.filter((part) => part !== null).join(' '))} · ${cutText(document)}</span>`,
  ];
}

function describeRoute({
  prefix,
  source,
  name,
  tag,
  nextHopType,
  nextHopAddress,
  document,
}: RouteDecision): Content {
  return [
    `${cutText(prefix)}${tag === null ? '' : ` of ${cutText(tag)}`} → ${cutText(nextHopType)}${nextHopAddress === null ? '' : ` ${cutText(nextHopAddress)}`}`,
    html` <span class="dim">${source === 'unknown' ? 'source not known' : `${source} route`}${name !== null && ` ${cutText(name)}`} · ${cutText(document)}</span>`,
  ];
}

function sources(documents: Report['documents']): Markup {
  return html`<h3>Documents</h3><ul>${documents.map(
    ({ kind, resource, collectedAt, file, doubt }) =>
      html`<li><code>${kind}</code> ${cutText(file)}${resource !== null && `, ${cutText(resource)}`}${collectedAt !== null && `, saved ${formatInstant(collectedAt)}`}${doubt !== null && [' ', markedText('doubtful', cutText(doubt))]}</li>`,
  )}</ul>`;
}
