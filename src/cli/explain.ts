import { FAILURES, type Failure } from '../../probes/failures.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { CAUSE_TEXTS } from '../diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../diagnosis/failures.ts';
import { CAUSES, type Cause } from '../model/vocabulary.ts';
import type { Command } from './command.ts';
import { columnsOf, type Io, write } from './io.ts';
import { entry, paragraph } from './layout.ts';

/** Causes are written with hyphens and failures with underscores; people mix them. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll('_', '-');
}

function causeText(cause: Cause, columns: number): string {
  const { title, explanation, recognisedBy, owner, remedy, reference } = CAUSE_TEXTS[cause];
  return [
    paragraph(`${cause}: ${title}`, columns),
    paragraph(explanation, columns),
    paragraph(recognisedBy, columns, 'Recognised by: '),
    ['What to do:', ...remedy.map((step, index) => paragraph(step, columns, `  ${index + 1}. `))].join('\n'),
    `Who can fix it: ${owner}\n${paragraph(reference, columns, 'Read more: ')}`,
  ].join('\n\n');
}

function failureText(failure: Failure, columns: number): string {
  const { means, next } = FAILURE_TEXTS[failure];
  return [
    paragraph(`${failure}: ${means}`, columns),
    paragraph(next, columns, 'What to do next: '),
    paragraph('A failure says what was observed; the findings of a report say why.', columns),
  ].join('\n\n');
}

function overview(columns: number): string {
  const width = Math.max(...[...CAUSES, ...FAILURES].map((word) => word.length)) + 4;
  const line = (word: string, text: string) => entry(`  ${word}`, text, width, columns);
  return [
    ['Causes (why it fails):', ...CAUSES.map((cause) => line(cause, CAUSE_TEXTS[cause].title))].join('\n'),
    [
      'Failures (what was observed):',
      ...FAILURES.map((failure) => line(failure, FAILURE_TEXTS[failure].means)),
    ].join('\n'),
    'apim-probe explain WORD says more about one of them.',
  ].join('\n\n');
}

function textFor(word: string, columns: number): string {
  const cause = CAUSES.find((known) => plain(known) === plain(word));
  if (cause !== undefined) return causeText(cause, columns);
  const failure = FAILURES.find((known) => plain(known) === plain(word));
  if (failure !== undefined) return failureText(failure, columns);
  const near = didYouMean(word, [...CAUSES, ...FAILURES]);
  throw new UsageError([
    `${quote(word)} is no cause and no failure.${near} "apim-probe explain" lists them all`,
  ]);
}

/** `apim-probe explain [CAUSE]`: offline, from the same texts as the findings. */
export const explain: Command = async ({ positionals: [word] }, io: Io) => {
  const columns = columnsOf(io.stdout);
  await write(io.stdout, `${word === undefined ? overview(columns) : textFor(word, columns)}\n`);
  return 0;
};
