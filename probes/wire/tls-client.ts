/**
 * Where this TLS client differs from its runtime's default, so that it sends what API Management's own machines send.
 * Every such difference stands here.
 */
import { DEFAULT_ECDH_CURVE, type SecureContextOptions } from 'node:tls';

/**
 * Key exchange with classical groups only. The runtime's default offers X25519MLKEM768 first, and its key share of 1,216
 * bytes makes a ClientHello of more than 1,560 bytes, in two TCP segments. Some firewalls reset, drop or alert a
 * ClientHello that is not whole in the first segment, while that of a Windows host (about 400 bytes, X25519 and NIST
 * curves) passes: with the default, the probe would report a blocked network that blocks nothing.
 */
export const SERVICE_TLS = {
  ecdhCurve: 'X25519:P-256:P-384',
} as const satisfies SecureContextOptions;

/** The runtime's own choice, for the experiment that finds such devices: about 1,600 bytes, in two segments. */
export const LARGE_HELLO = { ecdhCurve: DEFAULT_ECDH_CURVE } as const satisfies SecureContextOptions;
