/** The history that the report itself has: since when an endpoint has its status, and how often that changed. */
import { count, duration } from '../../common/wording.ts';
import type { Report, Target } from '../../model/report.ts';
import { MARK_OF_STATUS } from '../text/palette.ts';
import { formatEndpoint, formatInstant } from './format.ts';
import { markedText } from './marks.ts';
import { html, type Markup } from './markup.ts';

const HOUR_MS = 60 * 60 * 1000;
const WIDTH = 1000;

/** A strip for each endpoint whose status changed; the newest change first. */
export function historySection({ targets, startedAt, options }: Report): Markup {
  const changed = targets
    .filter(({ lastStatusChange, flaps }) => lastStatusChange !== null || flaps > 0)
    .sort((one, other) => (other.lastStatusChange ?? '').localeCompare(one.lastStatusChange ?? ''));
  const now = Date.parse(startedAt);
  const since = Math.min(now - HOUR_MS, ...changed.map((target) => changeOf(target, now)));
  const none =
    options['state']?.value == null
      ? 'This run had no state folder (--state), so it was compared with no earlier one.'
      : 'No stored run saw another status of any endpoint.';
  return html`<section aria-labelledby="history"><h2 id="history">History</h2>
    ${
      changed.length === 0
        ? html`<p>${none}</p>`
        : html`<p class="dim">Each strip ends at this run, ${formatInstant(startedAt)}, and begins ${duration(now - since)} before it; the filled part has the status of now.</p>
    <ul class="strips">${changed.map((target) => strip(target, since, now))}</ul>`
    }
    </section>`;
}

function strip(target: Target, since: number, now: number): Markup {
  const { status, lastStatusChange, flaps } = target;
  const mark = MARK_OF_STATUS[status];
  const from = Math.round(((changeOf(target, now) - since) / (now - since)) * WIDTH);
  const when = lastStatusChange === null ? '' : `${status} since ${formatInstant(lastStatusChange)}`;
  const often = flaps === 0 ? '' : `${count(flaps, 'change')} in 24 hours`;
  return html`<li><span class="name">${markedText(mark, html`<span class="vh">${status}: </span>${formatEndpoint(target)}`)}</span>
    <svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${WIDTH}" height="10" class="before"/><rect x="${from}" width="${Math.max(WIDTH - from, 4)}" height="10" class="${mark}"/></svg>
    <span class="sum">${[when, often].filter((part) => part !== '').join('; ')}</span></li>`;
}

function changeOf({ lastStatusChange }: Target, now: number): number {
  return lastStatusChange === null ? now : Date.parse(lastStatusChange);
}
