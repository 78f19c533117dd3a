/** Whole commands, measured from outside: wall time, CPU time and peak memory as GNU time sees them. */
import { spawnSync } from 'node:child_process';

export interface Measured {
  readonly seconds: number;
  /** Seconds of CPU time, of the user and the system: on a busy machine it tells more than wall time. */
  readonly processor: number;
  readonly megabytes: number;
}

/**
 * Runs a command to its end.
 * @throws Error when it ends with an exit code that is not among the accepted ones
 */
export function measure(command: readonly string[], accepted: readonly number[] = [0]): Measured {
  const result = spawnSync('/usr/bin/time', ['-f', 'measured %e %U %S %M', ...command], { encoding: 'utf8' });
  if (result.error) throw result.error;
  const found = /measured ([\d.]+) ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(result.stderr);
  if (found === null || result.status === null || !accepted.includes(result.status)) {
    throw new Error(`${command.join(' ')} ended with ${result.status}: ${result.stderr.slice(-2000)}`);
  }
  const [seconds = 0, user = 0, system = 0, kilobytes = 0] = found.slice(1).map(Number);
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
