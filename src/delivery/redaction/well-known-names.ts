/** Names that the strict level does not replace: public names, and terms of the program's own texts. */

import { CAUSE_TEXTS } from '../../diagnosis/causes.ts';
import { FAILURE_TEXTS } from '../../diagnosis/failures.ts';
import { publicHostNames } from '../../plan/public-names.ts';
import type { PublicNames } from './hosts.ts';

/** Tools and products that the texts do not mention. */
const TOOLS = ['curl', 'openssl', 'chronyc', 'w32tm', 'sudo', 'powershell', 'bash', 'resolvectl', 'squid'];

export function wellKnownNames(): PublicNames {
  let terms: ReadonlySet<string> | null = null;
  return {
    ...publicHostNames(),
    isTextWord: (word) => {
      terms ??= termsIn(JSON.stringify([CAUSE_TEXTS, FAILURE_TEXTS, TOOLS]));
      return terms.has(word);
    },
  };
}

function termsIn(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[a-z][a-z0-9_-]{2,62}/g));
}
