/** Values as the page shows them. */

import type { Target } from '../../model/report.ts';
import { GROUPS, type Group } from '../../model/vocabulary.ts';
import { describeEndpoint } from '../text/trouble.ts';
import { type Content, html, type Markup } from './markup.ts';

/** The longest text of a peer that a table shows; the raw evidence and the JSON report have more. */
const SHOWN_CHARACTERS = 200;
/** Far more than a text of the diagnosis has; a forged report may have any. */
export const LONGEST_PARAGRAPH = 4000;

/** @returns the text, with an ellipsis where it was cut */
export function cutText(text: string, limit = SHOWN_CHARACTERS): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** RFC 3339 as people read it: `2026-05-04 10:00:00 UTC`. */
export function formatInstant(instant: string): string {
  return instant.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}

/** `2026-05-04` of an instant. */
export function formatDate(instant: string | null): string {
  return instant === null ? 'unreadable' : instant.slice(0, 10);
}

/** Milliseconds: `0.8 ms`, `38 ms`, `5.0 s`. */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** Host and port; pings have no port. */
export function formatEndpoint(endpoint: Pick<Target, 'host' | 'port'>): string {
  return cutText(describeEndpoint(endpoint));
}

/** A name of the report's vocabulary, which may break after each of its words. */
export function breakable(name: string): Content {
  return name.split(/(?<=[_.])/).map((part, index) => (index === 0 ? part : html`<wbr>${part}`));
}

/** The first name, and the others in a fold. */
export function listOfNames([first = '', ...others]: readonly string[]): Content {
  if (others.length === 0) return first;
  return [
    first,
    html`<details class="aside"><summary>and ${others.length} more</summary>${others.join(', ')}</details>`,
  ];
}

/**
 * A table that scrolls by itself, also by keyboard, when the screen is too narrow for it.
 * @param label its name for screen readers
 */
export function gridTable(label: string, columns: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="grid"><caption class="vh">${label}</caption><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}

export interface GroupOfTargets {
  readonly group: Group;
  readonly targets: readonly Target[];
}

/** The targets by group, in the order of the vocabulary; groups without a target are left out. */
export function byGroup(targets: readonly Target[]): GroupOfTargets[] {
  const groups = Map.groupBy(targets, (target) => target.group);
  return GROUPS.flatMap((group) => {
    const members = groups.get(group);
    return members === undefined ? [] : [{ group, targets: members }];
  });
}
