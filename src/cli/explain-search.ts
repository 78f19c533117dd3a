/** Finds causes and failures by words: of their names and texts, and of what people call them. */
import { FAILURES, type Failure } from '../../probes/failures.ts';
import { CAUSE_TEXTS } from '../diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../diagnosis/failures.ts';
import { TERMS } from '../diagnosis/texts/terms.ts';
import { CAUSES, type Cause } from '../model/vocabulary.ts';

export interface Topic {
  readonly name: Cause | Failure;
  readonly title: string;
}

interface Indexed extends Topic {
  /** The words of its name and terms. */
  readonly names: readonly string[];
  readonly terms: readonly string[];
  readonly titleWords: readonly string[];
  readonly body: readonly string[];
}

/** Lower case, and every separator a space: users mix hyphens and underscores. */
function normalize(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function wordsOf(...texts: readonly string[]): string[] {
  return normalize(texts.join(' ')).split(' ');
}

function indexed(name: Cause | Failure, title: string, body: readonly string[]): Indexed {
  const terms = (TERMS[name] ?? '').split(',').map(normalize);
  return {
    ...{ name, title, terms, names: [...wordsOf(name), ...wordsOf(...terms)] },
    ...{ titleWords: wordsOf(title), body: wordsOf(...body) },
  };
}

const TOPICS: readonly Indexed[] = [
  ...CAUSES.map((cause) => {
    const { title, explanation, recognisedBy, remedy, reference } = CAUSE_TEXTS[cause];
    return indexed(cause, title, [explanation, recognisedBy, ...remedy, reference]);
  }),
  ...FAILURES.map((failure) => indexed(failure, FAILURE_TEXTS[failure].means, [FAILURE_TEXTS[failure].next])),
];

/** Every name, and every term of one word, for suggestions. */
export const SUGGESTIONS: readonly string[] = [
  ...TOPICS.map(({ name }) => name),
  ...new Set(TOPICS.flatMap(({ terms }) => terms.filter((term) => /^[^ ]{3,}$/.test(term)))),
];

/** How well a topic holds a word: 3 in name or terms, 2 in its title, 1 elsewhere, 0 nowhere. */
function rank({ names, titleWords, body }: Indexed, word: string): number {
  const holds = (words: readonly string[]): boolean => words.some((each) => each.startsWith(word));
  if (holds(names)) return 3;
  if (holds(titleWords)) return 2;
  return holds(body) ? 1 : 0;
}

export interface Found {
  /** Topics that are about the words: all of them are in their names, terms or titles. The best are first. */
  readonly about: readonly Topic[];
  /** Topics whose texts mention them. */
  readonly mention: readonly Topic[];
}

/** Finds the topics that hold every word, or the start of one. A topic of exactly that name stands alone. */
export function findTopics(text: string): Found {
  const wanted = normalize(text);
  const words = wanted.split(' ').filter((word) => word !== '');
  if (words.length === 0) return { about: [], mention: [] };
  const scored = TOPICS.map((topic) => {
    const ranks = words.map((word) => rank(topic, word));
    const phrase = topic.terms.includes(wanted) ? 1 : 0;
    return { topic, least: Math.min(...ranks), sum: ranks.reduce((sum, each) => sum + each, phrase) };
  });
  const best = scored.filter(({ least }) => least > 0).sort((one, other) => other.sum - one.sum);
  const about = best.filter(({ least }) => least > 1).map(({ topic }) => topic);
  const mention = best.filter(({ least }) => least === 1).map(({ topic }) => topic);
  const exact = about.find(({ name }) => normalize(name) === wanted);
  if (exact === undefined) return { about, mention };
  return { about: [exact], mention: [...about.filter((topic) => topic !== exact), ...mention] };
}
