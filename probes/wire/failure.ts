/** The one place where errors of sockets, OpenSSL and the HTTP parser become the report's failures. */
import { type Failure, ProbeError } from '../failures.ts';
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
  const { code, message, syscall } = describe(error);
  const failure = CLASSIFIERS[layer](code, message, syscall);
  return new ProbeError(failure, printable(code === '' ? message : `${code}: ${message}`, 300), {
    cause: error,
  });
}

interface Description {
  readonly code: string;
  readonly message: string;
  readonly syscall: string;
}

function describe(error: unknown): Description {
  if (!(error instanceof Error)) return { code: '', message: String(error), syscall: '' };
  // undici wraps the socket's own error, and that one knows more.
  const inner = error.cause instanceof Error ? error.cause : error;
  const { code, syscall } = inner as NodeJS.ErrnoException;
  return { code: String(code ?? ''), message: inner.message, syscall: syscall ?? '' };
}

const UNREACHABLE = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EACCES',
  'EPERM',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
]);

type Classifier = (code: string, message: string, syscall: string) => Failure;

const tcp: Classifier = (code) => {
  if (code === 'ECONNREFUSED') return 'tcp_refused';
  if (code === 'ETIMEDOUT') return 'tcp_timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return 'tcp_reset';
  return UNREACHABLE.has(code) ? 'tcp_unreachable' : 'unexpected';
};

const udp: Classifier = (code) =>
  code === 'ECONNREFUSED' || UNREACHABLE.has(code) ? 'udp_refused' : 'unexpected';

const dns: Classifier = (code) => {
  if (code === 'ECONNREFUSED' || UNREACHABLE.has(code)) return 'dns_unreachable';
  if (code === 'ETIMEDOUT') return 'dns_timeout';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'dns_unreachable' : 'unexpected';
};

const tls: Classifier = (code, message, syscall) => {
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    // Node gives FIN before the end of the handshake the errno of a reset; only a real one has a system call.
    return syscall === '' && message.includes('before secure') ? 'tls_closed' : 'tls_reset';
  }
  if (code === 'ETIMEDOUT') return 'tls_timeout';
  if (code.includes('_ALERT_') || message.includes('alert')) return 'tls_alert';
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return 'tls_not_tls';
  return 'unexpected';
};

const protocol: Classifier = (code, message) => {
  if (code === 'ETIMEDOUT') return 'protocol_timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET' || code === 'UND_ERR_CLOSED') {
    return 'protocol_closed';
  }
  if (code.startsWith('HPE_CLOSED') || message.includes('other side closed')) return 'protocol_closed';
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_')) return 'protocol_mismatch';
  if (code.startsWith('ERR_SSL_')) return 'protocol_mismatch';
  return 'unexpected';
};

const CLASSIFIERS = { tcp, udp, dns, tls, protocol } as const satisfies Record<Layer, Classifier>;
