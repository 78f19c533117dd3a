/** The report as one HTML page: no script, no reference to anything outside, and a policy that forbids both. */
import { createHash } from 'node:crypto';
import { printableAll } from '../common/printable.ts';
import type { Report } from '../model/report.ts';
import { certificatesSection } from './html/certificates.ts';
import { documentsSection } from './html/documents.ts';
import { environmentSection } from './html/environment.ts';
import { evidenceSection } from './html/evidence.ts';
import { findingsSection } from './html/findings.ts';
import { historySection } from './html/history.ts';
import { html, type Markup } from './html/markup.ts';
import { namesSection } from './html/names.ts';
import { pictureSection } from './html/picture.ts';
import { STYLE } from './html/style.ts';
import { timingsSection } from './html/timings.ts';
import { pageTitle, verdictSection } from './html/verdict.ts';

/** Content Security Policy Level 3: this style sheet, and nothing else. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE.toString()).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The sections after the findings, by their anchors, for the list of contents. */
const SECTIONS: readonly (readonly [anchor: string, title: string, render: (report: Report) => Markup])[] = [
  ['findings', 'Findings', findingsSection],
  ['picture', 'Picture', pictureSection],
  ['timings', 'Timings', timingsSection],
  ['names', 'Names', namesSection],
  ['certificates', 'Certificates', certificatesSection],
  ['documents', 'Rules and routes', documentsSection],
  ['history', 'History', historySection],
  ['environment', 'Environment', environmentSection],
  ['evidence', 'Raw evidence', evidenceSection],
];

/** A page that shows the same whenever it is opened; it ends in a newline. */
export function renderHtml(report: Report): string {
  const safe = printableAll(report);
  const sections = SECTIONS.map(([anchor, title, render]) => ({ anchor, title, body: render(safe) })).filter(
    ({ body }) => body.toString() !== '',
  );
  const page = html`<!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${POLICY}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>${pageTitle(safe)}</title>
    <style>${STYLE}</style>
    </head>
    <body>
    <a class="skip" href="#findings">Skip to the findings</a>
    <header><p>API Management subnet report</p>
    <nav aria-label="Sections"><ul>${sections.map(({ anchor, title }) => html`<li><a href="#${anchor}">${title}</a></li>`)}</ul></nav></header>
    <main>
    ${verdictSection(safe)}
    ${sections.map(({ body }) => body)}
    </main>
    <footer><p>apim-probe ${safe.agent.version}, report ${safe.id}. The JSON report has everything that this page shows, and more.</p></footer>
    </body>
    </html>
    `;
  return page.toString();
}
