/** The findings: what is wrong, who can fix it, how, and every endpoint that it explains. */
import { count } from '../../common/wording.ts';
import type { Finding, Report, Target } from '../../model/report.ts';
import { OWNERS } from '../../model/vocabulary.ts';
import { OWNER_LABELS } from '../text/findings.ts';
import { MARK_OF_SEVERITY, MARK_OF_STATUS } from '../text/palette.ts';
import { breakable, cutText, formatEndpoint, LONGEST_PARAGRAPH } from './format.ts';
import { markedText } from './marks.ts';
import { type Content, html, type Markup } from './markup.ts';
import { TEAMS, textForOwner } from './owner-text.ts';

/** As many endpoints are listed without a fold. */
const UNFOLDED = 6;

const SEVERITY_WORDS = { error: 'Problem', warning: 'Warning', info: 'Remark' } as const;

/** All findings in the order of the report, and before them the texts to forward. */
export function findingsSection(report: Report): Markup {
  const { findings } = report;
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
    ${findings.length === 0 ? html`<p>${markedText('good', 'Nothing to fix was found.')}</p>` : forwardable(report)}
    ${findings.map((finding, index) => findingArticle(finding, index, report.targets))}
    </section>`;
}

/** The anchor of a finding, by its place in the report. */
export function findingId(index: number): string {
  return `finding-${index + 1}`;
}

/** One block of text for each owner who has to act. */
function forwardable(report: Report): Content {
  return OWNERS.map((owner) => {
    const text = textForOwner(report, owner);
    return text === null
      ? null
      : html`<details class="forward"><summary>Text for ${TEAMS[owner]}, to copy as a whole</summary><pre class="copy" tabindex="0">${text}</pre></details>`;
  });
}

function findingArticle(finding: Finding, index: number, targets: readonly Target[]): Markup {
  const { severity, title, owner, cause, explanation, remedy, confirm, reference } = finding;
  const id = findingId(index);
  return html`<article class="finding ${MARK_OF_SEVERITY[severity]}" aria-labelledby="${id}">
    <h3 id="${id}">${markedText(MARK_OF_SEVERITY[severity], html`<span class="vh">${SEVERITY_WORDS[severity]}: </span>${cutText(title)}`)}</h3>
    <dl class="facts"><div><dt>Owner</dt><dd>${OWNER_LABELS[owner]}</dd></div><div><dt>Cause</dt><dd><code>${cause}</code></dd></div><div><dt>Severity</dt><dd>${severity}</dd></div></dl>
    <p>${cutText(explanation, LONGEST_PARAGRAPH)}</p>
    ${remedy.length > 0 && html`<h4>Fix</h4><ol class="fix">${remedy.map((step) => html`<li>${cutText(step, LONGEST_PARAGRAPH)}</li>`)}</ol>`}
    ${confirm !== '' && html`<h4>Confirm with</h4><pre class="copy" tabindex="0">${confirm}</pre>`}
    ${evidenceList(finding, targets)}
    ${reference !== '' && html`<p class="dim">See: ${cutText(reference)}</p>`}
    </article>`;
}

function evidenceList({ evidence }: Finding, targets: readonly Target[]): Content {
  if (evidence.length === 0) return null;
  const ids = new Set(evidence);
  const explained = targets.filter(({ id }) => ids.has(id));
  const heading = `Explains ${count(evidence.length, 'endpoint')}`;
  return html`<details${evidence.length <= UNFOLDED && html` open`}><summary>${heading}</summary><ul class="endpoints">${explained.map(endpointItem)}</ul></details>`;
}

function endpointItem(target: Target): Markup {
  const { status, failure, serviceTag, addresses, protocol, required } = target;
  const first = addresses.slice(0, 3).map(({ address }) => address);
  const more = addresses.length > 3 ? ` and ${addresses.length - 3} more` : '';
  return html`<li>${markedText(MARK_OF_STATUS[status], html`<span class="vh">${status}: </span><code>${formatEndpoint(target)}</code>`)}
    <span class="dim">${[
      protocol,
      required ? 'required' : 'optional',
      serviceTag === null ? '' : `tag ${serviceTag}`,
      first.join(', ') + more,
    ]
      .filter((part) => part !== '')
      .map((part) => cutText(part))
      .join(' · ')}${failure !== null && [' · ', breakable(failure)]}</span></li>`;
}
