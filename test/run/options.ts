/** Default options of `load`, with changes. */
import { tmpdir } from 'node:os';
import type { Configured } from '../../src/config/effective.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import type { Options } from '../../src/config/types.ts';

const { options: DEFAULTS, origins: ORIGINS } = load(
  {
    flags: {},
    env: {},
    cwd: tmpdir(),
    preset: { origin: 'the test', values: {} },
  },
  readers,
);

export function optionsWith(changes: Partial<Options> = {}): Options {
  return { ...DEFAULTS, ...changes };
}

/** Options for the agent, with the origins of defaults. */
export function configured(options: Options): Configured {
  return { options, origins: ORIGINS, configFile: null };
}
