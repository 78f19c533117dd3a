import { distance } from 'fastest-levenshtein';

/** Ignores spelling conventions (camelCase, kebab-case, SNAKE_CASE). */
function normalize(word: string): string {
  return word.toLowerCase().replace(/[-_.\s]/g, '');
}

function typoDistance(word: string, candidate: string): number {
  if (word.length >= 3 && candidate.startsWith(word)) return 0.5;
  const far = distance(word, candidate);
  // Two swapped letters are one typo, though two edits.
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
  // A mistyped word is short; comparing a long text would take too long.
  if (word.length > 100) return null;
  const wanted = normalize(word);
  let best: string | null = null;
  // Allows one typo for every three letters.
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 0.1;
  for (const candidate of candidates) {
    const far = typoDistance(wanted, normalize(candidate));
    if (far < bestDistance) {
      best = candidate;
      bestDistance = far;
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
