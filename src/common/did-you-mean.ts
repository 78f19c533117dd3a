import { distance } from 'fastest-levenshtein';

/** Spelling conventions (camelCase, kebab-case, SNAKE_CASE) are no difference worth counting. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_.\s]/g, '');
}

function farness(word: string, candidate: string): number {
  if (word.length >= 3 && candidate.startsWith(word)) return 0.5;
  const far = distance(word, candidate);
  // Two letters that changed places are one slip of the fingers, and two changes.
  return far === 2 && lettersOf(word) === lettersOf(candidate) ? 1 : far;
}

function lettersOf(word: string): string {
  return [...word].sort().join('');
}

/**
 * The candidate that was probably meant.
 * @returns the nearest candidate, or null when none is near enough to be worth a suggestion
 */
function nearest(word: string, candidates: readonly string[]): string | null {
  // A mistyped word is short; whoever passes a novel gets no suggestion and waits for none.
  if (word.length > 100) return null;
  const wanted = plain(word);
  let best: string | null = null;
  // A slip for every three letters; what is farther away is another word.
  let bestFarness = Math.max(1, Math.floor(wanted.length / 3)) + 0.1;
  for (const candidate of candidates) {
    const far = farness(wanted, plain(candidate));
    if (far < bestFarness) {
      best = candidate;
      bestFarness = far;
    }
  }
  return best;
}

/** @returns ` Did you mean X?`, or the empty string when nothing is near */
export function didYouMean(
  word: string,
  candidates: readonly string[],
  show = (name: string) => name,
): string {
  const near = nearest(word, candidates);
  return near === null ? '' : ` Did you mean ${show(near)}?`;
}
