/** The order in which this system uses its sources of host names. */
import { readText } from './read-text.ts';

/** nsswitch.conf(5): glibc's default without the file or without a `hosts:` line. */
const DEFAULT_ORDER: readonly string[] = ['files', 'dns'];

/** Reads nsswitch.conf(5); an unreadable file gives the default order. */
export async function hostSources(file: string): Promise<readonly string[]> {
  return parseNsswitch(await readText(file).catch(() => ''));
}

/** The sources of the `hosts:` line, without actions like `[NOTFOUND=return]`. Pure. */
export function parseNsswitch(text: string): readonly string[] {
  for (const line of text.split(/\r?\n/)) {
    const [, sources] = /^\s*hosts:(.*)$/.exec(line.replace(/#.*$/, '')) ?? [];
    if (sources === undefined) continue;
    const names = sources.replace(/\[[^\]]*\]/g, ' ').match(/[A-Za-z0-9_]{1,32}/g) ?? [];
    if (names.length > 0) return names.slice(0, 16);
  }
  return DEFAULT_ORDER;
}
