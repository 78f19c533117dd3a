import { CREDENTIAL_NAMES, PARAMETER_NAMES } from './credential-names.ts';

/** Query parameters with credentials: SAS signatures, function keys, tokens. */
const CREDENTIALS = [...PARAMETER_NAMES, `[\\w.-]{0,64}(?:${CREDENTIAL_NAMES.join('|')})`].join('|');

const CREDENTIAL_PARAMETER = new RegExp(`([?&;](${CREDENTIALS})=)[^&#\\s"]*`, 'gi');
const LONGEST_ECHO = 120;

/** @returns the name of the first query parameter that carries a credential, or null */
export function credentialParameter(url: string): string | null {
  return new RegExp(CREDENTIAL_PARAMETER.source, 'i').exec(url)?.[2] ?? null;
}

/** Replaces credentials in URLs (user-info, SAS signatures, keys) by `***`. */
export function maskSecrets(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//***@').replace(CREDENTIAL_PARAMETER, '$1***');
}

/** Text before an @ may be a password, even with slashes; a plain path is not masked. */
function maskUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[\s\S]*@/i, '$1***@').replace(/^[^/]*@/, '***@');
}

/**
 * A value for an error message: secrets masked, control and direction characters escaped, cut at
 * 120 characters, in double quotes when it is text.
 */
export function quote(value: unknown): string {
  const masked = typeof value === 'string' ? maskUserInfo(value) : value;
  const json = maskSecrets(JSON.stringify(masked) ?? String(value));
  const text = json.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > LONGEST_ECHO ? `${text.slice(0, LONGEST_ECHO)}…` : text;
}

/** Like `quote`, for a path: cuts the beginning, because the end identifies the file. */
export function quotePath(path: string): string {
  const whole = quote(path);
  if (!whole.endsWith('…')) return whole;
  const parts = maskSecrets(maskUserInfo(path)).split(/[/\\]/);
  const ends = parts.slice(1).map((_, at) => quote(`…/${parts.slice(at + 1).join('/')}`));
  return ends.find((end) => !end.endsWith('…')) ?? whole;
}
