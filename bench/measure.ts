/** Whole commands, measured from outside: times by bash, which knows milliseconds, and peak memory by GNU time. */
import { spawnSync } from 'node:child_process';
import { withoutRuntimeVariables } from '../src/config/runtime-variables.ts';

export interface Measured {
  /** Of wall time. */
  readonly seconds: number;
  /** Seconds of CPU time, of the user and the system: on a busy machine it tells more than wall time. */
  readonly processor: number;
  readonly megabytes: number;
}

const MEASURE = `TIMEFORMAT='measured %R %U %S'; time /usr/bin/time -q -f 'memory %M' -- "$@"`;

/**
 * Runs a command to its end, without variables of the runtime: with one the executable starts itself a second time.
 * @throws Error when it ends with an exit code that is not among the accepted ones
 */
export function measure(command: readonly string[], accepted: readonly number[] = [0]): Measured {
  const env = withoutRuntimeVariables(process.env);
  const result = spawnSync('bash', ['-c', MEASURE, 'bash', ...command], { encoding: 'utf8', env });
  if (result.error) throw result.error;
  const found = /memory (\d+)\nmeasured ([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(result.stderr);
  if (found === null || result.status === null || !accepted.includes(result.status)) {
    throw new Error(`${command.join(' ')} ended with ${result.status}: ${result.stderr.slice(-2000)}`);
  }
  const [kilobytes = 0, seconds = 0, user = 0, system = 0] = found.slice(1).map(Number);
  return { seconds, processor: user + system, megabytes: kilobytes / 1024 };
}

/** Two commands in turn, so that a machine that grows slower is slower for both; medians of the runs. */
export function measureInTurn(runs: number, one: () => Measured, other: () => Measured) {
  const pairs = Array.from({ length: runs }, () => [one(), other()] as const);
  const first = pairs.map(([measured]) => measured);
  const second = pairs.map(([, measured]) => measured);
  return { one: medians(first), other: medians(second) };
}

function medians(all: readonly Measured[]): Measured {
  const median = (of: (one: Measured) => number): number => quantile(all.map(of), 0.5);
  return {
    seconds: median(({ seconds }) => seconds),
    processor: median(({ processor }) => processor),
    megabytes: median(({ megabytes }) => megabytes),
  };
}

/** The nearest-rank quantile of some figures. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** One line of a table of results. */
export function say(what: string, ...columns: readonly string[]): void {
  process.stdout.write(`  ${what.padEnd(34)}${columns.map((column) => column.padStart(14)).join('')}\n`);
}
