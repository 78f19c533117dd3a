/** Fields that the strict level hides as a whole: their text is the user's own, and need not look like a name. */
import { MARK } from './mark.ts';
import type { Count, PseudonymKind } from './types.ts';

/** @returns the pseudonym of a text: `path-3f2a`, for the word `path` */
type Pseudonym = (word: PseudonymKind, original: string) => string;

/**
 * Replaces the values of labels, paths and URL paths in effective options, and the name of the resource group. Doing
 * it twice changes nothing.
 * @param within the key that the value stands under
 */
export function withoutOwnFields<T>(value: T, of: Pseudonym, count: Count, within?: string): T;
export function withoutOwnFields(value: unknown, of: Pseudonym, count: Count, within = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutOwnFields(item, of, count, within));
  if (typeof value !== 'object' || value === null) return value;
  const hide = (word: 'label' | 'path' | 'host', text: string): string => {
    // A pseudonym of an earlier redaction is not replaced either, under any key.
    if (text === '' || text === MARK || new RegExp(`^${word}-[0-9a-f]{4,}$`).test(text)) return text;
    count(word);
    return of(word, text);
  };
  const option = Object.hasOwn(OPTIONS, within) ? OPTIONS[within] : undefined;
  const isOption = option !== undefined && 'value' in value && ('from' in value || 'origin' in value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => {
      if (within === 'labels' && typeof item === 'string') return [key, hide('label', item)];
      if (within === 'vm' && key === 'resourceGroup' && typeof item === 'string')
        return [key, hide('host', item.toLowerCase())];
      if (isNameOfRule(within, key) && typeof item === 'string' && !isRuleOfAzure(item))
        return [key, hide('host', item.toLowerCase())];
      if (isOption && key === 'value') return [key, eachText(item, (text) => option(text, hide))];
      return [key, withoutOwnFields(item, of, count, key)];
    }),
  );
}

/** Names of rules, routes and their groups may be common words, or sentences. */
function isNameOfRule(within: string, key: string): boolean {
  return within === 'rule' ? key === 'rule' || key === 'resource' : within === 'route' && key === 'name';
}

/** Whether Azure gave the rule its name, or the report did, where no rule matches. */
export function isRuleOfAzure(name: string): boolean {
  return /^(?:Allow(?:Vnet|AzureLoadBalancer|Internet)|DenyAll)(?:In|Out)Bound$|^no rule matches$/i.test(
    name,
  );
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => eachText(item, change));
  return typeof value === 'string' ? change(value) : value;
}

type Hide = (word: 'label' | 'path', text: string) => string;

/** `-` is stdout. */
function path(text: string, hide: Hide): string {
  return text === '-' ? text : hide('path', text);
}

/** Of `KEY=VALUE` or `FORMAT=FILE`, the part behind the sign. */
function behindSign(text: string, change: (text: string) => string): string {
  const sign = text.indexOf('=') + 1;
  return text.slice(0, sign) + change(text.slice(sign));
}

/** Hides the names in the host like all others, and all of the path, which may hold anything. */
function urlWithoutPath(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)[/?#].+$/is, '$1/***');
}

/** What is hidden of an effective option, by its key. */
const OPTIONS: Readonly<Record<string, ((text: string, hide: Hide) => string) | undefined>> = {
  label: (text, hide) => behindSign(text, (value) => hide('label', value)),
  format: (text, hide) => behindSign(text, (file) => path(file, hide)),
  target: urlWithoutPath,
  upload: urlWithoutPath,
  ...Object.fromEntries(
    ['from', 'caFile', 'output', 'logFile', 'state', 'spool', 'uploadFile', 'uploadHeaderFile'].map((key) => [
      key,
      path,
    ]),
  ),
};
