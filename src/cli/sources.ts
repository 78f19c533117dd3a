import type { Flags } from '../config/layers.ts';
import { type Loaded, load, type Sources } from '../config/load.ts';
import { type Io, StreamError, writeMessage } from './io.ts';

/** The usual places that options come from. */
export function loadSources(flags: Flags, { env, cwd, systemConfig }: Io): Sources {
  return systemConfig === undefined ? { flags, env, cwd } : { flags, env, cwd, systemConfig };
}

/**
 * Loads the options of a command and names the config file that was used, as the first line of stderr.
 * @throws UsageError with all problems at once
 */
export async function loadOptions(flags: Flags, io: Io): Promise<Loaded> {
  const loaded = load(loadSources(flags, io));
  await nameConfigFile(loaded, io);
  return loaded;
}

/** A stderr that takes nothing must not cost the report. */
export async function nameConfigFile({ configFile }: Loaded, io: Io): Promise<void> {
  if (configFile === null) return;
  await writeMessage(io.stderr, `Options from ${configFile}`).catch((error: unknown) => {
    if (!(error instanceof StreamError)) throw error;
  });
}
