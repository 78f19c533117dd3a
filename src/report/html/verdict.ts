/** The head of the page: the verdict, and which run it is of. */
import { capitalize, count, duration } from '../../common/wording.ts';
import type { Report } from '../../model/report.ts';
import { createPalette, MARK_OF_VERDICT } from '../text/palette.ts';
import { describeScope } from '../text/scope.ts';
import { verdictLines } from '../text/verdict.ts';
import { cutText, formatInstant } from './format.ts';
import { type Content, html, joinContent, type Markup } from './markup.ts';

const PLAIN = createPalette(false);

/** The verdict as a heading with its sentence, then what identifies the run. */
export function verdictSection(report: Report): Markup {
  const mark = MARK_OF_VERDICT[report.verdict];
  const lines = verdictLines(report, { width: Number.POSITIVE_INFINITY, palette: PLAIN, verbose: false });
  const sentence = lines.at(-1)?.replace(/^[A-Z]+: /, '') ?? '';
  return html`<section class="verdict ${mark}" aria-labelledby="verdict">
    <h1 id="verdict"><span class="seal" aria-hidden="true">${PLAIN.symbol(mark)}</span> <span class="vh">Verdict: </span>${report.verdict}</h1>
    <p class="lead">${capitalize(sentence)}</p>
    ${lines.slice(0, -1).map((line) => html`<p>${line}</p>`)}
    ${severities(report)}
    </section>
    <dl class="facts">${runFacts(report).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** One line for the title of the window. */
export function pageTitle({ verdict, environment, startedAt }: Report): string {
  const vm = environment.vm === null ? '' : `, VM ${cutText(environment.vm.name, 80)}`;
  return `${verdict}: apim-probe${vm}, ${formatInstant(startedAt)}`;
}

function severities({ findings }: Report): Content {
  const counts = (['error', 'warning', 'info'] as const).map(
    (severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const,
  );
  const shown = counts.filter(([, number]) => number > 0);
  if (shown.length === 0) return html`<p>No finding.</p>`;
  const words = { error: 'problem', warning: 'warning', info: 'remark' } as const;
  const parts = shown.map(([severity, number]) => count(number, words[severity]));
  return html`<p><a href="#findings">${parts.join(', ')}</a></p>`;
}

function runFacts(report: Report): [string, Content][] {
  const { cloud, region, vm, network, dns } = report.environment;
  const scope = describeScope(report.scope);
  const capacity = network.subnetCapacity;
  const labels = Object.entries(report.labels);
  return [
    ['VM', vm === null ? 'not known: no metadata service answered' : cutText(vm.name)],
    ['Subnet', network.subnet === null ? 'not known' : cutText(network.subnet)],
    ...(capacity === null
      ? []
      : [
          [
            'Capacity',
            `${capacity.usable} addresses, ${count(capacity.unitsThatFit, 'unit')} of ${capitalize(capacity.tier)}${capacity.vmInside ? ' beside this VM' : ''}`,
          ] as [string, Content],
        ]),
    ['Azure', [region ?? 'region not known', `, ${cloud} cloud`]],
    [
      'DNS servers',
      dns.servers.length === 0
        ? 'none found'
        : joinContent(
            dns.servers.map((server) => cutText(server)),
            ', ',
          ),
    ],
    [
      'Run',
      [
        html`<time datetime="${report.startedAt}">${formatInstant(report.startedAt)}</time>`,
        `, took ${duration(report.durationMs)}`,
      ],
    ],
    ['Endpoints', `${report.targets.length}${scope === null ? '' : `; ${scope}`}`],
    ['Agent', `apim-probe ${report.agent.version}`],
    ...labels.map(([key, value]): [string, Content] => [`Label ${key}`, cutText(value)]),
  ];
}
