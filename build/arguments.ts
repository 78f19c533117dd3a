/** The arguments after `npm run build --`. */
import { parseArgs } from 'node:util';
import { BuildError } from './build-error.ts';
import { TARGETS, type Target } from './targets.ts';

export const USAGE = `npm run build [-- OPTIONS]
  --target NAME   make the executable for NAME alone (repeatable): ${TARGETS.map(({ name }) => name).join(', ')}
  --available     leave out, and name, the executables whose runtime cannot be had
  --compress      also write each executable as .gz and .zst (a minute each; needs libdeflate-gzip)
  --help          this text`;

export interface Wanted {
  readonly help: boolean;
  readonly targets: readonly Target[];
  /** Whether to go on without the executables whose runtime cannot be had. */
  readonly available: boolean;
  /** Whether to write compressed copies of the executables, too. */
  readonly compress: boolean;
}

/** @throws BuildError for an unknown argument */
export function parseArguments(argv: readonly string[]): Wanted {
  const { target: names = [], available = false, compress = false, help = false } = split(argv);
  const unknown = names.filter((name) => !TARGETS.some((target) => target.name === name));
  if (unknown.length > 0) {
    const known = TARGETS.map(({ name }) => name).join(', ');
    throw new BuildError(`--target ${unknown.join(', ')}: no such target. Targets: ${known}`);
  }
  const targets = names.length === 0 ? TARGETS : TARGETS.filter(({ name }) => names.includes(name));
  return { help, targets, available, compress };
}

function split(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        target: { type: 'string', multiple: true },
        available: { type: 'boolean' },
        compress: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new BuildError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
