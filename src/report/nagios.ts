/** The verdict as one line with performance data, by the development guidelines of the Monitoring Plugins project. */
import { printable } from '../common/printable.ts';
import { cut } from '../common/text-lines.ts';
import { count } from '../common/wording.ts';
import { inScope, summarise } from '../diagnosis/verdict.ts';
import type { Counts, Report } from '../model/report.ts';
import type { Verdict } from '../model/vocabulary.ts';
import { verdictText } from './text/verdict.ts';

const STATUS: Readonly<Record<Verdict, string>> = {
  ready: 'OK',
  degraded: 'WARNING',
  blocked: 'CRITICAL',
  inconclusive: 'UNKNOWN',
};

/** NRPE carries 1,024 bytes by default; a character of our texts takes at most three, most take one. */
const LINE_CHARACTERS = 700;
const TITLE_CHARACTERS = 150;
/** What ends the text (`|`), and what Nagios removes or a shell of its notifications interprets. */
const UNSAFE = /[|~$&"'`<>\\]/g;

/** @returns the line with its end */
export function renderNagios(report: Report): string {
  const data = performanceData(report);
  return `${nagiosText(STATUS[report.verdict], resultText(report), LINE_CHARACTERS - data.length)} | ${data}\n`;
}

/** The line of a check that has no result. */
export function unknownLine(problem: string): string {
  return `${nagiosText('UNKNOWN', problem, LINE_CHARACTERS)}\n`;
}

function nagiosText(status: string, text: string, characters: number): string {
  return cut(`APIM PROBE ${status} - ${printable(text, LINE_CHARACTERS).replace(UNSAFE, '_')}`, characters);
}

/** The verdict and its most important finding; both are in the order of the summary. */
function resultText(report: Report): string {
  const verdict = verdictText(report);
  const asking = report.findings.filter(({ severity }) => severity !== 'info');
  const [first] = asking;
  if (first === undefined) return verdict;
  const more = asking.length > 1 ? `, and ${count(asking.length - 1, 'more finding')}` : '';
  return `${verdict} ${cut(first.title, TITLE_CHARACTERS)} (${first.cause}, owner ${first.owner})${more}`;
}

/** `label=value[unit];warning;critical;minimum;maximum`; the verdict is the threshold. */
function performanceData({ targets, scope, durationMs, findings }: Report): string {
  const { required, optional } = summarise(inScope(targets, scope));
  const having = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  return [
    `required_reached=${reached(required)}`,
    `optional_reached=${reached(optional)}`,
    `errors=${having('error')};;;0`,
    `warnings=${having('warning')};;;0`,
    `duration=${durationMs / 1000}s;;;0`,
  ].join(' ');
}

function reached({ reachable, intermittent, total }: Counts): string {
  return `${reachable + intermittent};;;0;${total}`;
}
