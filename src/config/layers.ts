/** Reads each source of options into one shape. Validates only the keys. */
import { didYouMean } from '../common/did-you-mean.ts';
import { FILE_KEYS, flagName, OPTION_KEYS, OPTIONS, type OptionKey, variableName } from './options.ts';

/** One value of a source, not yet validated. */
export interface RawValue {
  readonly value: unknown;
  /** A number as it is in the file. */
  readonly written?: string;
  /** `flag --timeout`, `variable APIM_PROBE_TIMEOUT`, `/path/file.yaml:3:1`, `import apim.json` */
  readonly origin: string;
}

/** The value of one option in one source. */
export interface Given {
  readonly origin: string;
  /** One entry; for a list, one for each item. */
  readonly values: readonly RawValue[];
  /** The folder that relative paths start from. */
  readonly folder: string;
}

export type Layer = ReadonlyMap<OptionKey, Given>;

/** Parsed flags by option key: a text for each use of the flag, or the state of a switch. */
export type Flags = Readonly<Partial<Record<OptionKey, boolean | readonly string[]>>>;

/** Options in the form of a config file, set by the program for the lab. */
export interface Preset {
  readonly origin: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Converts the text of a flag or variable; the type later rejects text that does not fit. */
function fromText(key: OptionKey, text: string): unknown {
  const { kind } = OPTIONS[key];
  if (kind === 'number') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (kind === 'switch') {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    if (/^(false|no|off|0)$/i.test(text)) return false;
  }
  return text;
}

export function flagLayer(flags: Flags, cwd: string): Layer {
  const layer = new Map<OptionKey, Given>();
  for (const key of OPTION_KEYS) {
    const given = flags[key];
    if (given === undefined) continue;
    const origin = `flag --${given === false ? 'no-' : ''}${flagName(key)}`;
    const values = typeof given === 'boolean' ? [given] : given.map((text) => fromText(key, text));
    layer.set(key, { origin, folder: cwd, values: values.map((value) => ({ value, origin })) });
  }
  return layer;
}

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = OPTION_KEYS.map(variableName);
  return Object.keys(env)
    .filter((name) => name.startsWith('APIM_PROBE_') && !known.includes(name))
    .map((name) => `variable ${name} is unknown.${didYouMean(name, known)} Unset it, or correct its name`);
}

/** Splits a list variable at commas or white space, so that it fits on one line of a unit file. */
function items(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

/**
 * @param problems receives the unknown variables with our prefix
 * @returns the options set by variables; a variable that is set and empty counts as not set
 */
export function variableLayer(env: NodeJS.ProcessEnv, cwd: string, problems: string[]): Layer {
  problems.push(...unknownVariables(env));
  const layer = new Map<OptionKey, Given>();
  for (const key of OPTION_KEYS) {
    const name = variableName(key);
    const text = env[name]?.trim() ?? '';
    if (text === '') continue;
    const origin = `variable ${name}`;
    const texts = OPTIONS[key].many ? items(text) : [text];
    layer.set(key, {
      origin,
      folder: cwd,
      values: texts.map((item) => ({ value: fromText(key, item), origin })),
    });
  }
  return layer;
}

/** The common conventions for colour; our own flag, variable and file override them. */
export function terminalLayer(env: NodeJS.ProcessEnv, cwd: string): Layer {
  const noColor = (env['NO_COLOR'] ?? '') !== '';
  if (!noColor && env['TERM'] !== 'dumb') return new Map();
  const origin = noColor ? 'variable NO_COLOR' : 'variable TERM';
  return new Map([['color', { origin, folder: cwd, values: [{ value: false, origin }] }]]);
}

export function presetLayer(preset: Preset, cwd: string): Layer {
  const layer = new Map<OptionKey, Given>();
  const { origin } = preset;
  for (const key of FILE_KEYS) {
    const value = preset.values[key];
    if (value === undefined) continue;
    const values = (Array.isArray(value) ? value : [value]).map((item: unknown) => ({ value: item, origin }));
    layer.set(key, { origin, folder: cwd, values });
  }
  return layer;
}
