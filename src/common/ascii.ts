/** Text for terminals and logs that cannot be trusted to show more than ASCII. */
import stringWidth from 'fast-string-width';

/** The Linux console's fonts have no check marks; a dumb terminal promises nothing. */
const ASCII_TERMINALS: readonly (string | undefined)[] = ['dumb', 'linux'];

/**
 * Whether the environment asks for ASCII: by TERM, or by a locale that is not UTF-8. The first of LC_ALL, LC_CTYPE and
 * LANG that is not empty is the locale (POSIX, 8.2); without one it is "C". Windows has none of them, and its Terminal,
 * which sets WT_SESSION, shows UTF-8.
 */
export function wantsAscii(env: NodeJS.ProcessEnv): boolean {
  if (ASCII_TERMINALS.includes(env['TERM'])) return true;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale ? !/utf-?8/i.test(locale) : !env['WT_SESSION'];
}

/** The marks and the punctuation of this program's own texts. */
const ASCII: Readonly<Record<string, string>> = {
  ...{ '✓': '+', '✗': 'x', '→': '>', '×': 'x' },
  ...{ '‘': "'", '’': "'", '‚': "'", '‛': "'", '“': '"', '”': '"', '„': '"' },
  ...{ '–': '-', '—': '-', '…': '...', '\u00a0': ' ' },
};

/**
 * The text in ASCII, as wide as `columns` counted it: letters lose their accents, and what has no likeness becomes a
 * question mark for each column. The JSON report has the original.
 */
export function toAscii(text: string): string {
  return text.replace(/[^\p{ASCII}]\p{M}*/gu, (character) => ASCII[character] ?? withoutAccents(character));
}

function withoutAccents(character: string): string {
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '');
  const width = stringWidth(character);
  return /^[ -~]+$/.test(plain) && plain.length === width ? plain : '?'.repeat(width);
}
