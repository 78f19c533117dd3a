import type { Probe } from './types.ts';

/** TLS alone: the certificate is the proof. */
export const tls: Probe = { over: 'tls', converse: async () => {} };
