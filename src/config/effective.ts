/** The options as they are in effect, fit to be shown: secrets masked, each with where it comes from. */
import { maskSecrets } from '../common/mask.ts';
import type { OptionValue, Report } from '../model/report.ts';
import type { Loaded } from './load.ts';
import { FILE_KEYS, shown } from './options.ts';
import type { Options } from './types.ts';

/** Options, and where each was given. */
export type Configured = Pick<Loaded, 'options' | 'origins'>;

export interface EffectiveOption {
  readonly key: keyof Options;
  readonly value: OptionValue;
  /** `flag --timeout`, `variable APIM_PROBE_TIMEOUT`, `/path/file.yaml:3:1`, `default` */
  readonly origin: string;
}

/** Every option, in the order of the help. */
export function effectiveOptions({ options, origins }: Configured): EffectiveOption[] {
  return FILE_KEYS.map((key) => ({ key, value: masked(shown(key, options[key])), origin: origins[key] }));
}

function masked(value: OptionValue): OptionValue {
  if (typeof value === 'string') return maskSecrets(value);
  return Array.isArray(value) ? value.map((item) => maskSecrets(item)) : value;
}

/** The same as the report holds them: by key, each with the kind of its origin. */
export function reportedOptions(configured: Configured): Report['options'] {
  return Object.fromEntries(
    effectiveOptions(configured).map(({ key, value, origin }) => [key, { value, from: sourceOf(origin) }]),
  );
}

/**
 * The kind of an origin. Files are absolute paths and systemd credentials. The scenario of a demo is given by a flag
 * (`--scenario`), so what it sets counts as that.
 */
function sourceOf(origin: string): Report['options'][string]['from'] {
  if (origin === 'default') return 'default';
  if (/^(?:flag|scenario) /.test(origin)) return 'flag';
  return origin.startsWith('variable ') ? 'variable' : 'file';
}
