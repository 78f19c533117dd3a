/** The raw evidence, folded away: what the report has of each endpoint, as indented text. */
import { count } from '../../common/wording.ts';
import { toWritten } from '../../model/certificates.ts';
import type { Report } from '../../model/report.ts';
import type { WrittenReport } from '../../model/written-report.ts';
import { MARK_OF_STATUS } from '../text/palette.ts';
import { cutText, formatEndpoint } from './format.ts';
import { markedText } from './marks.ts';
import { html, type Markup } from './markup.ts';

type WrittenTarget = WrittenReport['targets'][number];

/** Characters of all endpoints together: the page must pass as an attachment. */
const MOST_CHARACTERS = 160_000;
const MOST_OF_ONE = 20_000;
const LONGEST_TEXT = 1000;

const WORST_FIRST = ['unreachable', 'intermittent', 'untested', 'reachable'];

/** Certificates are named by their SHA-256, which the section of certificates has. */
export function evidenceSection(report: Report): Markup {
  let left = MOST_CHARACTERS;
  const targets = toWritten(report).targets.toSorted(
    (one, other) => WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status),
  );
  const items = targets.flatMap((target) => {
    const text = cutText(outline(evidenceOf(target)), MOST_OF_ONE);
    left -= text.length;
    return left < 0 ? [] : [targetFold(target, text)];
  });
  const missing = targets.length - items.length;
  return html`<section class="evidence" aria-labelledby="evidence"><h2 id="evidence">Raw evidence</h2>
    <details><summary>${count(items.length, 'endpoint')}: addresses, answers and attempts</summary>${items}</details>
    ${missing > 0 && html`<p>The JSON report has the evidence of ${missing} more.</p>`}
    </section>`;
}

function targetFold(target: WrittenTarget, text: string): Markup {
  return html`<details><summary>${markedText(MARK_OF_STATUS[target.status], html`<span class="vh">${target.status}: </span>${formatEndpoint(target)}`)}</summary><pre tabindex="0">${text}</pre></details>`;
}

function evidenceOf({
  id,
  purpose,
  source,
  reason,
  failure,
  cause,
  addresses,
  addressesFrom,
  resolutions,
  attempts,
}: WrittenTarget): object {
  return { id, purpose, source, reason, failure, cause, addressesFrom, addresses, resolutions, attempts };
}

/** Like YAML, for people: a line for each value that is set. */
function outline(value: object, indent = ''): string {
  return Object.entries(value)
    .flatMap(([key, item]: [string, unknown]) => outlineEntry(key, item, indent))
    .join('\n');
}

function outlineEntry(key: string, value: unknown, indent: string): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [`${indent}${cutText(key)}: ${cutText(String(value), LONGEST_TEXT)}`];
  if (!Array.isArray(value))
    return [`${indent}${cutText(key)}:`, outline(value, `${indent} `)].filter((line) => line !== '');
  if (value.length === 0) return [];
  if (value.every((item) => typeof item !== 'object'))
    return [
      `${indent}${cutText(key)}: ${value.map((item) => cutText(String(item), LONGEST_TEXT)).join(', ')}`,
    ];
  return value.flatMap((item: unknown, index) => outlineEntry(`${key} ${index + 1}`, item, indent));
}
