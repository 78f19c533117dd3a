/** The places that options come from, read into one shape: nothing is validated here but the keys. */
import { didYouMean } from '../common/did-you-mean.ts';
import { FILE_KEYS, flagName, OPTION_KEYS, OPTIONS, type OptionKey, variableName } from './options.ts';

/** One value as it stands in its source, before its option's type has seen it. */
export interface RawValue {
  readonly value: unknown;
  /** `flag --timeout`, `variable APIM_PROBE_TIMEOUT`, `/path/file.yaml:3:1` */
  readonly origin: string;
}

/** What one source says of one option. */
export interface Given {
  readonly origin: string;
  /** One entry, or for a list one for each of its items. */
  readonly values: readonly RawValue[];
  /** The folder that relative paths start from. */
  readonly folder: string;
}

export type Layer = ReadonlyMap<OptionKey, Given>;

/** Parsed flags by option key: text for each time the flag stood there, or a switch's state. */
export type Flags = Readonly<Partial<Record<OptionKey, boolean | readonly string[]>>>;

/** Options as a config file holds them, handed in by the program itself: what the lab sets up. */
export interface Preset {
  readonly origin: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What the text of a flag or a variable stands for; text that fits no kind is left for the type to refuse. */
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

/** Items of a list variable: separated by commas or white space, so that one line of a unit file can hold them. */
function items(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

/**
 * @param problems receives the variables with our prefix that are none of ours
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

/** The conventions for colour that all programs share; they rank below our own flag, variable and file. */
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
