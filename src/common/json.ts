/** Parses JSON that a user saved, and describes files that are not JSON. */
import { printable } from '../../probes/printable.ts';
import { decode } from './decode-text.ts';

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  /** A predicate: the actual kind of file, the position of the error, and what to do. */
  | { readonly ok: false; readonly problem: string };

const saveAgain = (path: string): string =>
  `save the reply again with: az rest --method get --url "/subscriptions/{subscriptionId}/resourceGroups/GROUP/providers/Microsoft.ApiManagement/service/NAME/${path}?api-version=2022-08-01"`;

/** How to save a reply again; the first is the default when the kind of reply is unknown. */
export const SAVE_AGAIN = saveAgain('networkstatus');
export const SAVE_OUTBOUND_AGAIN = saveAgain('outboundNetworkDependenciesEndpoints');

const SHOWN_BEGINNING = 40;
const SHOWN_REASON = 160;
/** Characters. Searching a longer text for the error would take too long. */
const LONGEST_SEARCHED = 16 * 1024 * 1024;

/**
 * The value in the bytes of a JSON file, in UTF-8 or UTF-16.
 * @param advice what to do about a problem: the end of its sentence
 * @param check returns a predicate about a problem of the text before it is parsed, or null
 */
export function parseJson(
  bytes: Uint8Array,
  advice = SAVE_AGAIN,
  check: (text: string) => string | null = () => null,
): Parsed {
  const decoded = decode(bytes);
  return decoded.ok
    ? parseJsonText(decoded.text, advice, check)
    : { ok: false, problem: `${decoded.problem}; ${advice}` };
}

/** The same for text. */
export function parseJsonText(
  text: string,
  advice = SAVE_AGAIN,
  check: (text: string) => string | null = () => null,
): Parsed {
  if (text.trim() === '') return { ok: false, problem: `is empty; ${advice}` };
  const wrong = check(text);
  if (wrong !== null) return { ok: false, problem: `${wrong}; ${advice}` };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `${notJson(text, reason)}; ${advice}` };
  }
}

function notJson(text: string, reason: string): string {
  const trimmed = text.trim();
  if (/^\P{Cc}{0,200}(?![\t\r\n])\p{Cc}/u.test(trimmed)) return 'is a binary file, not text';
  if (/^<(?:!doctype html|html|head|body)\b/i.test(trimmed)) {
    return 'is an HTML page, probably the error page of a proxy or a login';
  }
  if (trimmed.startsWith('<')) return `is XML or HTML, not JSON: it begins with ${beginning(trimmed)}`;
  if (!/^[[{]/.test(trimmed)) {
    const kind = /^(?:(?:---|#[^\n]*)\s+)*[a-z][\w-]*:(?:\s|$)/.test(trimmed) ? 'is YAML' : 'is text';
    return `${kind}, not JSON: it begins with ${beginning(trimmed)}`;
  }
  if (isCutOff(text.trimEnd(), reason)) {
    return `is cut off: the JSON ends in the middle, at ${placeIn(text, text.trimEnd().length)}`;
  }
  const position = errorPosition(text, reason);
  const where = position === null ? '' : ` at ${placeIn(text, position)}`;
  const what = reason.replace(/(?: in JSON| after JSON)?(?: at position \d+.*|, (?:\.\.\.)?".*)$/s, '');
  return `is not valid JSON${where}: ${printable(what, SHOWN_REASON)}`;
}

function beginning(text: string): string {
  const [line = ''] = text.split(/\r?\n/, 1);
  return `“${printable(line, SHOWN_BEGINNING)}”`;
}

/** Whether the parser stopped at the end of the text. */
function isCutOff(text: string, reason: string): boolean {
  if (/end of JSON input|^Unterminated/.test(reason)) return true;
  const position = positionIn(reason);
  return position !== null && position >= text.length;
}

function positionIn(reason: string): number | null {
  const position = /at position (\d+)/.exec(reason)?.[1];
  return position === undefined ? null : Number(position);
}

/** The error's position. If the parser does not name it, it is the end of the longest prefix of valid JSON. */
function errorPosition(text: string, reason: string): number | null {
  const named = positionIn(reason);
  if (named !== null || text.length > LONGEST_SEARCHED) return named;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isValidPrefix(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isValidPrefix(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (error) {
    return error instanceof SyntaxError && isCutOff(prefix, error.message);
  }
}

/** Line and column, both from 1. */
function placeIn(text: string, position: number): string {
  const before = text.slice(0, position);
  const start = before.lastIndexOf('\n') + 1;
  return `line ${before.split('\n').length}, column ${position - start + 1}`;
}

/** The depth of JSON and an upper limit of its values, counted from brackets and commas without parsing. */
export function jsonShape(text: string): { readonly depth: number; readonly values: number } {
  let [level, depth, values, quoted] = [0, 0, 1, false];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at += 1;
      else quoted = code !== QUOTE;
    } else if (code === QUOTE) quoted = true;
    else if (code === COMMA) values += 1;
    // [ and {, ] and } differ by this bit alone.
    else if ((code | BRACE) === OPEN) {
      values += 1;
      level += 1;
      if (level > depth) depth = level;
    } else if ((code | BRACE) === CLOSE) level -= 1;
  }
  return { depth, values };
}

const [QUOTE, COMMA, BACKSLASH, OPEN, CLOSE, BRACE] = [0x22, 0x2c, 0x5c, 0x7b, 0x7d, 0x20];
