/** The words that the scripts of `apim-probe completion` ask the program for. */
import { FAILURES } from '../../probes/failures.ts';
import { flagName, OPTION_KEYS, OPTIONS } from '../config/options.ts';
import { CAUSES } from '../model/vocabulary.ts';
import { COMMAND_NAMES, type CommandName, SHELLS } from './command.ts';
import { commandDescription } from './commands.ts';
import { FLAGS, flagsOf } from './parse.ts';

/**
 * What may stand in the place of the last word. The shell leaves out what does not begin like that word, and completes
 * names of files when there is nothing.
 * @param words of the command line after the program's name, to the cursor
 */
export function completions(words: readonly string[]): readonly string[] {
  // bash makes a word of each "=".
  const before = words.slice(0, -1).filter((word) => word !== '=');
  const current = words.at(-1) ?? '';
  const { command, positionals } = readWords(before);
  const [, flag] = /^--([a-z-]+)$/.exec(before.at(-1) ?? '') ?? [];
  if (flag !== undefined && (FLAGS.get(flag) ?? null) !== null) return choicesOf(flag, command ?? 'run');
  if (current.startsWith('-')) return dashed(command ?? 'run');
  if (command === null) return COMMAND_NAMES;
  return positionals === 0 ? argumentsOf(command) : [];
}

/** The command, and how many arguments follow it; values of flags are passed over. */
function readWords(words: readonly string[]): { command: CommandName | null; positionals: number } {
  const plain = words.filter((word, at) => {
    const flag = words[at - 1]?.replace(/^--/, '') ?? '';
    return !word.startsWith('-') && !(words[at - 1]?.startsWith('--') && (FLAGS.get(flag) ?? null) !== null);
  });
  const command = COMMAND_NAMES.find((name) => name === plain[0]) ?? null;
  return { command, positionals: plain.length - 1 };
}

function dashed(command: CommandName): string[] {
  return [...flagsOf(command), ...(command === 'run' ? ['version'] : [])].map((name) => `--${name}`);
}

/** The values of a flag, when their set is fixed. */
function choicesOf(flag: string, command: CommandName): readonly string[] {
  const { own } = commandDescription(command);
  const ownFlag = own.find(({ name }) => name === flag);
  if (ownFlag !== undefined) return ownFlag.choices ?? [];
  const key = OPTION_KEYS.find((name) => flagName(name) === flag);
  const schema = key === undefined ? null : OPTIONS[key].type.schema;
  return schema?.type === 'string' ? (schema.enum ?? []) : [];
}

function argumentsOf(command: CommandName): readonly string[] {
  if (command === 'explain') return [...CAUSES, ...FAILURES];
  return command === 'completion' ? SHELLS : [];
}
