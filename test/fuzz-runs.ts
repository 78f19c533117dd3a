/**
 * How often a property is tried with random values: 300 times unless a test needs another number, and `FUZZ_RUNS` times
 * as often where that variable is set. Each run of the tests tries other values.
 */
export function fuzzRuns(usual = 300): number {
  return usual * Number(process.env['FUZZ_RUNS'] ?? 1);
}
