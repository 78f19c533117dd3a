/** Maps errors of sockets, OpenSSL and the HTTP parser to the report's failures. */
import { isIPv4 } from 'node:net';
import { type Failure, ProbeError } from '../failures.ts';
import { isLocalLimit, type LocalLimitCode } from '../local-limits.ts';
import { printable } from '../printable.ts';

/** The layer of an error; the meaning of an errno depends on it. */
export type Layer = 'tcp' | 'udp' | 'dns' | 'tls' | 'protocol';

/** The failure of each layer when the peer does not answer in time. */
export const TIMEOUTS = {
  tcp: 'tcp_timeout',
  udp: 'udp_timeout',
  dns: 'dns_timeout',
  tls: 'tls_timeout',
  protocol: 'protocol_timeout',
} as const satisfies Record<Layer, Failure>;

/** Converts a thrown value to a ProbeError; returns a ProbeError unchanged. */
export function toProbeError(error: unknown, layer: Layer): ProbeError {
  if (error instanceof ProbeError) return error;
  const seen = errorDetails(error);
  const limit = localLimit(seen);
  if (limit !== null) {
    return new ProbeError('local_limit', printable(formatError({ ...seen, code: limit }), 300), {
      cause: error,
    });
  }
  return new ProbeError(CLASSIFIERS[layer](seen), printable(formatError(seen), 300), { cause: error });
}

/** The failure of each layer for malformed bytes. */
const UNREADABLE = {
  tcp: 'protocol_mismatch',
  udp: 'protocol_mismatch',
  dns: 'dns_malformed',
  tls: 'tls_not_tls',
  protocol: 'protocol_mismatch',
} as const satisfies Record<Layer, Failure>;

/** The name of an errno; codes of Node.js and of libraries look different (ERR_…). */
const ERRNO = /^E[A-Z0-9]+$/;

/**
 * Converts an error of a socket, or of a library that reads from it. The peer's bytes caused it, whatever its class:
 * libraries throw TypeError or RangeError for malformed input. System errors retain their own failure.
 */
export function toPeerError(error: unknown, layer: Layer): ProbeError {
  const known = toProbeError(error, layer);
  if (known.failure !== 'unexpected' || ERRNO.test(errorDetails(error).code)) return known;
  return new ProbeError(UNREADABLE[layer], known.message, { cause: error });
}

/**
 * Calls a library that parses a peer's bytes, and attributes its errors to the peer. Wrap only the library call, not
 * our own code.
 * @param malformed the failure for malformed bytes; by default that of the layer
 * @throws ProbeError
 */
export function fromLibrary<T>(layer: Layer, call: () => T, malformed: Failure = UNREADABLE[layer]): T {
  try {
    return call();
  } catch (error) {
    const known = toPeerError(error, layer);
    throw known.failure === UNREADABLE[layer]
      ? new ProbeError(malformed, known.message, { cause: error })
      : known;
  }
}

interface Seen {
  /** The errno's name, or the code of OpenSSL or the HTTP parser; the error's class when there is no code. */
  readonly code: string;
  readonly message: string;
  /** Empty unless the error came from a system call. */
  readonly syscall: string;
  /** The remote address, or the local one for `bind`; empty when the error names none. */
  readonly address: string;
  /** OpenSSL's library and function, "SSL routines:tls_process_server_certificate"; empty for other errors. */
  readonly origin: string;
}

function errorDetails(error: unknown): Seen {
  if (!(error instanceof Error))
    return { code: '', message: textOf(error), syscall: '', address: '', origin: '' };
  // A library may wrap the socket's error, which has more detail.
  const inner = error.cause instanceof Error ? error.cause : error;
  const { code, syscall, reason, address } = inner as SystemError;
  return {
    code: String(code ?? (inner.name === 'Error' ? '' : inner.name)),
    message: typeof reason === 'string' ? withAlert(reason, inner.message) : inner.message,
    syscall: syscall ?? '',
    address: typeof address === 'string' ? address : '',
    origin: /:error:[0-9A-F]+:([^:]*:[^:]*):/.exec(inner.message)?.[1] ?? '',
  };
}

type SystemError = NodeJS.ErrnoException & { reason?: unknown; address?: unknown };

/** OpenSSL's reason without source files and thread numbers, with the alert's number if there is one. */
function withAlert(reason: string, message: string): string {
  const alert = /SSL alert number \d+/.exec(message)?.[0];
  return alert === undefined ? reason : `${reason} (${alert})`;
}

function formatError({ code, message, syscall }: Seen): string {
  // The runtime reports ECONNRESET for an orderly close, and adds the address of a socket that has none yet.
  const isOrderlyClose = code === 'ECONNRESET' && syscall === '';
  const text = message.replace(/ - Local \(.*\)$/, '');
  return code === '' || isOrderlyClose || text.includes(code) ? text : `${code}: ${text}`;
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a thrown ${typeof value}`;
  }
}

/** Codes of OpenSSL and V8 for a lack of memory. */
const NO_MEMORY = /MALLOC_FAILURE$|^ERR_MEMORY_ALLOCATION_FAILED$/;

/**
 * The local resource that ran out; null for any other error. No socket is bound to a fixed port, so EADDRINUSE means
 * that all ports are in use.
 */
function localLimit({ code, message, syscall, address }: Seen): LocalLimitCode | null {
  if (NO_MEMORY.test(code) || message === 'Array buffer allocation failed') return 'ENOMEM';
  if (!isLocalLimit(code)) return null;
  if (code === 'EADDRNOTAVAIL') return isUnicastIPv4(address) ? code : null;
  if (code === 'EAGAIN') return syscall.startsWith('spawn') ? code : null;
  return code;
}

/**
 * EADDRNOTAVAIL means a lack of ports only for a unicast IPv4 destination. A VM without IPv6 returns it for every
 * IPv6 address, and some systems for 0.0.0.0 and multicast.
 */
function isUnicastIPv4(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return isIPv4(address) && first > 0 && first < 224;
}

/** ICMP unreachable and prohibited, and local routes of that type (icmp(7), ip-route(8)). */
const UNREACHABLE = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENONET',
  'ENOPROTOOPT',
  'EOPNOTSUPP',
  'EACCES',
  'EPERM',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
]);

const RESET = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

type Classifier = (seen: Seen) => Failure;

const tcp: Classifier = ({ code }) => {
  if (code === 'ECONNREFUSED') return 'tcp_refused';
  if (code === 'ETIMEDOUT') return 'tcp_timeout';
  if (RESET.has(code)) return 'tcp_reset';
  return UNREACHABLE.has(code) ? 'tcp_unreachable' : 'unexpected';
};

const udp: Classifier = ({ code }) =>
  code === 'ECONNREFUSED' || RESET.has(code) || UNREACHABLE.has(code) ? 'udp_refused' : 'unexpected';

const dns: Classifier = ({ code }) => {
  if (code === 'ETIMEDOUT') return 'dns_timeout';
  return code === 'ECONNREFUSED' || RESET.has(code) || UNREACHABLE.has(code)
    ? 'dns_unreachable'
    : 'unexpected';
};

/** Codes where the peer speaks TLS, and this side rejects its parameters and sends the alert. */
const OUR_ALERT =
  /UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|TOO_SMALL|TOO_WEAK|UNKNOWN_SECURITY_BITS|LEGACY|EXCESSIVE_MESSAGE_SIZE|WRONG_CIPHER|UNKNOWN_CIPHER|WRONG_SIGNATURE/;

/**
 * Where OpenSSL fails on the server's Certificate message (RFC 8446 section 4.4.2): on the lengths in it, on a
 * certificate, or on the key in it.
 */
const BAD_CERTIFICATE =
  /^(?:asn1 encoding|x509 certificate) routines:|:(?:tls_(?:post_)?process_server_certificate|X509_PUBKEY_get0)$/;

const tls: Classifier = ({ code, message, syscall, origin }) => {
  if (RESET.has(code)) {
    // A close during the handshake has the errno of a reset too, but only a real reset has a system call.
    return syscall === '' && message.includes('before secure') ? 'tls_closed' : 'tls_reset';
  }
  if (code === 'ETIMEDOUT') return 'tls_timeout';
  if (BAD_CERTIFICATE.test(origin)) return 'tls_bad_certificate';
  if (message.includes('SSL alert number') || OUR_ALERT.test(code)) return 'tls_alert';
  return /^ERR_(SSL|OSSL)_|^EPROTO$/.test(code) ? 'tls_not_tls' : 'unexpected';
};

/** Messages of the HTTP client when the connection ended before the reply. */
const ENDED = /^socket hang up$|^aborted$|Invalid EOF state/;

const protocol: Classifier = ({ code, message }) => {
  if (code === 'ETIMEDOUT') return 'protocol_timeout';
  if (RESET.has(code) || ENDED.test(message)) return 'protocol_closed';
  // With TLS 1.3 a server may reject the client's handshake after this side has finished it.
  if (message.includes('SSL alert number')) return 'tls_alert';
  return /^(?:HPE|ERR_SSL)_/.test(code) ? 'protocol_mismatch' : 'unexpected';
};

const CLASSIFIERS = { tcp, udp, dns, tls, protocol } as const satisfies Record<Layer, Classifier>;
