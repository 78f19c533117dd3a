/** The one place where errors of sockets, OpenSSL and the HTTP parser become the report's failures. */
import { isIPv4 } from 'node:net';
import { type Failure, ProbeError } from '../failures.ts';
import { isLocalLimit, type LocalLimitCode } from '../local-limits.ts';
import { printable } from '../printable.ts';

/** The layer at which an error came up; the same errno means something else on another layer. */
export type Layer = 'tcp' | 'udp' | 'dns' | 'tls' | 'protocol';

/** What each layer calls a peer that says nothing in time. */
export const TIMEOUTS = {
  tcp: 'tcp_timeout',
  udp: 'udp_timeout',
  dns: 'dns_timeout',
  tls: 'tls_timeout',
  protocol: 'protocol_timeout',
} as const satisfies Record<Layer, Failure>;

/** Any thrown value as a ProbeError; one that is a ProbeError already passes through. */
export function toProbeError(error: unknown, layer: Layer): ProbeError {
  if (error instanceof ProbeError) return error;
  const seen = errorDetails(error);
  const limit = localLimit(seen);
  if (limit !== null) {
    return new ProbeError('local_limit', printable(inWords({ ...seen, code: limit }), 300), { cause: error });
  }
  return new ProbeError(CLASSIFIERS[layer](seen), printable(inWords(seen), 300), { cause: error });
}

/** What each layer calls bytes that cannot be read. */
const UNREADABLE = {
  tcp: 'protocol_mismatch',
  udp: 'protocol_mismatch',
  dns: 'dns_malformed',
  tls: 'tls_not_tls',
  protocol: 'protocol_mismatch',
} as const satisfies Record<Layer, Failure>;

/** An errno's name: what Node.js and libraries make up themselves is called ERR_… or something else. */
const ERRNO = /^E[A-Z0-9]+$/;

/**
 * An error that a socket, or a library that reads from it, reported by itself. The peer's bytes led to it, whatever
 * class it has: libraries assert, and throw TypeError or RangeError, where a peer breaks the rules. Errors of the
 * system keep their own failure.
 */
export function toPeerError(error: unknown, layer: Layer): ProbeError {
  const known = toProbeError(error, layer);
  if (known.failure !== 'unexpected' || ERRNO.test(errorDetails(error).code)) return known;
  return new ProbeError(UNREADABLE[layer], known.message, { cause: error });
}

/**
 * Calls a library that reads a peer's bytes: whatever it throws is the peer's doing. Wrap the call alone, and none of
 * our own code.
 * @throws ProbeError
 */
export function fromLibrary<T>(layer: Layer, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toPeerError(error, layer);
  }
}

interface Seen {
  /** An errno's name, OpenSSL's or the HTTP parser's code; the error's class where there is none. */
  readonly code: string;
  readonly message: string;
  /** Empty when it was not the system that said so. */
  readonly syscall: string;
  /** The other end's, or this end's for `bind`; empty when the error names none. */
  readonly address: string;
}

function errorDetails(error: unknown): Seen {
  if (!(error instanceof Error)) return { code: '', message: textOf(error), syscall: '', address: '' };
  // A library may wrap the socket's own error, and that one knows more.
  const inner = error.cause instanceof Error ? error.cause : error;
  const { code, syscall, reason, address } = inner as SystemError;
  return {
    code: String(code ?? (inner.name === 'Error' ? '' : inner.name)),
    message: typeof reason === 'string' ? withAlert(reason, inner.message) : inner.message,
    syscall: syscall ?? '',
    address: typeof address === 'string' ? address : '',
  };
}

type SystemError = NodeJS.ErrnoException & { reason?: unknown; address?: unknown };

/** OpenSSL's reason without its source files and thread numbers, but with the alert's number if there is one. */
function withAlert(reason: string, message: string): string {
  const alert = /SSL alert number \d+/.exec(message)?.[0];
  return alert === undefined ? reason : `${reason} (${alert})`;
}

function inWords({ code, message, syscall }: Seen): string {
  // The runtime lends the name of a reset to a connection that was closed in good order, and adds the
  // address of a socket that has none yet.
  const borrowed = code === 'ECONNRESET' && syscall === '';
  const words = message.replace(/ - Local \(.*\)$/, '');
  return code === '' || borrowed || words.includes(code) ? words : `${code}: ${words}`;
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a thrown ${typeof value}`;
  }
}

/** How OpenSSL and V8 say that there is no memory. */
const NO_MEMORY = /MALLOC_FAILURE$|^ERR_MEMORY_ALLOCATION_FAILED$/;

/**
 * What this machine ran out of, whatever the layer; null when the error is about something else. No socket here is
 * ever bound to a port of our choice, so EADDRINUSE can only mean that all are taken.
 */
function localLimit({ code, message, syscall, address }: Seen): LocalLimitCode | null {
  if (NO_MEMORY.test(code) || message === 'Array buffer allocation failed') return 'ENOMEM';
  if (!isLocalLimit(code)) return null;
  if (code === 'EADDRNOTAVAIL') return isOrdinaryIPv4(address) ? code : null;
  if (code === 'EAGAIN') return syscall.startsWith('spawn') ? code : null;
  return code;
}

/**
 * EADDRNOTAVAIL is about ports only where the other end is an ordinary IPv4 address. A VM without IPv6 says it of
 * any IPv6 address, and some systems of addresses that nobody can have (0.0.0.0, multicast).
 */
function isOrdinaryIPv4(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return isIPv4(address) && first > 0 && first < 224;
}

/** ICMP's unreachable and prohibited, and routes that say so on this machine (icmp(7), ip-route(8)). */
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

/** Where the peer does speak TLS and it is this side that will not go on, and sends the alert. */
const OUR_ALERT =
  /UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|TOO_SMALL|TOO_WEAK|LEGACY|EXCESSIVE_MESSAGE_SIZE|WRONG_CIPHER|UNKNOWN_CIPHER|WRONG_SIGNATURE/;

const tls: Classifier = ({ code, message, syscall }) => {
  if (RESET.has(code)) {
    // Closed before the end of the handshake has the errno of a reset too; only a real one has a system call.
    return syscall === '' && message.includes('before secure') ? 'tls_closed' : 'tls_reset';
  }
  if (code === 'ETIMEDOUT') return 'tls_timeout';
  if (message.includes('SSL alert number') || OUR_ALERT.test(code)) return 'tls_alert';
  return /^ERR_(SSL|OSSL)_|^EPROTO$/.test(code) ? 'tls_not_tls' : 'unexpected';
};

/** Ways in which the HTTP client says that the connection ended before the reply did. */
const ENDED = /^socket hang up$|^aborted$|Invalid EOF state/;

const protocol: Classifier = ({ code, message }) => {
  if (code === 'ETIMEDOUT') return 'protocol_timeout';
  if (RESET.has(code) || ENDED.test(message)) return 'protocol_closed';
  // A server may look at the client's side of the handshake, and refuse it, after TLS 1.3 has ended for us.
  if (message.includes('SSL alert number')) return 'tls_alert';
  return /^(?:HPE|ERR_SSL)_/.test(code) ? 'protocol_mismatch' : 'unexpected';
};

const CLASSIFIERS = { tcp, udp, dns, tls, protocol } as const satisfies Record<Layer, Classifier>;
