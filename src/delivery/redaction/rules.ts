/**
 * Patterns of secrets in one line of text: by the name before the secret, or by its shape. Each pattern takes linear
 * time: what repeats has one class, and what is lazy ends at the end of its line.
 */
import { CREDENTIAL_NAMES, PARAMETER_NAMES } from '../../common/credential-names.ts';
import { MARK } from './mark.ts';
import type { Count, RedactionKind } from './types.ts';

type Rule = (line: string, count: Count) => string;

const NAMES = CREDENTIAL_NAMES.join('|');
const QUOTE = String.raw`(?:\\{0,8}["']|%(?:25)*22)`;
/** As it is, percent-encoded (more than once), in JSON's and HTML's escapes. */
const EQUALS = String.raw`(?:=|%(?:25)*3d|\\{1,8}u003d|&#61;)`;
const QUERY = String.raw`[?&;#]|&amp;|%(?:25)*(?:26|3f|3b|23)|\\{1,8}u0026|\\{1,8}u003f`;
/**
 * The extent of a value without quotes. The program's messages shorten values with an ellipsis. After an existing mark,
 * a backslash belongs to the next item, also before a pseudonym.
 */
const BARE = String.raw`(?:\*\*\*(?=\\)|\{(?:[^}"'\\]|\}\})*(?:\}|$)[^\s&;"'<>\\…]*|(?:(?!%(?:25)*2[26])(?:[^\s&;"'<>\\…]|\\(?!["'nrtu\\])))+)`;
/** To the end of the line, or of the JSON string that the line stands in; values of cookies may have quotes (RFC 6265). */
const REST = String.raw`(?:=(?<cookie>\\{0,8}")[!#-+\--:<-[\]-~]+(?:\k<cookie>|$)|[^"\\\r\n]|\\(?!["nrtu\\]))+`;
/**
 * Up to the quote that ends it, or to the end of the line, as a peer's text is cut off at some length. Doubled quotes
 * are those of YAML and connection strings, `'\''` is a shell's. Behind escaped quotes also to one without an escape: the string around it ends there.
 */
const QUOTED = [
  String.raw`"(?:[^"\\]|""|\\[^])*(?:"|\\?$)`,
  String.raw`'(?:[^'\\]|'\\''|''|\\[^])*(?:'|\\?$)`,
  String.raw`(?<wide>\\{1,8}")(?:(?!(?<!\\)")[^])*?(?:(?<!\\)\k<wide>|(?=(?<!\\)")|$)`,
  String.raw`(?<narrow>\\{1,8}')(?:(?!(?<!\\)')[^])*?(?:(?<!\\)\k<narrow>|(?=(?<!\\)')|$)`,
].join('|');
/** As connection strings have it: up to the semicolon, blanks and all. Of the last pair, to the end of the line. */
const PAIRED = String.raw`(?![ \t]|\*\*\*)[^;"'<>&\r\n…\\{]{1,1024}(?=;[ \t]{0,4}(?:\w[\w ]{0,40}=|$|["'\\]))`;
const LAST_PAIR = String.raw`(?![ \t]|\*\*\*)[^;"'<>&\r\n…\\{]{1,1024}`;
const AFTER_A_PAIR = String.raw`(?<=(?<![?&\w])[a-z][\w ]{0,40}=[^;\n]{0,256};[ \t]{0,4}[\w -]{0,40})`;

/** Of a host whose name ends in such a word, "auth.token:443": without their ports two targets would be one. */
const PORT = String.raw`(?<=[./-](?:${NAMES}):)\d{1,5}(?![\w.-])`;

const NUMBER = new RegExp(
  String.raw`((?:${NAMES})s?\\{0,8}["']\s{0,32}:\s{0,32})-?\d{7,}(?:\.\d+)?(?:e[-+]?\d+)?`,
  'gi',
);

export function kindOf(name: string): RedactionKind {
  if (/sig/i.test(name)) return /signing/i.test(name) ? 'key' : 'signature';
  if (/token|assertion|code/i.test(name)) return 'token';
  return /key/i.test(name) ? 'key' : 'password';
}

/** Replaces the secret in a match, and counts it unless it is replaced already. */
function swapped(before: string, secret: string, kind: RedactionKind, count: Count): string {
  const bare = secret.replace(/^\\*["']|\\*["']$/g, '');
  if (bare === '' || bare === MARK) return before + secret;
  count(kind);
  const [open = ''] = /^\\*["']/.exec(secret) ?? [];
  return (
    before + open + MARK + (open !== '' && secret.length > open.length && secret.endsWith(open) ? open : '')
  );
}

/** A pattern of two groups: what stays in front, and the secret. */
function hide(pattern: RegExp, kind: RedactionKind | ((before: string) => RedactionKind)): Rule {
  return (line, count) =>
    line.replace(pattern, (_, before: string, secret: string) =>
      swapped(before, secret, typeof kind === 'string' ? kind : kind(before), count),
    );
}

export const HEADERS =
  '(?:proxy-|x-ms-[a-z-]{0,40})?authorization(?:-auxiliary)?|(?:set-)?cookie2?|www-authorization';
const SCHEMES = '(?:basic|bearer|negotiate|ntlm|sharedkey(?:lite)?|sharedaccesssignature)[ \\t]+';
const HEADER_NAME = `(?<![\\w-])(?:${HEADERS})[ \\t]{0,4}`;
/** Parameters of a challenge (RFC 6750, section 3): they state what a service requires, and are not secrets. */
const CHALLENGE =
  /^(?:authorization(?:_uri)?|resource(?:_id|_metadata)?|realm|scope|error(?:_\w+)?|client_id|trusted_issuers|claims)$/i;

const RULES: readonly Rule[] = [
  // Header: value, as a line, in JSON, and assigned.
  hide(new RegExp(`((?:${HEADERS})${QUOTE}\\s{0,32}:\\s{0,32})(${QUOTED})`, 'gi'), 'header'),
  hide(new RegExp(`(${HEADER_NAME}:[ \\t]{0,8}(?:${SCHEMES}))([^\\s",;\\\\<>]+)`, 'gi'), 'header'),
  hide(new RegExp(`(${HEADER_NAME}:[ \\t]*)(?![ \\t]|${SCHEMES}|https?:)(${REST})`, 'gi'), 'header'),
  hide(
    new RegExp(
      `(${HEADER_NAME}${EQUALS}(?:(?:basic|bearer)(?:[ \\t+]|%20)+)?)(?!\\\\*"?https?:|%22http)(${BARE})`,
      'gi',
    ),
    'header',
  ),
  // Behind a name: JSON, then assigned, then as a line of YAML or a header.
  hide(new RegExp(`((?:${NAMES})s?${QUOTE}\\s{0,32}:\\s{0,32})(${QUOTED})`, 'gi'), kindOf),
  hide(
    new RegExp(
      `((?:${NAMES}|(?<![\\w-])pwd)[ \\t]{0,16}=[ \\t]{0,16})(${PAIRED}|(?<=${AFTER_A_PAIR}(?:${NAMES}|pwd)[ \\t]{0,16}=[ \\t]{0,16})${LAST_PAIR})`,
      'gi',
    ),
    kindOf,
  ),
  hide(
    new RegExp(
      `((?:${NAMES})${QUOTE}?[ \\t]{0,16}${EQUALS}[ \\t]{0,16}(?:%(?:25)*22)?)(${QUOTED}|(?:\\\\*["'])?${BARE})`,
      'gi',
    ),
    kindOf,
  ),
  hide(
    new RegExp(
      `((?:${NAMES})[ \\t]{0,16}(?::|%(?:25)*3a)[ \\t]{0,16}(?:%(?:25)*22)?)(?![…&]|${PORT})(${QUOTED}|${REST})`,
      'gi',
    ),
    kindOf,
  ),
  hide(
    new RegExp(
      `((?:${QUERY})(?:${PARAMETER_NAMES.join('|')})${EQUALS}(?:%(?:25)*22)?)(${QUOTED}|${BARE})`,
      'gi',
    ),
    kindOf,
  ),
  hide(
    new RegExp(`((?<![A-Za-z0-9_.-])(?:sig|signature|pwd)${EQUALS}(?:%(?:25)*22)?)(${QUOTED}|${BARE})`, 'gi'),
    kindOf,
  ),
  // A number of JSON; numbers below seven digits are counts and codes.
  (line, count) =>
    line.replace(NUMBER, (_, before: string) => {
      count(kindOf(before));
      return `${before}"${MARK}"`;
    }),
  // By its shape.
  (line, count) =>
    line.replace(
      /\b(bearer[ \t]+)([\w.~+/-]+=*)(\\*")?/gi,
      (all, before: string, token: string, quote = '') => {
        const word = token.replace(/=+$/, '');
        if (CHALLENGE.test(word) || /^[a-z]{1,20}[.]?$/i.test(word)) return all;
        return swapped(before, token, 'token', count) + quote;
      },
    ),
  (line, count) =>
    line.replace(/\b(basic[ \t]+)([\w+/-]{4,}={0,2})/gi, (all, before: string, pair: string) =>
      Buffer.from(pair, 'base64').includes(':') ? swapped(before, pair, 'header', count) : all,
    ),
  hide(/\b(shared[_-]?key(?:lite)?[ \t]+[\w-]{1,64}:)([\w+/=]+)/gi, 'signature'),
  hide(/(\bresponse=\\*")([0-9a-f]{32,128})/gi, 'header'),
  // RFC 7515 and 7516: base64url of `{"`, then parts between dots; cut off anywhere.
  hide(/((?<![A-Za-z0-9_-]))(eyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*){0,3}|eyJ[\w+/-]{17,}={0,2})/g, 'token'),
  // 64 bytes in base64: an account key of Azure Storage.
  hide(/((?<![A-Za-z0-9+/]))([A-Za-z0-9+/]{86}==)(?![A-Za-z0-9+/=])/g, 'key'),
  // User-info: all up to the last @ of the authority (RFC 3986, section 3.2), or beyond it where a password has slashes.
  hide(/(\/\/)([^/?#\s"'<>]*)(?=@)/g, 'user-info'),
  hide(/(\/\/)([^\s"'<>/@:?#]{1,64}:(?!\d{1,5}(?:[/?#\s"']|$))[^\s"'<>@]{0,256}@*)(?=@)/g, 'user-info'),
  hide(/(%(?:25)*2f%(?:25)*2f)((?:(?!%(?:25)*(?:2f|40))[^\s"'<>&/])+)(?=%(?:25)*40)/gi, 'user-info'),
];

/**
 * A quick check: a text without a match holds nothing that a rule or `withoutNested` replaces. A parameter is a secret
 * only when a value is assigned to it: a report's own "rcode": is not one.
 */
export const SUSPECT = new RegExp(
  [
    `(?:${CREDENTIAL_NAMES.join('|')}|${HEADERS})s?${QUOTE}?\\s{0,32}(?:[:]|%(?:25)*3a|${EQUALS})`,
    `(?:${PARAMETER_NAMES.join('|')})[ \\t]{0,16}${EQUALS}`,
    ...['bearer[ \\t]', 'basic[ \\t]+[\\w+/-]{4}', 'shared[_-]?key', 'response=', 'eyj', '@', '%(?:25)*40'],
    '[A-Za-z0-9+/]{86}==',
  ].join('|'),
  'i',
);

/** Characters of the shortest text by whose shape alone `SUSPECT` matches. */
const SHORTEST_SHAPE = 88;
const LETTERS_OR_SIGNS = /[a-z]{3}|[@%]/i;

/**
 * A quicker check: `SUSPECT` matches no such text, and it holds no private key. Each name and word that is looked for
 * has three letters in a row; times, addresses and numbers have not.
 */
export function isPlain(text: string): boolean {
  return text.length < SHORTEST_SHAPE && !LETTERS_OR_SIGNS.test(text);
}

/** One line without its secrets. */
export function withoutSecrets(line: string, count: Count): string {
  return RULES.reduce((text, rule) => rule(text, count), line);
}
