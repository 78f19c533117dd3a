/** Why no reply came, as text. Never shows the error's own message: it may hold the URL or a proxy's password. */
import { printable } from '../../../probes/printable.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'no DNS server answered for its name',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while the report was sent',
  ETIMEDOUT: 'no connection came about in time',
  EHOSTUNREACH: 'no route leads to it',
  ENETUNREACH: 'no route leads to it',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_SOCKET: 'the connection ended before the reply',
  UND_ERR_HEADERS_TIMEOUT: 'it took the report and did not answer in time',
  UND_ERR_HEADERS_OVERFLOW: 'its reply has headers without end',
  UNREADABLE_REPLY: 'its reply is not HTTP',
  UND_ERR_PRX_TLS: 'the proxy’s certificate is not trusted: --ca-file FILE',
  CERT_HAS_EXPIRED: 'its certificate has expired, or this VM’s clock is wrong',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, or this VM’s clock is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
};

const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

/** @returns a clause without a full stop, with the system's code */
export function transportReason(error: unknown): string {
  if (!(error instanceof Error && 'proxy' in error)) return reasonOf(error);
  const late = codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT';
  const reason = late ? 'it does not answer CONNECT (UND_ERR_HEADERS_TIMEOUT)' : reasonOf(error);
  return `the proxy that ${String(error.proxy)} names cannot be used: ${reason}`;
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'NOT_A_PROXY') {
    const variable = error instanceof Error && 'variable' in error ? String(error.variable) : 'HTTPS_PROXY';
    return `${variable} names no HTTP proxy (http://HOST:PORT or https://HOST:PORT)`;
  }
  if (code === 'UND_ERR_SOCKET' && error instanceof Error && error.message === 'bad response')
    return 'it answered with 100 Continue, which was not asked for and is not taken';
  const status = refusedByProxy(error);
  if (status !== null) return `the proxy refused to connect to it (status ${status})`;
  if (UNTRUSTED.test(code)) return `its certificate leads to no trusted root: --ca-file FILE (${code})`;
  const reason = REASONS[code];
  return reason === undefined ? `it could not be reached (${printable(code, 80)})` : `${reason} (${code})`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') {
    // undici wraps the socket's error, which has the details.
    const inner = error.cause instanceof Error ? codeOf(error.cause) : null;
    return inner !== null && inner in REASONS ? inner : error.code;
  }
  return error.name;
}

function refusedByProxy(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] ?? null;
}
