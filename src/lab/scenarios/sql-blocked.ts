import type { Scenario } from '../scenario.ts';

/** A network security group without a rule for the Sql service tag. */
export const sqlBlocked: Scenario = {
  name: 'sql-blocked',
  summary: 'Port 1433 is dropped silently, as by an NSG without a rule for Sql (time-outs of 1.5 s).',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['outbound-dropped'] },
  routes: [{ host: null, port: 1433, to: { kind: 'silence' } }],
  // A few at a time, so that a slow machine's own load is not taken for a time-out.
  options: { timeout: 1500, concurrency: 16 },
};
