/** The waterfall: how long each step of each endpoint took. */

import { count } from '../../common/wording.ts';
import { isReached } from '../../diagnosis/verdict.ts';
import type { Attempt, Report, Target } from '../../model/report.ts';
import { MARK_OF_STATUS } from '../text/palette.ts';
import { markOf } from '../text/table.ts';
import { byGroup, formatEndpoint, formatMs, type GroupOfTargets } from './format.ts';
import { markedText, markSymbol } from './marks.ts';
import { type Content, html, type Markup } from './markup.ts';

/** The steps of the report by what they wait for. */
const PHASE_OF_STEP = {
  resolve: 'resolve',
  connect: 'connect',
  tls: 'TLS',
  handshake: 'reply',
  request: 'reply',
} as const satisfies Record<Attempt['steps'][number]['name'], string>;
const PHASES = ['resolve', 'connect', 'TLS', 'reply'] as const;
type Phase = (typeof PHASES)[number];

/** Units of the drawing from its left edge to its right one. */
const WIDTH = 500;

interface Bar {
  readonly phase: Phase;
  readonly ms: number;
  readonly ok: boolean;
}

/** A fold for each group: the group's medians, and inside a row for each endpoint. */
export function timingsSection({ targets }: Report): Markup {
  const groups = byGroup(targets.filter((target) => barsOf(target).length > 0));
  if (groups.length === 0) return html``;
  const scale = scaleOf(targets);
  return html`<section aria-labelledby="timings"><h2 id="timings">Timings</h2>
    <p class="dim">The first attempt that reached the endpoint, or else the last one. A group shows the median of each step.</p>
    <p class="timing-row timing-head" aria-hidden="true"><span></span><span class="scale"><span>0</span><span>${formatMs(scale)}, longer bars are cut</span></span><b>total</b>${PHASES.map((phase) => html`<b><i class="swatch ${phase}"></i> ${phase}</b>`)}</p>
    ${groups.map((group) => groupFold(group, scale))}
    </section>`;
}

function groupFold({ group, targets }: GroupOfTargets, scale: number): Markup {
  const reached = targets.filter(isReached);
  const bars = mediansOf(reached.length > 0 ? reached : targets);
  const label = `${reached.length} of ${targets.length} reached`;
  return html`<details class="timing ${markOf(targets) === 'good' && 'aside'}"><summary class="timing-row"><span class="name">${markSymbol(markOf(targets), label)} ${group} <small>${count(targets.length, 'endpoint')}</small></span><span>${drawing(bars, scale)}</span>${numbers(bars).map(([name, value]) => (value === null ? html`<span class="none"></span>` : html`<span><span class="vh">${name} </span>${value}</span>`))}</summary>
    <table><thead class="vh"><tr><th scope="col">Endpoint</th><th scope="col">Drawing</th><th scope="col">total</th>${PHASES.map((phase) => html`<th scope="col">${phase}</th>`)}</tr></thead>
    <tbody>${targets.map((target) => targetRow(target, scale))}</tbody></table></details>`;
}

function targetRow(target: Target, scale: number): Markup {
  const bars = barsOf(target);
  return html`<tr class="timing-row"><th scope="row">${markedText(MARK_OF_STATUS[target.status], html`<span class="vh">${target.status}: </span>${formatEndpoint(target)}`)}</th><td>${drawing(bars, scale)}</td>${numbers(bars).map(([, value]) => (value === null ? html`<td class="none"></td>` : html`<td>${value}</td>`))}</tr>`;
}

/** Decoration: the text beside it has the same numbers. */
function drawing(bars: readonly Bar[], scale: number): Markup {
  let at = 0;
  const shapes = bars.map(({ phase, ms, ok }) => {
    const from = Math.min(WIDTH, Math.round((at / scale) * WIDTH));
    at += ms;
    const to = Math.min(WIDTH, Math.round((at / scale) * WIDTH));
    return html`<rect x="${from}" width="${Math.max(to - from, 2)}" height="10" class="${ok ? phase : 'failed'}"/>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">${shapes}</svg>`;
}

/** The total and each step, by name; a step that was not taken has nothing. */
function numbers(bars: readonly Bar[]): [name: string, value: Content][] {
  return [
    ['total', formatMs(sumOf(bars))],
    ...PHASES.map((phase): [string, Content] => {
      const own = bars.filter((bar) => bar.phase === phase);
      if (own.length === 0) return [phase, null];
      const time = formatMs(sumOf(own));
      const failed = own.some(({ ok }) => !ok);
      return [phase, failed ? markedText('bad', html`<span class="vh">failed after </span>${time}`) : time];
    }),
  ];
}

/** The first attempt that reached the service, or else the last one, after the look-up of the name. */
function barsOf({ attempts, resolutions, addressesFrom }: Target): Bar[] {
  const attempt = attempts.find(({ ok }) => ok) ?? attempts.at(-1);
  const lookUp = resolutions.find(({ server }) => server === addressesFrom) ?? resolutions[0];
  const steps = (attempt?.steps ?? []).map(({ name, ms, ok }) => ({ phase: PHASE_OF_STEP[name], ms, ok }));
  if (lookUp === undefined) return steps;
  return [{ phase: 'resolve', ms: lookUp.ms, ok: lookUp.failure === null }, ...steps];
}

/** The median of each step, failed where it failed for all. */
function mediansOf(targets: readonly Target[]): Bar[] {
  const all = targets.map(barsOf);
  return PHASES.flatMap((phase) => {
    const own = all
      .map((bars) => bars.filter((bar) => bar.phase === phase))
      .filter((bars) => bars.length > 0);
    const times = own.map(sumOf).sort((one, other) => one - other);
    const ms = times[Math.floor(times.length / 2)];
    return ms === undefined ? [] : [{ phase, ms, ok: own.flat().some(({ ok }) => ok) }];
  });
}

/** The longest time of an endpoint that was reached, in two digits, so that time-outs do not flatten all others. */
function scaleOf(targets: readonly Target[]): number {
  const totals = targets
    .filter(({ status }) => status === 'reachable')
    .map((target) => sumOf(barsOf(target)));
  const longest = Math.max(10, ...totals);
  const step = 10 ** Math.floor(Math.log10(longest)) / 2;
  return Math.ceil(longest / step) * step;
}

function sumOf(bars: readonly Bar[]): number {
  return bars.reduce((sum, { ms }) => sum + ms, 0);
}
