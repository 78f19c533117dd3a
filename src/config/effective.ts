/** The effective options for display: secrets masked, each with its origin. */
import { maskSecrets } from '../common/mask.ts';
import type { OptionValue, Report } from '../model/report.ts';
import type { Loaded } from './load.ts';
import { FILE_KEYS, shown } from './options.ts';
import type { Options } from './types.ts';

/** Options with their origins. */
export type Configured = Pick<Loaded, 'options' | 'origins' | 'configFile'>;

export interface EffectiveOption {
  readonly key: keyof Options;
  readonly value: OptionValue;
  /** `flag --timeout`, `variable APIM_PROBE_TIMEOUT`, `/path/file.yaml:3:1`, `import apim.json`, `default` */
  readonly origin: string;
}

/** Every option, in the order of the help. */
export function effectiveOptions({ options, origins }: Configured): EffectiveOption[] {
  return FILE_KEYS.map((key) => ({ key, value: maskValue(shown(key, options[key])), origin: origins[key] }));
}

function maskValue(value: OptionValue): OptionValue {
  if (typeof value === 'string') return maskSecrets(value);
  return Array.isArray(value) ? value.map((item) => maskSecrets(item)) : value;
}

/**
 * The effective options for the report: by key, each with the kind of its origin. Also the config file, and the scenario
 * of a demo.
 */
export function reportedOptions(configured: Configured): Report['options'] {
  const { configFile, origins } = configured;
  const scenario = Object.values(origins).find((origin) => origin.startsWith(SCENARIO)) ?? null;
  const all: readonly { key: string; value: OptionValue; origin: string }[] = [
    ...effectiveOptions(configured),
    { key: 'config', value: configFile, origin: origins.config },
    { key: 'scenario', value: scenario?.slice(SCENARIO.length) ?? null, origin: scenario ?? 'default' },
  ];
  return Object.fromEntries(all.map(({ key, value, origin }) => [key, { value, from: sourceOf(origin) }]));
}

const SCENARIO = 'scenario ';

/**
 * The kind of an origin. Absolute paths and systemd credentials are files. Options of a demo scenario come from the
 * flag `--scenario`, and those of a report that is verified count as flags, because no file has them.
 */
function sourceOf(origin: string): Report['options'][string]['from'] {
  if (origin === 'default') return 'default';
  if (/^(?:flag|scenario|report) /.test(origin)) return 'flag';
  if (origin.startsWith('import ')) return 'import';
  return origin.startsWith('variable ') ? 'variable' : 'file';
}
