import { insideFirst } from '../routes.ts';
import type { Scenario } from '../scenario.ts';

/** A default route to an appliance that is not there: only what lies inside the network still answers. */
export const forcedTunnel: Scenario = {
  name: 'forced-tunnel',
  summary: 'The route 0.0.0.0/0 leads nowhere: nothing public answers (time-outs of 1.5 s).',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['no-outbound-path'] },
  routes: insideFirst(
    { host: null, port: 123, to: { kind: 'silence' } },
    { host: null, port: null, to: { kind: 'silence' } },
  ),
  options: { timeout: 1500 },
};
