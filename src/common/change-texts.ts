/** Changes of structured data that copy nothing until something differs: most reports need no change. */

/** @returns the same list when the change leaves each item as it is */
export function changeItems(
  items: readonly unknown[],
  change: (item: unknown) => unknown,
): readonly unknown[] {
  let changed: unknown[] | null = null;
  let place = 0;
  for (const item of items) {
    const next = change(item);
    if (changed === null && next !== item) changed = items.slice(0, place);
    changed?.push(next);
    place += 1;
  }
  return changed ?? items;
}

/** @returns the same object when the changes leave each key and value as they are */
export function changeEntries(
  value: object,
  changeKey: (key: string) => string,
  change: (key: string, item: unknown) => unknown,
): object {
  let changed: [string, unknown][] | null = null;
  const fields = value as Readonly<Record<string, unknown>>;
  let place = 0;
  // A list of keys or of pairs for each object would be a sixth of what a run of 10,000 targets allocates.
  for (const key in fields) {
    if (!Object.hasOwn(fields, key)) continue;
    const item = fields[key];
    const shown = changeKey(key);
    const next = change(key, item);
    if (changed === null && (shown !== key || next !== item)) changed = Object.entries(value).slice(0, place);
    changed?.push([shown, next]);
    place += 1;
  }
  return changed === null ? value : Object.fromEntries(changed);
}

/** Characters of a text that is remembered, and how many of them: the keys and words that a report repeats. */
const LONGEST = 128;
const MOST = 4096;

/**
 * Remembers the short texts that a change leaves as they are, because most texts of a report repeat.
 * @param change whose results stay the same while the returned function is in use
 */
export function rememberUnchanged(change: (text: string) => string): (text: string) => string {
  const unchanged = new Set<string>();
  return (text) => {
    if (unchanged.has(text)) return text;
    const next = change(text);
    if (next !== text || text.length > LONGEST) return next;
    // Forgets what occurred once; what repeats is soon back.
    if (unchanged.size === MOST) unchanged.clear();
    unchanged.add(text);
    return text;
  };
}
