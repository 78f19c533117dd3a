/** A reply, and what it means for the report that was sent. Pure. */
import { printable } from '../../../probes/printable.ts';
import { retryAfter } from './back-off.ts';
import type { Reply } from './client.ts';
import { clockSentence, outOfTime, readValidity } from './clock-error.ts';
import type { Destination } from './destination.ts';
import { needsAction, type Outcome, rejectReport, retryLater, type Settled } from './outcome.ts';

/** Blob Storage's error codes that no repeat of the same request can change ("Blob service error codes"). */
const BLOB_REJECTIONS: Readonly<Record<string, string>> = {
  ContainerNotFound: 'the container does not exist: create it, or correct the URL',
  ResourceNotFound: 'the container does not exist: create it, or correct the URL',
  ContainerDisabled: 'the container is disabled',
  InvalidResourceName: 'the URL has a container name that none can have',
  InvalidUri:
    'the URL is none that Blob Storage knows: https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX',
  AuthorizationResourceTypeMismatch: 'the SAS is not for blobs (srt lacks o): make a new one',
  AuthorizationServiceMismatch: 'the SAS is not for Blob Storage (ss lacks b): make a new one',
  AuthorizationProtocolMismatch: 'the SAS does not allow this protocol: write https:// in the URL',
  AuthorizationSourceIPMismatch: 'the SAS is for other source addresses than this VM’s (sip): make a new one',
  InsufficientAccountPermissions:
    'the SAS does not allow writing blobs: make one that may create and write (cw)',
  KeyBasedAuthenticationNotPermitted:
    'the account allows no shared access signatures: use the VM’s managed identity, by the URL without one',
  RequestBodyTooLarge: 'the report is too large for one request',
  AccountRequiresHttps: 'the account takes HTTPS alone: write https:// in the URL',
};

/** Refusals that a later repeat can pass, once the user or time has fixed the cause. */
const BLOB_ACTIONS: Readonly<Record<string, string>> = {
  AuthorizationFailure:
    'the account’s network rules refuse this subnet: allow it, by a service endpoint or a private endpoint',
  AccountIsDisabled: 'the storage account is disabled',
  ContainerBeingDeleted: 'the container is being deleted',
  AccountBeingCreated: 'the storage account is being created',
  ContainerBeingDisabled: 'the container is being disabled',
};

/** Put Blob's answers to `If-None-Match: *`, or to a signature that may create and not overwrite. */
const BLOB_EXISTS =
  /^(BlobAlreadyExists|UnauthorizedBlobOverwrite|ConditionNotMet|BlobImmutableDueToPolicy)$/;

/** Damaged in transit, or another client writes at this moment. */
const BLOB_AGAIN = /^(Md5Mismatch|IncompleteBody|OperationTimedOut|ServerBusy|InternalError|Lease.*)$/;

/** @param now ms since the epoch, by this machine's clock */
export function classifyBlob(
  destination: Pick<Destination, 'kind' | 'query'>,
  reply: Reply,
  now: number,
): Outcome {
  const { kind } = destination;
  const { status } = reply;
  if (status === 201) return { kind: 'confirmed' };
  if (status === 408 || status === 429 || status >= 500) return askedToWait(reply, now);
  const code =
    (reply.headers['x-ms-error-code'] ?? '') || (/<Code>(\w+)<\/Code>/.exec(reply.body)?.[1] ?? '');
  const shown = `${status} ${printable(code, 64)}`;
  if (code === '') return needsAction(`something else than Blob Storage answered (status ${status})`);
  if (BLOB_EXISTS.test(code)) return { kind: 'exists' };
  if (BLOB_AGAIN.test(code)) return retryLater(`the service failed (${shown})`);
  if (code === 'AuthenticationFailed') return unauthenticated(destination, reply, now);
  // Azurite's code for it; Azure uses it for network rules.
  if (code === 'AuthorizationFailure' && /failed to authenticate/i.test(reply.body))
    return unauthenticated(destination, reply, now);
  if (code === 'AuthorizationPermissionMismatch') return unpermitted(kind, shown);
  const [waits, ends] = [BLOB_ACTIONS[code], BLOB_REJECTIONS[code]];
  if (waits !== undefined) return needsAction(`${waits} (${shown})`);
  if (ends !== undefined) return rejectReport(`${ends} (${shown})`);
  if (status === 401 && kind === 'blob-identity')
    return needsAction(`the identity’s token was refused (${shown})`);
  return rejectReport(`Blob Storage refused it (${shown})`);
}

function unauthenticated(
  { kind, query }: Pick<Destination, 'kind' | 'query'>,
  reply: Reply,
  now: number,
): Outcome {
  if (kind === 'blob-identity')
    return needsAction('the identity’s token was refused (403 AuthenticationFailed)');
  const validity = readValidity(reply.body) ?? outOfTime(query, reply.headers['date'] ?? '');
  if (validity === null) {
    return rejectReport('the SAS is not valid: it was cut off or changed, or its key was renewed (403)');
  }
  const { start, expiry, current } = validity;
  const clock = clockSentence(current, now);
  const iso = (time: number): string => new Date(time).toISOString().replace('.000', '');
  if (current >= expiry) {
    return rejectReport(`the SAS expired at ${iso(expiry)}: make a new one (403)${clock}`);
  }
  const since = start === null ? 'is not valid yet' : `is valid from ${iso(start)} only`;
  return needsAction(`the SAS ${since}, and the service has ${iso(current)}${clock}`);
}

/** A new role takes minutes to hold; a signature's permissions never change. */
function unpermitted(kind: Destination['kind'], shown: string): Outcome {
  return kind === 'blob-identity'
    ? needsAction(
        `the VM’s identity may not write there: it needs the role Storage Blob Data Contributor, which takes up to ten minutes to hold (${shown})`,
      )
    : rejectReport(`the SAS does not allow writing: make one that may create and write, cw (${shown})`);
}

const HTTPS_REJECTIONS: Readonly<Record<number, string>> = {
  400: 'it took the request for a wrong one',
  401: 'it wants a valid token or password, by --upload-header-file FILE',
  403: 'it does not allow the upload: look at the token or password',
  404: 'nothing is at that URL',
  405: 'it does not take this method: see --upload-method',
  409: 'it says that the report contradicts what it has',
  410: 'nothing is at that URL any more',
  411: 'it does not take uploads of this kind',
  413: 'the report is too large for it',
  414: 'the URL is too long for it',
  415: 'it does not take JSON in gzip',
  422: 'it does not take such reports',
  431: 'the headers are too large for it: see --upload-header-file',
};

/** HTTP refusals that pass: a proxy's, a timeout, too early, too many. */
const HTTPS_AGAIN: readonly number[] = [407, 408, 421, 423, 425, 429];

/** Statuses of RFC 9110 by which a service confirms that it has the report, or will process it. */
const HTTPS_CONFIRMED: readonly number[] = [200, 201, 202, 204];
/** Temporary redirects of RFC 9110, which a captive portal uses too. */
const HTTPS_ELSEWHERE: readonly number[] = [302, 303, 307];
const WEB_PAGE = /<(?:!doctype\s+html|html|head|body|script|meta|title)\b/i;
/** Characters at the start of a body in which a web page declares itself. */
const WEB_PAGE_WITHIN = 1024;

/**
 * @param destination its method: only a PUT is sent with `If-None-Match: *`
 * @param now ms since the epoch, by this machine's clock
 */
export function classifyHttps({ method }: Pick<Destination, 'method'>, reply: Reply, now: number): Settled {
  const { status } = reply;
  // A service that stores what it gets may describe that in a page, with 201; a page with 200 is a device's or a portal's.
  if (status === 200 && isWebPage(reply)) {
    return needsAction(
      'a web page answered, as of a portal or a filter on the way, and no service that takes reports (status 200)',
    );
  }
  if (HTTPS_CONFIRMED.includes(status)) return { kind: 'confirmed' };
  // An earlier attempt arrived, and its confirmation was lost.
  if (status === 412 && method === 'PUT') return { kind: 'confirmed' };
  if ((status >= 200 && status < 300) || status === 304) {
    return needsAction(`its answer does not say that it has the report (status ${status})`);
  }
  if (HTTPS_ELSEWHERE.includes(status)) {
    return needsAction(
      `it answered with a redirection (status ${status}), and none is followed: a portal on the way, or another URL is to be given`,
    );
  }
  if (status >= 300 && status < 400) {
    return rejectReport(
      `it answered with a redirection (status ${status}), and none is followed: give the new URL`,
    );
  }
  if (status < 400 || status >= 500 || HTTPS_AGAIN.includes(status)) return askedToWait(reply, now);
  return rejectReport(`${HTTPS_REJECTIONS[status] ?? 'it refused the report'} (status ${status})`);
}

/** By its media type, or by its content; a short "ok" as text/html is what many small services answer. */
function isWebPage({ body, headers }: Reply): boolean {
  const named = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(headers['content-type'] ?? '');
  if (named && (headers['content-encoding'] ?? '') !== '') return true;
  const beginning = body.slice(0, WEB_PAGE_WITHIN).trimStart();
  return beginning.startsWith('<') && (named || WEB_PAGE.test(beginning));
}

function askedToWait(reply: Reply, now: number): Settled {
  const wait = retryAfter(reply.headers['retry-after'] ?? '', reply.headers['date'] ?? '', now);
  const busy = reply.status === 429 ? 'the service is asked too often' : 'the service failed';
  return retryLater(`${busy} (status ${reply.status})`, wait);
}
