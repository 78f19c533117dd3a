import type { Scenario } from '../scenario.ts';

export const healthy: Scenario = {
  name: 'healthy',
  summary: 'Everything that API Management needs answers.',
  expected: { verdict: 'ready', exitCode: 0, causes: [] },
};
