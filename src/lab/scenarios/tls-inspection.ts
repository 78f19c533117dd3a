import { insideFirst, UNASSIGNED } from '../routes.ts';
import type { Scenario } from '../scenario.ts';

/** Everything that leaves the network over HTTPS is opened on the way; the gateway inside it is not. */
export const INSPECTED = insideFirst(
  UNASSIGNED,
  { host: null, port: 443, to: { kind: 'inspection' } },
  { host: null, port: 1886, to: { kind: 'inspection' } },
);

export const tlsInspection: Scenario = {
  name: 'tls-inspection',
  summary: 'A security gateway decrypts outbound HTTPS and shows certificates of its own.',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['tls-intercepted'] },
  routes: INSPECTED,
};
