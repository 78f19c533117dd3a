/** `--label KEY=VALUE`: the user's note in a report, to tell it from others. */
import { BadValue } from '../common/bad-value.ts';
import { quote } from '../common/mask.ts';
import { printable } from '../common/printable.ts';

export interface Label {
  readonly key: string;
  readonly value: string;
}

const MOST_LABELS = 16;
const LONGEST_KEY = 63;
const LONGEST_VALUE = 256;

/**
 * `KEY=VALUE`: a key of a-z 0-9 . _ -, at most 63 long; a value of printable characters, at most 256 long.
 * @throws BadValue
 */
export function parseLabel(text: string): Label {
  const equals = text.indexOf('=');
  if (equals < 0) {
    throw new BadValue('must be KEY=VALUE, like env=prod (in a variable, spaces and commas separate labels)');
  }
  const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
  checkKey(key);
  const problem = valueProblem(value);
  if (problem !== null) throw new BadValue(`gives the key ${quote(key)} ${problem}`);
  return { key, value };
}

function checkKey(key: string): void {
  if (key === '') throw new BadValue('has no key before the =: write KEY=VALUE, like env=prod');
  if (!/^[a-z0-9._-]+$/.test(key)) {
    const lower = key.toLowerCase().replaceAll(' ', '-');
    const fix = /^[a-z0-9._-]+$/.test(lower) ? `write ${quote(lower)}` : 'leave the other characters out';
    throw new BadValue(
      `has the key ${quote(key)}; a key has only lower-case letters, digits, dots, underscores and hyphens (a-z 0-9 . _ -): ${fix}`,
    );
  }
  if (key.length > LONGEST_KEY) {
    throw new BadValue(
      `has the key ${quote(key)} of ${key.length} characters; a key has at most ${LONGEST_KEY}: shorten it`,
    );
  }
  // JavaScript readers of the report would lose this key.
  if (key === '__proto__')
    throw new BadValue('has the key "__proto__", which is reserved in JavaScript: choose another');
}

function valueProblem(value: string): string | null {
  if (value === '') return 'no value: write one after the =, or leave the label out';
  if (printable(value) !== value) {
    return `the value ${quote(value)}, which has characters that are not printable: remove them`;
  }
  if (value.length <= LONGEST_VALUE) return null;
  return `a value of ${value.length} characters; a value has at most ${LONGEST_VALUE}: shorten it`;
}

export function formatLabel({ key, value }: Label): string {
  return `${key}=${value}`;
}

/** @returns the problems of the labels together, each beginning with the option's key */
export function labelProblems(labels: readonly Label[], origin: string): string[] {
  const problems: string[] = [];
  if (labels.length > MOST_LABELS) {
    problems.push(
      `label: ${labels.length} labels (${origin}) are more than the ${MOST_LABELS} that a report holds: leave some out`,
    );
  }
  for (const [key, same] of Map.groupBy(labels, (label) => label.key)) {
    if (same.length === 1) continue;
    const values = same.map(({ value }) => quote(value)).join(' and ');
    problems.push(`label: the key ${quote(key)} (${origin}) has the values ${values}: give it once`);
  }
  return problems;
}
