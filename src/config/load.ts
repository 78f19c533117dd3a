/** Merges flags, variables, config file and defaults into validated options, or throws one error with every problem. */
import { existsSync, lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BadValue } from '../common/bad-value.ts';
import { quote, quotePath } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { isV2, TIER_FACTS } from '../model/tiers.ts';
import type { OptionsFile } from './file.ts';
import { labelProblems } from './label.ts';
import {
  type Flags,
  flagLayer,
  type Given,
  type Layer,
  type Preset,
  presetLayer,
  terminalLayer,
  variableLayer,
} from './layers.ts';
import { FILE_KEYS, flagName, OPTIONS, type OptionKey, variableName } from './options.ts';
import type { Options } from './types.ts';
import { checkUploadFlag, credentialLayer, oneDestination } from './upload-sources.ts';
import type { ValueType } from './value-types.ts';

/** Not read since 0.2: a user who can write to the current folder could run commands with it. */
const LOCAL_CONFIG = 'apim-probe.yaml';

/** The config file that is read when the user names no other. */
function systemConfig(env: NodeJS.ProcessEnv): string {
  if (process.platform !== 'win32') return '/etc/apim-probe/config.yaml';
  return join(env['ProgramData'] ?? 'C:\\ProgramData', 'apim-probe', 'config.yaml');
}

export interface Sources {
  readonly flags: Flags;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Replaces config files and APIM_PROBE_* variables, which are then not read. */
  readonly preset?: Preset;
  /** The machine's config file. Default: /etc/apim-probe/config.yaml. */
  readonly systemConfig?: string;
  /** ms since the epoch, to know how old a document of --from is. Default: now. */
  readonly now?: number;
}

/** The options whose files are read here. */
const READ = ['config', 'from', 'caFile'] as const;

/** What reads those files. */
export type Readers = typeof import('./readers.ts');

/** @returns what `load` needs to read the files of these sources; null when there is no file */
export async function readersFor(sources: Sources): Promise<Readers | null> {
  return hasFiles(sources) ? await import('./readers.ts') : null;
}

function hasFiles({ flags, env, preset, systemConfig: path = systemConfig(env) }: Sources): boolean {
  if (READ.some((key) => Array.isArray(flags[key]))) return true;
  if (preset !== undefined) return READ.some((key) => preset.values[key] !== undefined);
  return (
    READ.some((key) => (env[variableName(key)] ?? '') !== '') || (flags.config !== false && mayExist(path))
  );
}

/** Whether a file is there, or cannot be seen. */
function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

export interface Loaded {
  readonly options: Options;
  /** The origin of each option's value, and of the config file's path. */
  readonly origins: Readonly<Record<OptionKey, string>>;
  /** The config file that was read, or null. */
  readonly configFile: string | null;
  /** Notes for the user about the options; they do not stop a run. */
  readonly notes: readonly string[];
}

interface ConfigFile {
  readonly layer: Layer;
  /** The file that was read, or null. */
  readonly path: string | null;
  /** Of its path, or of `--no-config`. */
  readonly origin: string;
  readonly notes: readonly string[];
}

const NO_FILE: ConfigFile = { layer: new Map(), path: null, origin: 'default', notes: [] };

function configFile(
  flags: Layer,
  variables: Layer,
  sources: Sources,
  readers: Readers | null,
  problems: string[],
): ConfigFile {
  const named = flags.get('config') ?? variables.get('config');
  if (named?.values[0]?.value === false) return { ...NO_FILE, origin: named.origin };
  const notes = localNotes(sources, named);
  if (named === undefined) {
    const path = sources.systemConfig ?? systemConfig(sources.env);
    if (readers === null) return { ...NO_FILE, notes };
    return readConfig(readers.fileLayer(path, 'default', problems), path, notes);
  }
  const path = parse('config', named, problems);
  if (typeof path !== 'string') return NO_FILE;
  const file = needed(readers).fileLayer(path, 'named', problems);
  return { ...readConfig(file, path, notes), origin: named.origin };
}

function needed(readers: Readers | null): Readers {
  if (readers === null) throw new Error('the sources name a file, and nothing was loaded that reads it');
  return readers;
}

function readConfig(file: OptionsFile, path: string, notes: readonly string[]): ConfigFile {
  if (file.layer !== null) return { ...NO_FILE, layer: file.layer, path, notes };
  const unread = file.unreadable === null ? [] : [`${file.unreadable}; its options are not used`];
  return { ...NO_FILE, notes: [...notes, ...unread] };
}

/** Warns about a file that only earlier versions read, unless the user named it. */
function localNotes({ cwd }: Sources, named: Given | undefined): string[] {
  const local = resolve(cwd, LOCAL_CONFIG);
  const value = named?.values[0]?.value;
  if (!existsSync(local) || (typeof value === 'string' && resolve(cwd, value) === local)) return [];
  return [
    `./${LOCAL_CONFIG} is not read: a config file in the current folder is used only when named (--config ./${LOCAL_CONFIG})`,
  ];
}

interface Layers {
  readonly layers: readonly Layer[];
  readonly file: ConfigFile;
}

/** The layers, highest precedence first. */
function layersOf(sources: Sources, readers: Readers | null, problems: string[]): Layers {
  const { env, cwd, preset } = sources;
  const flags = flagLayer(sources.flags, cwd);
  const terminal = terminalLayer(env, cwd);
  if (preset !== undefined) return { layers: [flags, presetLayer(preset, cwd), terminal], file: NO_FILE };
  const variables = variableLayer(env, cwd, problems);
  const file = configFile(flags, variables, sources, readers, problems);
  const layers = [flags, variables, file.layer, terminal, credentialLayer(env, cwd)];
  return { layers: oneDestination(layers, problems), file };
}

/** The value as the user wrote it. */
function shown(value: unknown, written: string | undefined): string {
  return written === undefined ? quote(value) : quote(written).slice(1, -1);
}

/** @returns the option's value, or undefined when a problem was found */
function parse(key: OptionKey, given: Given, problems: string[]): unknown {
  const option = OPTIONS[key];
  const place = option.place as ((item: unknown, resolve: (path: string) => string) => unknown) | undefined;
  const parsed: unknown[] = [];
  for (const { value, written, origin } of given.values) {
    try {
      const item: unknown = option.type.parse(value);
      parsed.push(place?.(item, (path) => resolve(given.folder, path)) ?? item);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const problem = severalValues(key, value, origin) ?? error.message;
      problems.push(
        `${key}: ${option.secret ? 'the value, not repeated here,' : shown(value, written)} (${origin}) ${problem}`,
      );
    }
  }
  if (parsed.length < given.values.length) return undefined;
  return option.many ? parsed : parsed[0];
}

/** The advice for valid values with commas between, as variables have them; null for anything else. */
function severalValues(key: OptionKey, value: unknown, origin: string): string | null {
  const { many, type } = OPTIONS[key];
  if (!many || typeof value !== 'string' || !value.includes(',')) return null;
  const items = value.split(',').map((item) => item.trim());
  if (!items.every((item) => accepts(type, item))) return null;
  const how = origin.startsWith('flag ')
    ? `give --${flagName(key)} once for each`
    : 'write a list: [ONE, TWO]';
  return `holds ${items.length} values; ${how}`;
}

function accepts(type: ValueType<unknown>, value: unknown): boolean {
  try {
    type.parse(value);
    return true;
  } catch (error) {
    if (error instanceof BadValue) return false;
    throw error;
  }
}

function fallback(key: keyof Options): unknown {
  const option = OPTIONS[key];
  return option.many ? [] : option.default;
}

/** Options before the final checks; an option with a problem has no value. */
type Draft = Partial<Options>;

function checkCaFiles(
  draft: Draft,
  origins: Loaded['origins'],
  readers: Readers | null,
  problems: string[],
): void {
  for (const path of draft.caFile ?? []) {
    const problem = needed(readers).caFileProblem(path);
    if (problem !== null) problems.push(`caFile: ${quotePath(path)} (${origins.caFile}) ${problem}`);
  }
}

/** The options that the files of --from give. */
function importLayer(
  layers: readonly Layer[],
  now: number,
  readers: Readers | null,
  problems: string[],
): ReturnType<Readers['documentLayer']> {
  const givenValue = (key: 'from' | 'apim') => {
    const given = layers.find((layer) => layer.has(key))?.get(key);
    // A problem of the value itself is reported with those of all options.
    return { value: given === undefined ? undefined : parse(key, given, []), origin: given?.origin };
  };
  const { value: paths, origin } = givenValue('from');
  if (!Array.isArray(paths) || paths.length === 0) return { layer: new Map(), notes: [] };
  const { readImport, documentLayer } = needed(readers);
  const files = paths.flatMap((path: string) => {
    const reading = readImport(path);
    if (reading.ok) return [reading.imported];
    problems.push(`from: ${quotePath(path)} (${origin}) ${reading.problem}`);
    return [];
  });
  const { value: apim } = givenValue('apim');
  return documentLayer(files, typeof apim === 'string' ? apim : null, now);
}

/** Rejects opposite options that name the same group. */
function checkGroups(draft: Draft, origins: Loaded['origins'], problems: string[]): void {
  for (const [one, other] of [
    ['only', 'skip'],
    ['require', 'optional'],
  ] as const) {
    for (const group of new Set(draft[one]).intersection(new Set(draft[other]))) {
      problems.push(
        `${one} and ${other} both name the group ${group} (${origins[one]}; ${origins[other]}): remove one of them`,
      );
    }
  }
}

/** A required group that is left out would pass unseen; an older line of a config file gets a note instead. */
function checkRequired(draft: Draft, origins: Loaded['origins'], problems: string[]): void {
  if (origins.require.startsWith('flag ')) problems.push(...requiredOutside(draft, origins));
}

function requiredOutside(
  { require = [], only = [], skip = [] }: Draft,
  origins: Loaded['origins'],
): string[] {
  return [...new Set(require)].flatMap((group) => {
    const by = skip.includes(group) ? 'skip' : only.length > 0 && !only.includes(group) ? 'only' : null;
    if (by === null) return [];
    return (
      `require names the group ${group} (${origins.require}), which ${by} (${origins[by]}) leaves out: ` +
      (by === 'only' ? `give --only ${group} as well, or leave it out of require` : 'remove one of them')
    );
  });
}

function checkUnits({ tier, units }: Draft, origins: Loaded['origins'], problems: string[]): void {
  if (tier === undefined || typeof units !== 'number') return;
  const { name, mostUnits } = TIER_FACTS[tier];
  if (units <= mostUnits) return;
  const most = mostUnits === 1 ? 'one unit' : `${mostUnits} units`;
  problems.push(
    `units: ${units} (${origins.units}) is more than the ${most} of the ${name} tier; leave units out, or ` +
      'give --tier premium',
  );
}

/** The platforms stv1 and stv2 are of the classic tiers. */
function checkPlatform({ tier, platform }: Draft, origins: Loaded['origins'], problems: string[]): void {
  if (tier === undefined || !isV2(tier) || origins.platform === 'default') return;
  problems.push(
    `platform: ${platform} (${origins.platform}) is of the classic tiers, and ${TIER_FACTS[tier].name} has none: leave ` +
      `platform out, or give another tier than ${tier} (${origins.tier})`,
  );
}

/** Only for the flag: a config file may serve runs with and without a state folder. */
function checkOnChange({ onChange, state }: Draft, origins: Loaded['origins'], problems: string[]): void {
  if (typeof onChange !== 'string' || state !== null || !origins.onChange.startsWith('flag ')) return;
  problems.push(
    `onChange (${origins.onChange}) needs stored reports to find a change: give --state DIR as well`,
  );
}

/** A report replaces its whole file, so it would overwrite the log. */
function checkLogFile({ logFile, output, format }: Draft, origins: Loaded['origins'], problems: string[]) {
  if (typeof logFile !== 'string') return;
  if (output !== logFile && format?.every(({ file }) => file !== logFile) !== false) return;
  problems.push(
    `logFile: ${quotePath(logFile)} (${origins.logFile}) is also where a report goes: give each its own file`,
  );
}

function optionNotes(options: Options, readers: Readers | null): string[] {
  const notes = options.caFile.flatMap((path) =>
    needed(readers)
      .caFileNotes(path, Date.now())
      .map((note) => `caFile: ${quotePath(path)} ${note}`),
  );
  if (options.deadline < options.timeout) {
    notes.push(
      `deadline (${options.deadline} ms) is shorter than timeout (${options.timeout} ms): the deadline ends every step`,
    );
  }
  if (options.vip !== null && options.apim === null && options.hostname.length === 0) {
    notes.push('vip has no effect without apim or hostname: their names should resolve to it');
  }
  if (options.location.length > 0 && options.apim === null) {
    notes.push('location has no effect without apim: it is for the host names of its regional gateways');
  }
  if (options.onChange !== null && options.state === null) {
    notes.push('onChange has no effect without state: a change is found by comparing stored reports');
  }
  return notes;
}

/**
 * Merges and validates the options: flag over variable over file over default. A list replaces the lists of sources
 * with lower precedence.
 * @param readers by `readersFor`
 * @throws UsageError with all problems at once
 */
export function load(sources: Sources, readers: Readers | null): Loaded {
  const problems: string[] = [];
  const { layers: own, file } = layersOf(sources, readers, problems);
  const documents = importLayer(own, sources.now ?? Date.now(), readers, problems);
  const layers = [...own, documents.layer];
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = { config: file.origin };
  for (const key of FILE_KEYS) {
    const given = layers.find((layer) => layer.has(key))?.get(key);
    origins[key] = given?.origin ?? 'default';
    values[key] = given === undefined ? fallback(key) : parse(key, given, problems);
  }
  // Each value was parsed by its option's type, which the table's type ties to the key.
  const draft = values as Draft;
  const complete = origins as Loaded['origins'];
  checkCaFiles(draft, complete, readers, problems);
  checkGroups(draft, complete, problems);
  checkRequired(draft, complete, problems);
  checkUnits(draft, complete, problems);
  checkPlatform(draft, complete, problems);
  problems.push(...labelProblems(draft.label ?? [], complete.label));
  checkOnChange(draft, complete, problems);
  checkLogFile(draft, complete, problems);
  checkUploadFlag(draft, complete, problems);
  if (problems.length > 0) throw new UsageError(problems);
  const options = draft as Options;
  return {
    options,
    origins: complete,
    configFile: file.path,
    notes: [
      ...file.notes,
      ...documents.notes,
      ...requiredOutside(options, complete),
      ...optionNotes(options, readers),
    ],
  };
}
