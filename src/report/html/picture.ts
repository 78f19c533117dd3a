/** The picture of the subnet: a line for each group of dependencies, and the station where it is cut off. */

import { count } from '../../common/wording.ts';
import { isReached } from '../../diagnosis/verdict.ts';
import type { Finding, Report, Target } from '../../model/report.ts';
import { findingsById } from '../finding-of-target.ts';
import { MARK_OF_STATUS } from '../text/palette.ts';
import { markOf } from '../text/table.ts';
import { isIgnored } from '../text/trouble.ts';
import { findingId } from './findings.ts';
import { breakable, byGroup, cutText, type GroupOfTargets } from './format.ts';
import { markSymbol } from './marks.ts';
import { type Content, html, joinContent, type Markup } from './markup.ts';
import { STATIONS, type Station, stopOf } from './stops.ts';

/** Reasons named at one station. */
const SHOWN_REASONS = 2;
const WORST_FIRST = ['unreachable', 'intermittent', 'untested'] as const;

/** A table that looks like a map: each row is a line from the VM to a service. */
export function pictureSection(report: Report): Markup {
  const groups = byGroup(report.targets);
  if (groups.length === 0) return html``;
  const names = stationNames(report);
  const found = { all: report.findings, byTarget: findingsById(report) };
  return html`<section aria-labelledby="picture"><h2 id="picture">What the subnet reaches</h2>
    <p class="dim">Each line runs from this VM to a group of dependencies, and ends where it is cut off.</p>
    <table class="map"><thead><tr><th scope="col">Dependency</th>
    ${STATIONS.map((station) => html`<th scope="col" class="${station}">${names[station]}</th>`)}</tr></thead>
    <tbody>${groups.map((group) => groupRow(group, found))}</tbody></table>
    </section>`;
}

function stationNames({ environment }: Report): Record<Station, Content> {
  const { vm, network, dns, region } = environment;
  return {
    vm: [
      html`<small>subnet${network.subnet !== null && [' ', cutText(network.subnet, 60)]}</small> `,
      vm === null ? 'this VM' : cutText(vm.name, 60),
    ],
    dns: [
      'DNS ',
      html`<small>${
        dns.servers.length === 0
          ? 'no server'
          : joinContent(
              dns.servers.slice(0, 3).map((server) => cutText(server, 60)),
              ', ',
            )
      }${dns.servers.length > 3 && ` and ${dns.servers.length - 3} more`}</small>`,
    ],
    path: ['Route, NSG, firewall'],
    service: ['Service ', html`<small>${region ?? environment.cloud}</small>`],
  };
}

interface Found {
  readonly all: readonly Finding[];
  /** By the target's id. */
  readonly byTarget: ReadonlyMap<string, Finding>;
}

function groupRow({ group, targets }: GroupOfTargets, found: Found): Markup {
  const stops = Map.groupBy(targets, (target) => stopOf(target, found.byTarget.get(target.id)));
  const reached = targets.filter(isReached).length;
  const required = targets.filter((target) => target.required).length;
  const need = required === targets.length ? ', required' : required > 0 && `, ${required} required`;
  const dropped = targets.every(({ until }) => until !== null);
  let left = targets.length;
  const cells = STATIONS.map((station) => {
    const here = stops.get(station) ?? [];
    const before = left;
    left -= here.filter(({ status }) => status !== 'intermittent').length;
    return stationCell(station, here, { before, after: left, all: targets.length }, found);
  });
  return html`<tr class="${markOf(targets)}"><th scope="row">${group}
    <small>${reached} of ${targets.length}${need}${dropped && ', no longer listed'}</small></th>${cells}</tr>`;
}

interface Flow {
  readonly before: number;
  readonly after: number;
  readonly all: number;
}

/** The line before a station and after it is whole, partly cut, or cut. */
function stationCell(
  station: Station,
  here: readonly Target[],
  { before, after, all }: Flow,
  found: Found,
): Markup {
  const part = (number: number) => (number === all ? 'whole' : number === 0 ? 'none' : 'part');
  return html`<td class="${station} in-${part(before)} out-${part(after)}">${stationSymbol(here, before, after)}${reasons(here, found, all)}</td>`;
}

/** A cross where nothing gets past, an exclamation mark where something does, and a remark where it does not count. */
function stationSymbol(here: readonly Target[], before: number, after: number): Markup {
  const worst = WORST_FIRST.find((status) => here.some((target) => target.status === status));
  if (worst === undefined)
    return before === 0
      ? html`<span class="dot away"><span class="vh">not reached</span></span>`
      : markSymbol('good', 'passed');
  const mark = worst === 'unreachable' && after > 0 ? 'doubtful' : MARK_OF_STATUS[worst];
  const counts = here.some((target) => !isIgnored(target));
  return markSymbol(counts ? mark : 'note', `${count(here.length, 'endpoint')} ${worst} here: `);
}

/** Why endpoints stop here: their causes, or what was observed, each with a link to its finding. */
function reasons(here: readonly Target[], found: Found, all: number): Content {
  const kinds = Map.groupBy(here, reasonOf);
  const shown = [...kinds].slice(0, SHOWN_REASONS);
  const left = kinds.size - shown.length;
  return [
    ...shown.map(([reason, ofThis]) => {
      const [first] = ofThis;
      const finding = first === undefined ? undefined : found.byTarget.get(first.id);
      const share = ofThis.length < all && `${ofThis.length} of ${all}: `;
      const text = breakable(cutText(reason, 60));
      return html`<small>${share}${finding === undefined ? text : html`<a href="#${findingId(found.all.indexOf(finding))}">${text}</a>`}</small>`;
    }),
    left > 0 && html`<small>and ${left} more</small>`,
  ];
}

function reasonOf({ status, cause, failure, reason, rule, route }: Target): string {
  if (status === 'untested') return reason ?? failure ?? 'not tested';
  const what = cause ?? failure ?? status;
  if (cause === 'rule-denies' && rule !== null) return `${what}: ${rule.rule}`;
  if (cause === 'route-misdirects' && route !== null) return `${what}: ${route.nextHopType}`;
  return what;
}
