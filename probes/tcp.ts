import type { Probe } from './types.ts';

/** TCP only: the completed connection is the proof. */
export const tcp: Probe = { over: 'tcp', converse: async () => {} };
