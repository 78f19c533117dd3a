import type { Scenario } from '../scenario.ts';
import { RESOURCES } from '../subnet.ts';

const KINDS = ['blob', 'table', 'queue', 'file'] as const;

/** The storage account allows selected networks only, and this subnet is not among them. */
export const storageFirewall: Scenario = {
  name: 'storage-firewall',
  summary: 'The path to Storage works, but the account’s own firewall refuses this subnet.',
  expected: { verdict: 'degraded', exitCode: 0, causes: ['service-firewall-denied'] },
  routes: KINDS.map((kind) => ({
    host: `${RESOURCES.storage}.${kind}.core.windows.net`,
    port: 443,
    to: { kind: 'closed-storage' },
  })),
};
