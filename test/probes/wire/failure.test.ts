import t from 'tap';
import { type Failure, ProbeError } from '../../../probes/failures.ts';
import { fromLibrary, type Layer, toPeerError, toProbeError } from '../../../probes/wire/failure.ts';

/** Errors like those of the runtime: with a code, and with a system call when the error came from one. */
function systemError(code: string, syscall = 'connect', address?: string): Error {
  return Object.assign(new Error(`${syscall} ${code} 192.0.2.1:443`), { code, syscall, address });
}

const LAYERS: readonly Layer[] = ['tcp', 'udp', 'dns', 'tls', 'protocol'];

function openSslError(code: string, reason: string, tail = '', origin = 'SSL routines:read'): Error {
  const message = `40D7F591BE7F0000:error:0A000000:${origin}:${reason}:../deps/x.c:1:${tail}\n`;
  return Object.assign(new Error(message), { code, reason, library: origin.split(':')[0] });
}

const cases: readonly [Layer, Error, Failure][] = [
  ['tcp', systemError('ECONNREFUSED'), 'tcp_refused'],
  ['tcp', systemError('ETIMEDOUT'), 'tcp_timeout'],
  ['tcp', systemError('ECONNRESET'), 'tcp_reset'],
  ['tcp', systemError('ECONNABORTED'), 'tcp_reset'],
  ['tcp', systemError('EPIPE', 'write'), 'tcp_reset'],
  // What Linux makes of each ICMP code and of routes that refuse.
  ...[
    'ENETUNREACH',
    'EHOSTUNREACH',
    'ENETDOWN',
    'EHOSTDOWN',
    'ENONET',
    'ENOPROTOOPT',
    'EOPNOTSUPP',
    'EACCES',
    'EPERM',
    'EINVAL',
    'EAFNOSUPPORT',
  ].map((code): [Layer, Error, Failure] => ['tcp', systemError(code), 'tcp_unreachable']),
  // On any layer a local shortage says nothing about the network.
  ...LAYERS.flatMap((layer) => [
    ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'].map((code): [Layer, Error, Failure] => [
      layer,
      systemError(code, 'connect', '192.0.2.1'),
      'local_limit',
    ]),
    [layer, systemError('EADDRINUSE', 'bind', '0.0.0.0'), 'local_limit'] as [Layer, Error, Failure],
    [layer, systemError('EAGAIN', 'spawn ping'), 'local_limit'] as [Layer, Error, Failure],
    [layer, openSslError('ERR_SSL_MALLOC_FAILURE', 'malloc failure'), 'local_limit'] as [
      Layer,
      Error,
      Failure,
    ],
    [layer, new RangeError('Array buffer allocation failed'), 'local_limit'] as [Layer, Error, Failure],
  ]),
  // Without IPv6 the kernel says of every IPv6 address what it says of a lack of ports; so do some systems of
  // addresses that no host has.
  ...['::1', '2603:1020::4', 'fe80::1', '0.0.0.0', '224.0.0.1', '255.255.255.255'].flatMap(
    (address): [Layer, Error, Failure][] => [
      ['tcp', systemError('EADDRNOTAVAIL', 'connect', address), 'tcp_unreachable'],
      ['udp', systemError('EADDRNOTAVAIL', 'send', address), 'udp_refused'],
      ['dns', systemError('EADDRNOTAVAIL', 'send', address), 'dns_unreachable'],
    ],
  ),
  ['tcp', systemError('EADDRNOTAVAIL'), 'tcp_unreachable'],
  ['tcp', systemError('EAGAIN'), 'unexpected'],
  ['dns', systemError('ECONNREFUSED', 'recvmsg'), 'dns_unreachable'],
  ['dns', systemError('EHOSTUNREACH', 'recvmsg'), 'dns_unreachable'],
  ['dns', systemError('EPERM', 'send'), 'dns_unreachable'],
  ['dns', systemError('ECONNRESET', 'read'), 'dns_unreachable'],
  ['dns', systemError('ETIMEDOUT', 'read'), 'dns_timeout'],
  ['udp', systemError('ECONNREFUSED', 'recvmsg'), 'udp_refused'],
  ['udp', systemError('EACCES', 'recvmsg'), 'udp_refused'],
  ['udp', systemError('ECONNRESET', 'recvmsg'), 'udp_refused'],
  ['tls', systemError('ECONNRESET', 'read'), 'tls_reset'],
  ['tls', systemError('EPIPE', 'write'), 'tls_reset'],
  ['tls', systemError('ETIMEDOUT', 'read'), 'tls_timeout'],
  ['tls', openSslError('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'), 'tls_not_tls'],
  ['tls', openSslError('ERR_SSL_PACKET_LENGTH_TOO_LONG', 'packet length too long'), 'tls_not_tls'],
  ['tls', openSslError('ERR_OSSL_ASN1_WRONG_TAG', 'wrong tag'), 'tls_not_tls'],
  // Recorded from the pinned runtime: a Certificate message with garbage, with trailing bytes, without a certificate,
  // with an empty one, and with a key of an unknown type.
  ...(
    [
      ['ERR_SSL_TOO_LONG', 'too long', 'asn1 encoding routines:ASN1_get_object'],
      ['ERR_SSL_CERT_LENGTH_MISMATCH', 'cert length mismatch', 'SSL routines:tls_process_server_certificate'],
      ['ERR_SSL_LENGTH_MISMATCH', 'length mismatch', 'SSL routines:tls_process_server_certificate'],
      ['ERR_SSL_TOO_SMALL', 'too small', 'asn1 encoding routines:asn1_item_embed_d2i'],
      ['ERR_SSL_DECODE_ERROR', 'decode error', 'digital envelope routines:X509_PUBKEY_get0'],
    ] as const
  ).map(([code, reason, origin]): [Layer, Error, Failure] => [
    'tls',
    openSslError(code, reason, '', origin),
    'tls_bad_certificate',
  ]),
  ['tls', openSslError('ERR_SSL_UNSUPPORTED_PROTOCOL', 'unsupported protocol'), 'tls_alert'],
  ['tls', openSslError('ERR_SSL_DH_KEY_TOO_SMALL', 'dh key too small'), 'tls_alert'],
  ['tls', openSslError('ERR_SSL_UNKNOWN_SECURITY_BITS', 'unknown security bits'), 'tls_alert'],
  ['protocol', systemError('ECONNRESET', 'read'), 'protocol_closed'],
  ['protocol', systemError('EPIPE', 'write'), 'protocol_closed'],
  ['protocol', systemError('ETIMEDOUT', 'read'), 'protocol_timeout'],
  [
    'protocol',
    openSslError('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'bad record mac'),
    'protocol_mismatch',
  ],
  ['protocol', Object.assign(new Error('bad path'), { code: 'UND_ERR_INVALID_ARG' }), 'unexpected'],
  ['protocol', new TypeError('a mistake of ours'), 'unexpected'],
];

t.test('the same error means what its layer makes of it', async (t) => {
  for (const [layer, error, failure] of cases) {
    const { code } = error as NodeJS.ErrnoException;
    t.equal(toProbeError(error, layer).failure, failure, `${layer}: ${code ?? error.name}`);
  }
});

t.test('an alert after TLS 1.3 has ended for the client is an alert all the same', async (t) => {
  const refused = openSslError(
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'tlsv13 alert certificate required',
    'SSL alert number 116',
  );
  const error = toProbeError(refused, 'protocol');
  t.equal(error.failure, 'tls_alert');
  t.equal(
    error.message,
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: tlsv13 alert certificate required (SSL alert number 116)',
    'no source files and no thread numbers, which differ from build to build',
  );
});

t.test('an error of a library about a peer is the peer’s, whatever its class', async (t) => {
  const broken: readonly unknown[] = [
    new TypeError('cannot read properties of undefined'),
    new RangeError('out of range'),
    new SyntaxError('unexpected token'),
    Object.assign(new Error('assert(statusCode >= 100)'), { code: 'ERR_ASSERTION' }),
    'a string',
  ];
  for (const error of broken) {
    t.match(toPeerError(error, 'protocol'), { failure: 'protocol_mismatch', cause: error });
    t.equal(toPeerError(error, 'dns').failure, 'dns_malformed');
    t.equal(toPeerError(error, 'tls').failure, 'tls_not_tls');
    const calling = (): void =>
      fromLibrary('udp', () => {
        throw error;
      });
    t.throws(calling, new ProbeError('protocol_mismatch', toProbeError(error, 'udp').message));
  }
  t.equal(
    fromLibrary('tls', () => 7),
    7,
  );
});

t.test('what is known of an error is not forgotten because a library reported it', async (t) => {
  t.equal(toPeerError(systemError('ECONNRESET', 'read'), 'protocol').failure, 'protocol_closed');
  t.equal(toPeerError(systemError('EIO', 'read'), 'protocol').failure, 'unexpected', 'no peer causes that');
  t.equal(
    toPeerError(openSslError('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version'), 'tls').failure,
    'tls_not_tls',
  );
  const known = new ProbeError('protocol_refused', 'seen before');
  t.equal(toPeerError(known, 'protocol'), known);
});

t.test('a ProbeError passes as it is', async (t) => {
  const error = new ProbeError('dns_malformed', 'seen before');
  t.equal(toProbeError(error, 'tcp'), error);
});

t.test('the text names the code once, and the cause of a wrapped error', async (t) => {
  t.equal(toProbeError(systemError('ECONNREFUSED'), 'tcp').message, 'connect ECONNREFUSED 192.0.2.1:443');
  const unbound = Object.assign(new Error('connect ENETUNREACH 192.0.2.1:443 - Local (0.0.0.0:0)'), {
    code: 'ENETUNREACH',
  });
  t.equal(toProbeError(unbound, 'tcp').message, 'connect ENETUNREACH 192.0.2.1:443');
  const coded = Object.assign(new Error('no more'), { code: 'EMFILE' });
  t.equal(toProbeError(coded, 'tcp').message, 'EMFILE: no more');
  const wrapped = new Error('fetch failed', { cause: systemError('ECONNRESET', 'read') });
  t.match(toProbeError(wrapped, 'protocol'), {
    failure: 'protocol_closed',
    message: 'read ECONNRESET 192.0.2.1:443',
  });
  t.equal(toProbeError(wrapped, 'protocol').cause, wrapped);
});

t.test('a shortage names its code, whatever its source', async (t) => {
  t.equal(toProbeError(systemError('EMFILE', 'bind'), 'dns').message, 'bind EMFILE 192.0.2.1:443');
  t.equal(
    toProbeError(new RangeError('Array buffer allocation failed'), 'protocol').message,
    'ENOMEM: Array buffer allocation failed',
  );
});

t.test('what a peer put into an error is printable and bounded', async (t) => {
  const error = toProbeError(new Error(`\u001b[2J${'x'.repeat(1000)}`), 'protocol');
  t.match(error.message, /^\\u\{1b\}\[2J/);
  t.ok(error.message.length <= 300);
});

t.test('any thrown value becomes an error', async (t) => {
  const thrown: readonly unknown[] = [
    undefined,
    null,
    'text',
    7,
    Symbol('s'),
    {},
    Object.create(null),
    () => 1,
  ];
  for (const value of thrown) {
    const error = toProbeError(value, 'tcp');
    t.type(error, ProbeError);
    t.equal(error.failure, 'unexpected');
    t.type(error.message, 'string');
  }
  t.equal(toProbeError(Object.create(null), 'tcp').message, 'a thrown object');
});
