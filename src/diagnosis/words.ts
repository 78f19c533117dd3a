/** Bounds what a list or a peer's string can take up in a sentence. */
const LIST_LIMIT = 8;
const TEXT_LIMIT = 120;

/** “a”, “a and b”, “a, b and c”; beyond `limit` entries the rest is counted. Duplicates are said once. */
export function list(items: Iterable<string>, limit = LIST_LIMIT): string {
  const unique = [...new Set(items)];
  const shown = unique.length > limit ? unique.slice(0, limit) : unique;
  const rest = unique.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = parts.at(-1) ?? '';
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last;
}

/** “1 endpoint”, “2 endpoints”. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** Cuts a text that a peer chose to a length that fits a sentence. */
export function brief(text: string, limit = TEXT_LIMIT): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** A duration for people: “7 minutes”, “3 days”; the sign is dropped. In: milliseconds. */
export function duration(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  for (const [unit, length] of units) {
    if (Math.abs(ms) >= 2 * length) return count(Math.round(Math.abs(ms) / length), unit);
  }
  return count(Math.round(Math.abs(ms) / 1000), 'second');
}
