/**
 * The last check of what is written: the values of the secrets that this process has read, wherever they appear.
 * One set serves the whole process on purpose: every writer must check for every secret, also for one that is read
 * later. A set that is passed along can be forgotten by the next writer. Values are only ever added.
 */
import { MARK } from './mark.ts';

/** Values in each spelling that a document may have, the longest first: one may be a part of another. */
let spellings: readonly string[] = [];

/** Remembers a value that must not be written by this process. One that could be an ordinary word is left to the rules. */
export function rememberSecret(value: string): void {
  if (!isDistinct(value)) return;
  const all = new Set([...spellings, ...spellingsOf(value)]);
  spellings = [...all].sort((one, other) => other.length - one.length);
}

/** Remembers the credentials in a URL: its user-info, its query as a whole, and the values in it. */
export function rememberUrl(href: string): void {
  const url = URL.parse(href);
  if (url === null) return;
  rememberUser(url);
  rememberSecret(url.search.slice(1));
  for (const pair of url.search.slice(1).split('&')) {
    const [name = '', ...value] = pair.split('=');
    if (!HARMLESS.has(name.toLowerCase())) rememberSecret(value.join('='));
  }
}

/** Remembers the value of a header; of one with a scheme ("Bearer abc") also the part after the scheme. */
export function rememberHeader(value: string): void {
  rememberSecret(value);
  rememberSecret(/^[\w-]+\s+(\S+)$/.exec(value)?.[1] ?? '');
}

/**
 * Removes the known secrets from a finished text. Only exact substrings: it finds only secrets that this process read.
 * @returns the same string when none is in it
 */
export function hideKnownSecrets(text: string): string {
  return spellings.reduce(
    (clean, spelling) => (clean.includes(spelling) ? clean.replaceAll(spelling, MARK) : clean),
    text,
  );
}

/**
 * The same for a text in pieces that each end with a line. A secret of one line lies in one piece; for one of several
 * lines the pieces are put together first.
 */
export function* hideKnownSecretsIn(pieces: Iterable<string>): Generator<string> {
  if (spellings.some((spelling) => spelling.includes('\n'))) yield hideKnownSecrets([...pieces].join(''));
  else for (const piece of pieces) yield hideKnownSecrets(piece);
}

/** Parameters of a SAS that describe its use ("Create a service SAS", Microsoft), and may be shown. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['sv', 'sp', 'st', 'se', 'sr', 'spr', 'sip', 'si', 'ss', 'srt', 'sdd', 'ses', 'api-version'],
  ...['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'comp', 'restype'],
]);

const SHORTEST = 8;
/** Letters alone of this length are not a word. */
const SHORTEST_OF_LETTERS = 20;

/** A password such as "reachable" must not blank out a word of every report. */
function isDistinct(value: string): boolean {
  const mixed = /[a-z]/i.test(value) && /\d/.test(value);
  return value.length >= (mixed ? SHORTEST : SHORTEST_OF_LETTERS);
}

function rememberUser({ username, password }: URL): void {
  // Some services take a token as the user name.
  rememberSecret(password === '' ? username : password);
  rememberSecret(`${username}:${password}`);
  rememberSecret(Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64'));
}

/** As it is, decoded, and encoded as URLs, JSON and HTML have it. */
function spellingsOf(value: string): string[] {
  const plain = [value, decoded(value)];
  const encoded = plain.map(encodeURIComponent);
  const lower = encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()));
  const quoted = plain.map((text) => JSON.stringify(text).slice(1, -1));
  const marked = plain.map((text) => text.replaceAll('&', '&amp;'));
  return [...plain, ...encoded, ...lower, ...quoted, ...marked];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
