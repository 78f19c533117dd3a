/** What a command is: its description, what it is handed, and what it does. */
import type { Flags } from '../config/layers.ts';
import type { OptionKey } from '../config/options.ts';
import type { Io } from './io.ts';

export const COMMAND_NAMES = [
  'run',
  'plan',
  'records',
  'demo',
  'compare',
  'history',
  'upload',
  'render',
  'bundle',
  'schema',
  'explain',
  'config',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** A flag that one command has for itself: no option of a run, so neither variable nor file holds it. */
export interface OwnFlag {
  readonly name: string;
  /** Placeholder, or null for a switch. */
  readonly value: string | null;
  /** The words that it takes, where they are few. */
  readonly words?: readonly string[];
  readonly help: string;
}

/** What stands after the command without a flag. */
interface Positional {
  /** Placeholder. */
  readonly name: string;
  readonly optional: boolean;
  /** Whether it may be repeated; the last one alone. */
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

/** Does what was asked. Resolves with the exit code; throws UsageError for what the user can correct. */
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
