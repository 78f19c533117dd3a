import type { Scenario } from '../scenario.ts';
import { INSPECTED } from './tls-inspection.ts';

/** The chain verifies, and yet API Management would not trust it: the issuer is not Azure's. */
export const tlsInspectionTrusted: Scenario = {
  name: 'tls-inspection-trusted',
  summary: 'The same, with the security gateway’s root among the extra roots of this machine.',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['tls-intercepted'] },
  routes: INSPECTED,
  inspectionRootInCaFile: true,
};
