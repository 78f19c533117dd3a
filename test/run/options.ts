/** Options as `load` makes them from nothing, changed as told. */
import { tmpdir } from 'node:os';
import { load } from '../../src/config/load.ts';
import type { Options } from '../../src/config/types.ts';

const { options: DEFAULTS } = load({
  flags: {},
  env: {},
  cwd: tmpdir(),
  preset: { origin: 'the test', values: {} },
});

export function optionsWith(changes: Partial<Options> = {}): Options {
  return { ...DEFAULTS, ...changes };
}
