import { closeSync, openSync } from 'node:fs';

/**
 * Opens files until this process may open no more. Returns what closes them; with `freeAfterMs` (milliseconds, or
 * "never") they are closed by then at the latest.
 */
export function runOutOfFiles(freeAfterMs: string): () => void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    // No file descriptor is left.
  }
  const free = (): void => {
    for (const each of taken.splice(0)) closeSync(each);
  };
  if (freeAfterMs !== 'never') setTimeout(free, Number(freeAfterMs));
  return free;
}
