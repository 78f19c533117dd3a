/** The command that sends what waits, ready to paste. */
import { shellQuote } from '../../common/shell-quote.ts';
import { formatRedirect } from '../../config/endpoints.ts';
import type { Options } from '../../config/types.ts';

/**
 * `apim-probe upload` with the options of a run. A destination that may be a secret is named by its file, or not at all.
 * @param folder of the spool
 * @param platform whose shell it is for: sh, or on Windows both PowerShell and cmd
 */
export function uploadCommand(options: Options, folder: string, platform: NodeJS.Platform): string {
  const { upload, spool, state } = options;
  const given = (flag: string, value: string | null): string[] => (value === null ? [] : [flag, value]);
  const args = [
    ...['apim-probe', 'upload'],
    // The state folder also has the key of the pseudonyms.
    ...given('--state', state),
    ...(state === null || spool !== null ? ['--spool', folder] : []),
    ...given('--upload', upload !== null && isPlain(upload) ? upload : null),
    ...given('--upload-file', options.uploadFile),
    ...given('--upload-method', options.uploadMethod === 'post' ? 'post' : null),
    ...given('--upload-header-file', options.uploadHeaderFile),
    ...given('--upload-identity', options.uploadIdentity),
    ...options.caFile.flatMap((path) => ['--ca-file', path]),
    ...options.connectTo.flatMap((one) => ['--connect-to', formatRedirect(one)]),
    ...given('--redact', options.redact === 'strict' ? 'strict' : null),
  ];
  return args.map(platform === 'win32' ? windowsWord : shellQuote).join(' ');
}

/** Whether a URL has no parameters: a parameter of any name may be a secret. */
function isPlain(href: string): boolean {
  const { search, username, password } = new URL(href);
  return `${search}${username}${password}` === '';
}

/** PowerShell or cmd expands these inside double quotes; single quotes protect them in PowerShell but not in cmd. */
function windowsWord(word: string): string {
  if (/^[A-Za-z0-9_./:\\+=%-]+$/.test(word)) return word;
  // PowerShell reads typographic quotes as if they were straight ones.
  if (/[$`"“”„]/.test(word)) return `'${word.replace(/['‘’‚‛]/g, '$&$&')}'`;
  // A backslash before the closing quote would be read as an escape of it.
  return `"${word.replace(/\\+$/, '$&$&')}"`;
}
