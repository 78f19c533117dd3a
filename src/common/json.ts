/** JSON that somebody saved, and what is there instead when it is none. */
import { printable } from '../../probes/printable.ts';
import { decode } from './decode-text.ts';

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  /** A predicate that says what the bytes are instead, and what to do. */
  | { readonly ok: false; readonly problem: string };

const saveAgain = (path: string): string =>
  `save the reply again with: az rest --method get --url "/subscriptions/…/${path}?api-version=2022-08-01"`;

/** How the reply is saved, for whoever has to do it once more; where it is not known which of the two it is, the first. */
export const SAVE_AGAIN = saveAgain('networkstatus');
export const SAVE_OUTBOUND_AGAIN = saveAgain('outboundNetworkDependenciesEndpoints');

const SHOWN_BEGINNING = 40;
const SHOWN_REASON = 160;

/**
 * The value in the bytes of a JSON file.
 * @param advice what to do when there is none: the end of the problem's sentence
 */
export function parseJson(bytes: Uint8Array, advice = SAVE_AGAIN): Parsed {
  const decoded = decode(bytes);
  if (!decoded.ok) return { ok: false, problem: `${decoded.problem}; ${advice}` };
  const text = decoded.text.trim();
  if (text === '') return { ok: false, problem: `is empty; ${advice}` };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `${notJson(text, reason)}; ${advice}` };
  }
}

function notJson(text: string, reason: string): string {
  if (/^<(?:!doctype html|html|head|body)\b/i.test(text)) {
    return 'is an HTML page, probably the error page of a proxy or a login, and no reply of Azure';
  }
  if (text.startsWith('<')) return `is XML or HTML, and no JSON: it begins with ${beginning(text)}`;
  if (!/^[[{]/.test(text)) return `is no JSON: it begins with ${beginning(text)}`;
  if (isCutOff(text, reason)) {
    return `is cut off: the JSON ends in the middle, in line ${lineOf(text, text.length)}`;
  }
  return `is no valid JSON: ${printable(reason, SHOWN_REASON)}`;
}

function beginning(text: string): string {
  return `“${printable(text, SHOWN_BEGINNING)}”`;
}

/** The parser tells where it stopped; when that is the end, what is missing comes after it. */
function isCutOff(text: string, reason: string): boolean {
  if (/end of JSON input|^Unterminated/.test(reason)) return true;
  const position = /at position (\d+)/.exec(reason)?.[1];
  return position !== undefined && Number(position) >= text.length;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
