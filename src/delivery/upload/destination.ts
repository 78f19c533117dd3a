/** The destination of uploads, read and checked before anything is sent. */
import { statSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { BadValue } from '../../common/bad-value.ts';
import { readBounded } from '../../common/bounded-file.ts';
import { decode } from '../../common/decode-text.ts';
import { quotePath } from '../../common/mask.ts';
import { UsageError } from '../../common/usage-error.ts';
import type { Options } from '../../config/types.ts';
import { credentialProblem } from '../../config/upload-credential.ts';
import { isBlob, isSigned, parseUploadUrl, shownUploadUrl } from '../../config/upload-url.ts';
import { rememberHeader, rememberUrl } from '../redaction/known-secrets.ts';
import { basicAuthorization } from './user-info.ts';

const LARGEST_FILE = 64 * 1024;

export interface Destination {
  /**
   * `blob-sas`: Blob Storage, opened by a shared access signature in the query. `blob-identity`: Blob Storage, opened
   * by a token of the VM's managed identity. `https`: any server that takes a PUT or POST.
   */
  readonly kind: 'blob-sas' | 'blob-identity' | 'https';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Percent-encoded, without a slash at its end; the name of a report follows it. */
  readonly path: string;
  /** With its question mark, or empty. A secret. */
  readonly query: string;
  readonly method: 'PUT' | 'POST';
  /** Of an `https` destination alone. Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a user-assigned identity; null for the VM's own. */
  readonly clientId: string | null;
}

export interface DestinationRead {
  readonly destination: Destination;
  /** Notes for the user: on how the secrets are stored, and on options without effect. */
  readonly notes: readonly string[];
}

type Given = Pick<Options, 'upload' | 'uploadFile' | 'uploadMethod' | 'uploadHeaderFile' | 'uploadIdentity'>;

/** @returns the destination without its secrets */
export function shownDestination({ origin, path, query }: Destination): string {
  return shownUploadUrl(`${origin}${path}${query}`);
}

/**
 * @returns null when no destination is given
 * @throws UsageError for files that cannot be read or do not hold what they should; none of their text is in it
 */
export function readDestination(options: Given): DestinationRead | null {
  const { upload, uploadFile, uploadHeaderFile, uploadIdentity } = options;
  const url = upload ?? (uploadFile === null ? null : urlFrom(uploadFile));
  if (url === null) return null;
  rememberUrl(url);
  const place = new URL(url);
  const { origin, pathname, search } = place;
  const kind = kindOf(url);
  const authorization = basicAuthorization(place);
  const user = authorization === null ? {} : { authorization };
  const headers = uploadHeaderFile === null ? {} : headersFrom(uploadHeaderFile);
  if (kind !== 'https' && (uploadHeaderFile !== null || authorization !== null)) {
    const what = uploadHeaderFile === null ? 'user-info' : 'uploadHeaderFile';
    throw new UsageError([`upload: ${what} is of no use to Blob Storage; give a SAS URL, or the plain URL`]);
  }
  if ('authorization' in user && 'authorization' in headers) {
    throw new UsageError([
      'upload: the URL holds user-info, and uploadHeaderFile an Authorization header; the service would see one of ' +
        'them alone: remove the other',
    ]);
  }
  const destination: Destination = {
    ...{ kind, origin, path: pathname.replace(/\/+$/, ''), query: search },
    method: kind === 'https' && options.uploadMethod === 'post' ? 'POST' : 'PUT',
    headers: { ...user, ...headers },
    clientId: uploadIdentity,
  };
  return { destination, notes: remarks(destination, options) };
}

function kindOf(href: string): Destination['kind'] {
  const url = new URL(href);
  if (!isBlob(url)) return 'https';
  if (isSigned(url)) return 'blob-sas';
  const problem = credentialProblem(url, 'managed-identity');
  if (problem !== null) throw new UsageError([`upload: ${shownUploadUrl(href)} ${problem}`]);
  return 'blob-identity';
}

function linesOf(path: string, key: string, wanted: string): string[] {
  const file = readBounded(path, LARGEST_FILE, wanted);
  if (!file.ok) throw new UsageError([`${key}: ${quotePath(path)} ${file.problem}`]);
  const decoded = decode(file.bytes);
  if (!decoded.ok) throw new UsageError([`${key}: ${quotePath(path)} ${decoded.problem}`]);
  const lines = decoded.text.split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function urlFrom(path: string): string {
  const [url, second] = linesOf(path, 'uploadFile', 'a file that holds the URL of the destination');
  const refuse = (problem: string): never => {
    throw new UsageError([`uploadFile: ${quotePath(path)} ${problem}`]);
  };
  if (url === undefined) return refuse('is empty; put the URL of the destination into it');
  if (second !== undefined) return refuse('holds more than one line; it must hold the URL alone');
  try {
    return parseUploadUrl(url);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    return refuse(`holds a URL that ${error.message}`);
  }
}

function headersFrom(path: string): Record<string, string> {
  const headers: Record<string, string> = {};
  const lines = linesOf(path, 'uploadHeaderFile', 'a file of headers');
  if (lines.length === 0) {
    throw new UsageError([
      `uploadHeaderFile: ${quotePath(path)} is empty; write NAME: VALUE, or leave it out`,
    ]);
  }
  for (const [index, line] of lines.entries()) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    const problem = colon < 1 ? 'is not a header' : headerProblem(name, value);
    if (problem !== null) {
      throw new UsageError([
        `uploadHeaderFile: ${quotePath(path)}: line ${index + 1} ${problem}; write NAME: VALUE`,
      ]);
    }
    rememberHeader(value);
    headers[name] = value;
  }
  return headers;
}

/** Headers that the transfer itself writes; two of one would contradict each other. */
const OWN_HEADERS = /^(content-.*|transfer-encoding|connection|host|expect|upgrade|proxy-.*)$/;

function headerProblem(name: string, value: string): string | null {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    return 'has characters that no header may have';
  }
  return OWN_HEADERS.test(name) ? `sets ${name}, which the upload sets itself` : null;
}

function remarks({ kind }: Destination, { uploadFile, uploadHeaderFile, uploadIdentity }: Given): string[] {
  const notes = [uploadFile, uploadHeaderFile].flatMap((path) =>
    path !== null && readByOthers(path)
      ? [`${quotePath(path)} holds a secret, and others on this machine can read it: chmod 600`]
      : [],
  );
  if (uploadIdentity !== null && kind !== 'blob-identity') {
    notes.push('uploadIdentity has no effect: it is for Blob Storage without a SAS');
  }
  return notes;
}

/** Windows has no permission bits to check. */
function readByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0;
}
