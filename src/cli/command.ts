/** The types of a command: its description, its arguments and its function. */
import type { Flags } from '../config/layers.ts';
import type { OptionKey } from '../config/options.ts';
import type { Io } from './io.ts';

export const COMMAND_NAMES = [
  'run',
  'plan',
  'preflight',
  'records',
  'demo',
  'verify',
  'compare',
  'history',
  'upload',
  'render',
  'bundle',
  'schema',
  'explain',
  'config',
  'completion',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** The shells that can complete the command line. */
export const SHELLS = ['bash', 'zsh'] as const;

/** A flag of one command. It is not an option of a run, so variables and config files do not have it. */
export interface OwnFlag {
  readonly name: string;
  /** Placeholder, or null for a switch. */
  readonly value: string | null;
  /** The accepted values, when the set is fixed. */
  readonly choices?: readonly string[];
  readonly help: string;
}

/** An argument without a flag. */
interface Positional {
  /** Placeholder. */
  readonly name: string;
  readonly optional: boolean;
  /** Whether it may be repeated; allowed for the last positional only. */
  readonly many?: true;
}

export interface Invocation {
  readonly command: CommandName;
  readonly positionals: readonly string[];
  /** The run's options that were given as flags. */
  readonly flags: Flags;
  /** The command's own flags. */
  readonly own: Readonly<Record<string, string | boolean | undefined>>;
}

/** Resolves with the exit code; throws UsageError for problems that the user can fix. */
export type Command = (invocation: Invocation, io: Io) => Promise<number>;

export interface CommandDescription {
  readonly summary: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly positionals: readonly Positional[];
  readonly options: readonly OptionKey[];
  readonly own: readonly OwnFlag[];
  readonly load: () => Promise<Command>;
}
