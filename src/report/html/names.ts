/** The matrix of DNS servers and names: what each server answered for each host. */
import { addressScope } from '../../../probes/address-scope.ts';
import { count } from '../../common/wording.ts';
import type { Report, Resolution } from '../../model/report.ts';
import { breakable, cutText, formatMs, gridTable } from './format.ts';
import { markedText } from './marks.ts';
import { type Content, html, joinContent, type Markup } from './markup.ts';

/** Addresses shown in a cell. */
const SHOWN_ADDRESSES = 4;
/** Columns of the matrix. */
const SHOWN_SERVERS = 8;

type Answer = Pick<Resolution, 'rcode' | 'addresses' | 'cname' | 'ms'>;
type Row = readonly [host: string, answers: ReadonlyMap<string, Answer>];

/** Names that a server has no address for come first; the others are folded. */
export function namesSection(report: Report): Markup {
  const rows = collectRows(report);
  const asked = [...new Set(rows.flatMap(([, answers]) => [...answers.keys()]))];
  const servers = asked.slice(0, SHOWN_SERVERS);
  const { overrides } = report.environment.dns.hostsFile;
  const [odd = [], plain = []] = [
    rows.filter((row) => !isPlain(row, servers)),
    rows.filter((row) => isPlain(row, servers)),
  ];
  return html`<section aria-labelledby="names"><h2 id="names">Names and DNS servers</h2>
    ${rows.length === 0 && html`<p>No name was looked up.</p>`}
    ${asked.length > servers.length && html`<p>The JSON report has the answers of ${asked.length - servers.length} more.</p>`}
    ${overrides.length > 0 && html`<p>The hosts file ${report.environment.dns.hostsFile.path} names ${overrides.map(({ host }) => cutText(host)).join(', ')}; the system asks no DNS server for these.</p>`}
    ${odd.length > 0 && matrix('Names without an address at one of the servers, or with answers of different kinds', odd, servers)}
    ${plain.length > 0 && html`<details class="aside"><summary>${count(plain.length, 'name')} with an address at ${servers.length === 1 ? 'the server' : 'every server'}</summary>${matrix('Names that resolve', plain, servers)}</details>`}
    </section>`;
}

function matrix(label: string, rows: readonly Row[], servers: readonly string[]): Markup {
  return gridTable(
    label,
    ['Name', ...servers.map((server) => cutText(server))],
    rows.map(
      ([host, answers]) =>
        html`<tr><th scope="row">${cutText(host)}</th>${servers.map((server) => html`<td>${answerOf(answers.get(server))}</td>`)}</tr>`,
    ),
  );
}

function answerOf(answer: Answer | undefined): Content {
  if (answer === undefined) return html`<span class="dim">not asked</span>`;
  const { rcode, addresses, cname, ms } = answer;
  const via =
    cname.length > 0 &&
    html` <span class="dim">via ${cname
      .slice(0, SHOWN_ADDRESSES)
      .map((name) => cutText(name, 100))
      .join(', ')}</span>`;
  if (addresses.length === 0)
    return [
      markedText('bad', breakable(rcode === 'NOERROR' ? 'no address' : cutText(rcode, 60))),
      via,
      time(ms),
    ];
  const left = addresses.length - SHOWN_ADDRESSES;
  return [
    joinContent(addresses.slice(0, SHOWN_ADDRESSES).map(addressWithScope), ', '),
    left > 0 && ` and ${left} more`,
    via,
    time(ms),
  ];
}

function time(ms: number): Markup {
  return html` <small class="nowrap">${formatMs(ms)}</small>`;
}

function addressWithScope(address: string): Content {
  const scope = addressScope(address);
  return [
    cutText(address, 60),
    scope !== null && scope !== 'public' && html` <small class="tag">${scope}</small>`,
  ];
}

/** Of the targets' look-ups, and of the control that asked Azure DNS. */
function collectRows({ targets, controls }: Report): Row[] {
  const rows = new Map<string, Map<string, Answer>>();
  const note = (host: string, server: string, answer: Answer) => {
    const row = rows.getOrInsertComputed(host, () => new Map<string, Answer>());
    row.getOrInsert(server, answer);
  };
  for (const { host, resolutions } of targets)
    for (const resolution of resolutions) note(host, resolution.server, resolution);
  for (const control of controls)
    if (control.name === 'azure-dns')
      for (const answer of control.detail.answers)
        if (rows.has(answer.name)) note(answer.name, answer.server, answer);
  return [...rows];
}

/** Whether every server has an address for the name, all of them in the same scope. */
function isPlain([, answers]: Row, servers: readonly string[]): boolean {
  const all = [...answers.values()];
  const scopes = new Set(all.flatMap(({ addresses }) => addresses.map(addressScope)));
  return (
    servers.every((server) => answers.has(server)) &&
    all.every(({ addresses }) => addresses.length > 0) &&
    scopes.size === 1
  );
}
