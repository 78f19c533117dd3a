/** `--upload URL`: the destination of reports. Its query and user-info may be credentials and are never shown. */
import { BadValue } from '../common/bad-value.ts';
import { isLoopback } from '../common/loopback.ts';
import { credentialParameter } from '../common/mask.ts';
import { credentialProblem } from './upload-credential.ts';

const LONGEST_URL = 4096;

/**
 * Checks a destination.
 * @returns the URL as WHATWG's parser writes it, with its credentials
 * @throws BadValue that repeats no part of the URL
 */
export function parseUploadUrl(text: string): string {
  if (text.length > LONGEST_URL) {
    throw new BadValue(`is ${text.length} characters long; a destination has at most ${LONGEST_URL}`);
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new BadValue('has spaces or other characters that must be percent-encoded in a URL');
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text)) {
    throw new BadValue('must be an HTTPS URL, like https://contosostore.blob.core.windows.net/reports');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new BadValue('is plain HTTP, which everyone on the path could read; write https://');
  }
  if (url.hash !== '') throw new BadValue('has a fragment (#…), which is never sent; remove it');
  if (isBlob(url)) {
    checkContainer(url);
    checkSignature(url);
    const problem = isSigned(url) ? null : credentialProblem(url, 'managed-identity');
    if (problem !== null) throw new BadValue(problem);
  }
  return url.href;
}

/**
 * Recognises Blob Storage by a label of the host name, or by a shared access signature, which also works with a custom
 * domain. `credentialProblem` decides whether the host may get a token.
 */
export function isBlob(url: URL): boolean {
  return /\.blob\./.test(url.hostname) || isSigned(url);
}

/** @returns whether the URL carries a shared access signature: a version and a signature */
export function isSigned({ searchParams }: URL): boolean {
  return searchParams.has('sv') && searchParams.has('sig');
}

/** Query parameters of a shared access signature ("Create a service SAS", Microsoft). */
const SIGNED = ['sv', 'sp', 'st', 'se', 'sr', 'spr', 'sip', 'si', 'ss', 'srt', 'sig', 'skoid'];

/** Rejects an incomplete signature: it would be ignored, and the VM's identity used instead. */
function checkSignature(url: URL): void {
  const some = SIGNED.filter((name) => url.searchParams.has(name));
  if (isSigned(url) || some.length === 0) return;
  throw new BadValue(
    `has a part of a shared access signature only (${some.join(', ')}), which needs both sv and sig: in a shell put the URL in quotes, since & ends a command`,
  );
}

function checkContainer(url: URL): void {
  if (url.pathname === '/') {
    throw new BadValue('names no container: https://ACCOUNT.blob.core.windows.net/CONTAINER or …/PREFIX');
  }
  const type = url.searchParams.get('sr');
  if (type === 'b') {
    throw new BadValue(
      'has a signature for one blob (sr=b); each report is a new blob: make one for the container (sr=c)',
    );
  }
}

/** @returns a description of the credential in the URL, or null */
export function credentialIn(href: string): string | null {
  const url = new URL(href);
  if (url.username !== '' || url.password !== '') return 'user-info before the @';
  const parameter = credentialParameter(href);
  return parameter === null ? null : `a credential (${parameter}=…)`;
}

/** The destination for display, without its query and user-info. */
export function shownUploadUrl(href: string): string {
  const { origin, pathname, search } = new URL(href);
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}
