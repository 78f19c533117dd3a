/** In which order this system asks its sources of host names. */
import { readText } from './read-text.ts';

/** nsswitch.conf(5): what glibc does without the file, or without a line for hosts. */
const USUAL: readonly string[] = ['files', 'dns'];

/** Reads nsswitch.conf(5); a file that cannot be read says nothing. */
export async function hostSources(file: string): Promise<readonly string[]> {
  return parseNsswitch(await readText(file).catch(() => ''));
}

/** The words of the `hosts:` line without their conditions (`[NOTFOUND=return]`). Pure. */
export function parseNsswitch(text: string): readonly string[] {
  for (const line of text.split(/\r?\n/)) {
    const [, sources] = /^\s*hosts:(.*)$/.exec(line.replace(/#.*$/, '')) ?? [];
    if (sources === undefined) continue;
    const words = sources.replace(/\[[^\]]*\]/g, ' ').match(/[A-Za-z0-9_]{1,32}/g) ?? [];
    if (words.length > 0) return words.slice(0, 16);
  }
  return USUAL;
}
