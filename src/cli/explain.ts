import { FAILURES, type Failure } from '../../probes/failures.ts';
import { catalogFor } from '../catalog/index.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { count } from '../common/wording.ts';
import { CAUSE_TEXTS } from '../diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../diagnosis/failures.ts';
import { CAUSES, type Cause, OWNERS, VERDICTS, type Verdict } from '../model/vocabulary.ts';
import { OWNER_LABELS } from '../report/text/findings.ts';
import type { Command } from './command.ts';
import { findTopics, SUGGESTIONS, type Topic } from './explain-search.ts';
import { columnsOf, type Io, writeText } from './io.ts';
import { entry, paragraph } from './layout.ts';

/** Topics, and rows of the port table, of a listing; more would not fit on a screen. */
const LISTED = 14;
const LISTED_ROWS = 6;
/** Other topics named below the text of one. */
const SHOWN_OTHERS = 6;

const VERDICT_MEANS: Readonly<Record<Verdict, string>> = {
  ready: 'everything that counts was reached. Exit code 0.',
  degraded:
    'every required endpoint was reached; something else needs a look: an optional endpoint, or a finding. Exit code 0.',
  blocked:
    'a required endpoint was not reached, or an error rules the instance out. The findings name the cause and the fix; ' +
    '"apim-probe verify REPORT" checks it afterwards. Exit code 1.',
  inconclusive:
    'something required was not tested, or this VM itself kept it from being reached, so this is not a pass. The last ' +
    'line of the summary says what to give, and a finding with the owner vm what to correct on this VM; then run again. ' +
    'Exit code 3.',
};

function verdictText(text: string, columns: number): string[] {
  const verdict = VERDICTS.find((known) => known === text.toLowerCase());
  return verdict === undefined ? [] : [paragraph(`Verdict ${verdict}: ${VERDICT_MEANS[verdict]}`, columns)];
}

function causeText(cause: Cause, columns: number): string {
  const { title, explanation, recognisedBy, owner, remedy, reference } = CAUSE_TEXTS[cause];
  return [
    paragraph(`${cause}: ${title}`, columns),
    paragraph(explanation, columns),
    paragraph(recognisedBy, columns, 'Recognised by: '),
    ['What to do:', ...remedy.map((step, index) => paragraph(step, columns, `  ${index + 1}. `))].join('\n'),
    `Owner: ${OWNER_LABELS[owner]}\n${paragraph(reference, columns, 'Read more: ')}`,
  ].join('\n\n');
}

function failureText(failure: Failure, columns: number): string {
  const { means, next } = FAILURE_TEXTS[failure];
  return [
    paragraph(`${failure}: ${means}`, columns),
    paragraph(next, columns, 'What to do next: '),
    paragraph('A failure states what was observed; the findings of a report explain why.', columns),
  ].join('\n\n');
}

function topicText({ name }: Topic, columns: number): string {
  const failure = FAILURES.find((known) => known === name);
  return failure === undefined ? causeText(name as Cause, columns) : failureText(failure, columns);
}

/** All causes by owner, and the families of the failures: a screen of 80 columns. */
function overview(columns: number): string {
  const families = FAILURES.map((failure) => failure.replace(/^(dns|tcp|tls|protocol|http|udp)_.*/, '$1_…'));
  const groups = [
    ...OWNERS.map((owner) => [owner, CAUSES.filter((cause) => CAUSE_TEXTS[cause].owner === owner)] as const),
    ['failures', [...new Set(families)]] as const,
  ];
  return [
    [
      paragraph('Causes by owner, and failures; "apim-probe explain NAME" explains one:', columns),
      ...groups.map(([label, names]) => entry(`  ${label}`, names.join(', '), 12, columns)),
    ].join('\n'),
    paragraph('Words find it as well: explain mtu, explain "timed out", explain 3443.', columns),
  ].join('\n\n');
}

function listing(topics: readonly Topic[], columns: number): string {
  const shown = topics.slice(0, LISTED);
  const width = Math.max(...shown.map(({ name }) => name.length)) + 4;
  const left = topics.length - shown.length;
  return [
    ...shown.map(({ name, title }) => entry(`  ${name}`, title, width, columns)),
    ...(left > 0 ? [`  and ${left} more: add a word`] : []),
  ].join('\n');
}

/** What the port table of API Management has for a port: of the public cloud, as the others have the same ports. */
function portText(port: string, columns: number): string[] {
  const rows = catalogFor('public').filter(({ ports }) => ports.some((each) => String(each) === port));
  const lines = new Set(
    rows.map(({ direction, transport, serviceTag, purpose, required, until }) => {
      const need = until !== undefined ? `until ${until}` : required.stv2 ? 'required' : 'optional';
      const peer = direction === 'inbound' ? 'from' : 'to';
      return `${direction} ${transport.toUpperCase()} ${peer} ${serviceTag ?? 'any address'}, ${need}: ${purpose}`;
    }),
  );
  if (lines.size === 0) return [];
  const shown = [...lines].slice(0, LISTED_ROWS);
  const left = lines.size - shown.length;
  return [
    [
      `Port ${port} of API Management:`,
      ...shown.map((line) => paragraph(line, columns, '  ')),
      ...(left > 0 ? [`  and ${left} more: "apim-probe plan" lists them`] : []),
    ].join('\n'),
  ];
}

/** @throws UsageError when nothing holds the words */
function textFor(words: readonly string[], columns: number): string {
  const text = words.join(' ');
  const { about, mention } = findTopics(text);
  const verdict = verdictText(text.trim(), columns);
  const facts = [...verdict, ...portText(text.trim(), columns)];
  // Of a verdict’s name, a mention is another meaning of the word.
  const [only, ...others] = about.length > 0 || verdict.length > 0 ? about : mention;
  if (only === undefined && facts.length === 0) throw new UsageError([missText(words)]);
  if (only === undefined) return facts.join('\n\n');
  if (others.length > 0) {
    const found = [...about, ...mention];
    const head = `${quote(text)} is in the texts of ${count(found.length, 'topic')}, the closest first:`;
    const how = '"apim-probe explain NAME" explains one.';
    return [...facts, `${paragraph(head, columns)}\n${listing(found, columns)}`, how].join('\n\n');
  }
  const also = about.length > 0 ? mention.slice(0, SHOWN_OTHERS).map(({ name }) => name) : [];
  const seeAlso = also.length === 0 ? [] : [paragraph(also.join(', '), columns, 'See also: ')];
  return [...facts, topicText(only, columns), ...seeAlso].join('\n\n');
}

function missText(words: readonly string[]): string {
  const text = words.join(' ');
  const some = words.length < 2 ? [] : words.filter((word) => findTopics(word).about.length > 0);
  const near = some.length > 0 ? ` Try fewer words: ${some.join(', or ')}.` : didYouMean(text, SUGGESTIONS);
  return `${quote(text)} is no cause, failure, verdict, port or word that this explains.${near} "apim-probe explain" lists the causes`;
}

/** `apim-probe explain [WORD…]`: offline, from the same texts as the findings. */
export const explain: Command = async ({ positionals }, io: Io) => {
  const columns = columnsOf(io.stdout);
  await writeText(
    io.stdout,
    `${positionals.length === 0 ? overview(columns) : textFor(positionals, columns)}\n`,
  );
  return 0;
};
