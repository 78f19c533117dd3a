import { FAILURES, type Failure } from '../../probes/failures.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { CAUSE_TEXTS } from '../diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../diagnosis/failures.ts';
import { CAUSES, type Cause } from '../model/vocabulary.ts';
import { OWNER_LABELS } from '../report/text/findings.ts';
import type { Command } from './command.ts';
import { columnsOf, type Io, write } from './io.ts';
import { entry, paragraph } from './layout.ts';

/** Causes have hyphens and failures have underscores; users mix them. */
function normalize(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
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

function overview(columns: number): string {
  const width = Math.max(...[...CAUSES, ...FAILURES].map((name) => name.length)) + 4;
  const line = (name: string, text: string) => entry(`  ${name}`, text, width, columns);
  return [
    ['Causes (why it fails):', ...CAUSES.map((cause) => line(cause, CAUSE_TEXTS[cause].title))].join('\n'),
    [
      'Failures (what was observed):',
      ...FAILURES.map((failure) => line(failure, FAILURE_TEXTS[failure].means)),
    ].join('\n'),
    '"apim-probe explain NAME" explains one of them.',
  ].join('\n\n');
}

function textFor(name: string, columns: number): string {
  const cause = CAUSES.find((known) => normalize(known) === normalize(name));
  if (cause !== undefined) return causeText(cause, columns);
  const failure = FAILURES.find((known) => normalize(known) === normalize(name));
  if (failure !== undefined) return failureText(failure, columns);
  const near = didYouMean(name, [...CAUSES, ...FAILURES]);
  throw new UsageError([
    `${quote(name)} is neither a cause nor a failure.${near} "apim-probe explain" lists them all`,
  ]);
}

/** `apim-probe explain [CAUSE]`: offline, from the same texts as the findings. */
export const explain: Command = async ({ positionals: [name] }, io: Io) => {
  const columns = columnsOf(io.stdout);
  await write(io.stdout, `${name === undefined ? overview(columns) : textFor(name, columns)}\n`);
  return 0;
};
