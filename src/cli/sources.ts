import type { Flags } from '../config/layers.ts';
import { type Loaded, load, readersFor, type Sources } from '../config/load.ts';
import { SECRET_VARIABLES } from '../config/options.ts';
import type { Options } from '../config/types.ts';
import { rememberSecret, rememberUrl } from '../delivery/redaction/known-secrets.ts';
import { type Io, StreamError, writeMessage } from './io.ts';

/** The sources of options. Registers secret variables for redaction. */
export function loadSources(flags: Flags, { env, cwd, systemConfig }: Io): Sources {
  rememberVariables(env);
  return systemConfig === undefined ? { flags, env, cwd } : { flags, env, cwd, systemConfig };
}

/**
 * Loads the options of a command and prints the path of its config file as the first line of stderr.
 * @throws UsageError with all problems at once
 */
export async function loadOptions(flags: Flags, io: Io): Promise<Loaded> {
  const sources = loadSources(flags, io);
  const loaded = load(sources, await readersFor(sources));
  rememberOptions(loaded.options);
  await nameConfigFile(loaded, io);
  return loaded;
}

/** Proxy variables may have user-info; their scheme is optional. */
function rememberVariables(env: NodeJS.ProcessEnv): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (/^(?:https?|all)_proxy$/i.test(name)) rememberUrl(value.includes('://') ? value : `http://${value}`);
    if (SECRET_VARIABLES.has(name.toUpperCase())) rememberOption(value);
  }
}

/** Registers the options that may be secrets, from every source. */
export function rememberOptions({ upload, onChange }: Pick<Options, 'upload' | 'onChange'>): void {
  for (const value of [upload, onChange]) if (value !== null) rememberOption(value);
}

function rememberOption(value: string): void {
  if (/^https?:\/\//i.test(value)) rememberUrl(value);
  else rememberSecret(value);
}

/** A stderr that cannot be written must not stop the command. */
export async function nameConfigFile({ configFile }: Loaded, io: Io): Promise<void> {
  if (configFile === null) return;
  await writeMessage(io.stderr, `Options from ${configFile}`).catch((error: unknown) => {
    if (!(error instanceof StreamError)) throw error;
  });
}
