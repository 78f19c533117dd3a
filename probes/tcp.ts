import type { Probe } from './types.ts';

/** TCP alone: that the connection was completed is all that can be said. */
export const tcp: Probe = { over: 'tcp', converse: async () => {} };
