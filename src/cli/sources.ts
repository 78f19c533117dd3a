import type { Flags } from '../config/layers.ts';
import type { Sources } from '../config/load.ts';
import type { Io } from './io.ts';

/** The usual places that options come from. */
export function loadSources(flags: Flags, { env, cwd, systemConfig }: Io): Sources {
  return systemConfig === undefined ? { flags, env, cwd } : { flags, env, cwd, systemConfig };
}
