/** The certificates that the endpoints presented: issuer, chain and expiry. */
import type { CertificateFacts, TlsFacts } from '../../../probes/facts.ts';
import { count } from '../../common/wording.ts';
import type { Report } from '../../model/report.ts';
import type { Mark } from '../text/palette.ts';
import { breakable, cutText, formatDate, formatEndpoint, gridTable, listOfNames } from './format.ts';
import { markedText } from './marks.ts';
import { type Content, html, type Markup } from './markup.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SHOWN_NAMES = 20;

interface Presented {
  readonly leaf: CertificateFacts;
  readonly tls: TlsFacts;
  readonly endpoints: Set<string>;
}

/** Each certificate once: those with a problem first, then by expiry. */
export function certificatesSection(report: Report): Markup {
  const all = collectCertificates(report).sort(
    (one, other) =>
      Number(problemOf(one.tls) === null) - Number(problemOf(other.tls) === null) ||
      (one.leaf.validTo ?? '').localeCompare(other.leaf.validTo ?? ''),
  );
  if (all.length === 0) return html``;
  return html`<section aria-labelledby="certificates"><h2 id="certificates">Certificates</h2>
    ${gridTable(
      'Certificates by expiry, those with a problem first',
      ['Subject', 'Issuer', 'Expires', 'Trust', 'Presented by'],
      all.map((one) => certificateRow(one, report.finishedAt)),
    )}
    </section>`;
}

/** By leaf; the same leaf with another chain or judgement counts apart. */
function collectCertificates({ targets }: Report): Presented[] {
  const found = new Map<string, Presented>();
  for (const target of targets)
    for (const { facts } of target.attempts) {
      const [leaf] = facts.tls?.chain ?? [];
      if (facts.tls === undefined || leaf === undefined) continue;
      const { tls } = facts;
      const key = [
        ...tls.chain.map(({ fingerprint256 }) => fingerprint256),
        tls.trust,
        tls.validity,
        tls.nameMatches,
      ].join(' ');
      const presented = found.getOrInsertComputed(key, () => ({ leaf, tls, endpoints: new Set<string>() }));
      presented.endpoints.add(formatEndpoint(target));
    }
  return [...found.values()];
}

function certificateRow({ leaf, tls, endpoints }: Presented, now: string): Markup {
  const problem = problemOf(tls);
  const mark: Mark = problem !== null ? 'bad' : tls.trust === 'extra' ? 'note' : 'good';
  return html`<tr><th scope="row">${commonName(leaf.subject)}<details class="aside"><summary>Chain and names</summary>${chainOf(tls)}<p class="dim">Valid for ${leaf.names
    .slice(0, SHOWN_NAMES)
    .map((name) => cutText(name, 100))
    .join(
      ', ',
    )}${leaf.names.length > SHOWN_NAMES && ` and ${leaf.names.length - SHOWN_NAMES} more`}.</p>${tls.trustError !== null && html`<p class="dim">The verifier: ${breakable(cutText(tls.trustError, 100))}.</p>`}<p class="dim">SHA-256 ${cutText(leaf.fingerprint256.replaceAll(':', '').toLowerCase(), 100)}</p></details></th>
    <td>${leaf.issuerOrganization !== null && `${cutText(leaf.issuerOrganization, 100)}: `}${commonName(leaf.issuer)}</td>
    <td class="nowrap">${formatDate(leaf.validTo)}${remaining(leaf.validTo, now)}</td>
    <td>${markedText(mark, problem ?? (tls.trust === 'extra' ? 'a root of --ca-file' : 'a public root'))}</td>
    <td>${listOfNames([...endpoints])}</td></tr>`;
}

/** Leaf first, as presented; then what the chain was completed with. */
function chainOf({ chain, completedWith = [], root }: TlsFacts): Markup {
  return html`<ol class="chain">${chain.map(({ subject, validTo }) => html`<li>${cutText(subject)} <span class="dim nowrap">until ${formatDate(validTo)}</span></li>`)}
    ${completedWith.map((subject) => html`<li>${cutText(subject)} <span class="dim">not presented</span></li>`)}
    ${root !== undefined && html`<li>${cutText(root.subject)} <span class="dim">the root, until ${formatDate(root.validTo)}</span></li>`}</ol>`;
}

/** What the handshake found wrong with the certificate; null when nothing. */
function problemOf({ trust, nameMatches, validity }: TlsFacts): string | null {
  const problems = [
    ...(validity === 'valid' ? [] : [validity === 'expired' ? 'expired' : 'not valid yet']),
    ...(nameMatches ? [] : ['for other names']),
    ...(trust === 'none' ? ['no trusted root'] : []),
  ];
  return problems.length === 0 ? null : problems.join(', ');
}

/** Days from the end of the run, so that the page says the same at any time. */
function remaining(validTo: string | null, now: string): Content {
  if (validTo === null) return null;
  const days = Math.floor((Date.parse(validTo) - Date.parse(now)) / DAY_MS);
  return html` <small>${days < 0 ? `${count(-days, 'day')} ago` : `in ${count(days, 'day')}`}</small>`;
}

/** The last CN of a distinguished name, or the whole name. */
function commonName(name: string): string {
  const at = name.lastIndexOf('CN=');
  return cutText(at < 0 ? name : name.slice(at + 3).replace(/,.*/s, ''), 120);
}
