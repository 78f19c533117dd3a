/** What the strict level leaves readable: public names, and words of the program's own texts. */
import type { PublicNames } from '../delivery/redaction/hosts.ts';
import { CAUSE_TEXTS } from '../diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../diagnosis/failures.ts';
import { publicHostNames } from '../plan/public-names.ts';

/** Tools, and products that a page may be of; the others are in the texts. */
const TOOLS = [
  'curl',
  'openssl',
  'nslookup',
  'chronyc',
  'w32tm',
  'sudo',
  'powershell',
  'bash',
  'resolvectl',
  'squid',
];

export function wellKnownNames(): PublicNames {
  let words: ReadonlySet<string> | null = null;
  return {
    ...publicHostNames(),
    isTextWord: (word) => {
      words ??= wordsOf(JSON.stringify([CAUSE_TEXTS, FAILURE_TEXTS, TOOLS]));
      return words.has(word);
    },
  };
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[a-z][a-z0-9_-]{2,62}/g));
}
