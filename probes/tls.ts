import type { Probe } from './types.ts';

/** TLS only: the certificate is the proof. */
export const tls: Probe = { over: 'tls', converse: async () => {} };
