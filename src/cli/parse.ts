/** Parses the command line. The parser of yargs only splits it; the checks here report every problem at once. */
import { Parser } from 'yargs/helpers';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Flags } from '../config/layers.ts';
import { flagName, OPTION_KEYS, OPTIONS, type OptionKey } from '../config/options.ts';
import { COMMAND_NAMES, type CommandName, type Invocation } from './command.ts';
import { commandDescription, usageOf } from './commands.ts';

/** Turns off what the parser accepts by default: `--no-` before any flag, `--a.b`, camelCase variants. */
const CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'populate--': true,
  'short-option-groups': false,
} as const;

function hasNegation(key: OptionKey): boolean {
  return OPTIONS[key].kind === 'switch' || OPTIONS[key].without !== undefined;
}

/** Every flag of every command with its placeholder, or null for a switch. */
function allFlags(): Map<string, string | null> {
  const flags = new Map<string, string | null>([['help', null]]);
  for (const key of OPTION_KEYS) {
    flags.set(flagName(key), OPTIONS[key].value);
    if (hasNegation(key)) flags.set(`no-${flagName(key)}`, null);
  }
  for (const command of COMMAND_NAMES)
    for (const { name, value } of commandDescription(command).own) flags.set(name, value);
  return flags;
}

/** Every flag with its placeholder; null for a switch. */
export const FLAGS: ReadonlyMap<string, string | null> = allFlags();

/** One letter for a flag; the parser reports both. */
const SHORT = { h: ['help'], q: ['quiet'], v: ['verbose'] };

/** The names of the flags that a command takes. */
export function flagsOf(command: CommandName): Set<string> {
  const { options, own } = commandDescription(command);
  const negations = options.filter(hasNegation).map((key) => `no-${flagName(key)}`);
  return new Set(['help', ...options.map(flagName), ...negations, ...own.map(({ name }) => name)]);
}

/** The flags by the parser: text, a list of texts, or the state of a switch. */
type Raw = Map<string, string | boolean | readonly string[]>;

interface Split {
  readonly raw: Raw;
  readonly positionals: readonly string[];
}

/** Flags such as --constructor break the tables of the parser, so they are removed before. */
function inheritedFlags(argv: readonly string[]): string[] {
  return argv.filter((argument) => {
    const name = /^-+([^=]+)/.exec(argument)?.[1];
    return name !== undefined && (name in Object.prototype || name === '__proto__');
  });
}

function split(argv: readonly string[], problems: string[]): Split {
  const rejected = inheritedFlags(argv);
  for (const argument of rejected) problems.push(`unknown option ${argument.split('=')[0]}`);
  const names = [...FLAGS];
  const texts = names.filter(([, value]) => value !== null).map(([name]) => name);
  const switches = names.filter(([, value]) => value === null).map(([name]) => name);
  const { argv: found, error } = Parser.detailed(
    argv.filter((argument) => !rejected.includes(argument)),
    {
      string: texts,
      boolean: switches,
      alias: SHORT,
      narg: Object.fromEntries(texts.map((name) => [name, 1])),
      configuration: CONFIGURATION,
    },
  );
  if (error) problems.push(missingValue(error.message));
  const { _: positionals, '--': rest = [], ...flags } = found;
  return {
    raw: new Map(Object.entries(flags).filter(([, value]) => value !== undefined)) as Raw,
    positionals: [...positionals, ...rest].map(String),
  };
}

/** Replaces the parser's "Not enough arguments following: timeout". */
function missingValue(message: string): string {
  const name = /following: (\S+)$/.exec(message)?.[1];
  const value = name === undefined ? null : FLAGS.get(name);
  return name === undefined || value === undefined ? message : `--${name} needs a value: --${name} ${value}`;
}

/** Rejects switches with a value, because the parser reads `--quiet=maybe` as false. */
function switchValueProblems(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => {
    const name = /^--([^=]+)=/.exec(argument)?.[1];
    if (name === undefined || FLAGS.get(name) !== null) return [];
    return [`--${name} takes no value; write --${name} alone`];
  });
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** Names the commands that have the flag. */
function describeOwners(name: string): string {
  const owners = COMMAND_NAMES.filter((command) => flagsOf(command).has(name));
  return `it belongs to ${owners.map((command) => `"apim-probe ${command}"`).join(', ')}`;
}

function unknownFlagProblems(raw: Raw, command: CommandName): string[] {
  const known = flagsOf(command);
  const candidates = [...known, 'version'];
  return [...raw.keys()].flatMap((name) => {
    if (known.has(name) || Object.hasOwn(SHORT, name)) return [];
    if (FLAGS.has(name)) return [`"apim-probe ${command}" has no option --${name}; ${describeOwners(name)}`];
    return [`unknown option ${dashed(name)}.${didYouMean(name, candidates, (near) => `--${near}`)}`];
  });
}

function positionalProblems(given: readonly string[], command: CommandName | null): string[] {
  const [first, ...rest] = given;
  if (first === undefined) return [];
  if (command === null) {
    const known = COMMAND_NAMES.join(', ');
    return [`unknown command ${quote(first)}.${didYouMean(first, COMMAND_NAMES)} Commands: ${known}`];
  }
  const { positionals } = commandDescription(command);
  const missing = positionals.slice(rest.length).filter(({ optional }) => !optional);
  const lacking = missing.map(({ name }) => `"apim-probe ${command}" needs ${name}: ${usageOf(command)}`);
  const extra = positionals.at(-1)?.many === true ? [] : rest.slice(positionals.length);
  return [
    ...lacking.slice(0, 1),
    ...extra.map((word) => `unexpected argument ${quote(word)} after "${command}"`),
  ];
}

function runFlags(raw: Raw, command: CommandName, problems: string[]): Flags {
  const flags: Record<string, boolean | readonly string[]> = {};
  for (const key of commandDescription(command).options) {
    const name = flagName(key);
    const [yes, no] = [raw.get(name) === true, raw.get(`no-${name}`) === true];
    if (OPTIONS[key].kind === 'switch') {
      if (yes && no) problems.push(`--${name} and --no-${name} exclude each other: give one of them`);
      if (yes || no) flags[key] = yes;
      continue;
    }
    const value = raw.get(name);
    if (no && value !== undefined)
      problems.push(`--${name} and --no-${name} exclude each other: give one of them`);
    if (no) flags[key] = false;
    if (value === undefined || typeof value === 'boolean') continue;
    const texts = typeof value === 'string' ? [value] : value;
    if (texts.length > 1 && !OPTIONS[key].many) {
      problems.push(`--${name} is given ${texts.length} times: give it once`);
    }
    flags[key] = texts;
  }
  return flags;
}

function ownFlags(raw: Raw, command: CommandName, problems: string[]): Invocation['own'] {
  const own: Record<string, string | boolean> = {};
  for (const { name, choices } of commandDescription(command).own) {
    const value = raw.get(name);
    if (value === undefined) continue;
    if (typeof value === 'object') {
      problems.push(`--${name} is given ${value.length} times: give it once`);
    } else if (typeof value === 'string' && choices !== undefined && !choices.includes(value)) {
      problems.push(choiceProblem(name, value, choices));
    } else {
      own[name] = value;
    }
  }
  return own;
}

function choiceProblem(name: string, value: string, choices: readonly string[]): string {
  const [choice = ''] = value.split('=', 1);
  // `run --format FORMAT=FILE` writes a file; the other commands print.
  if (choice !== value && choices.includes(choice)) {
    return `--${name} ${quote(value)} names a file, but this command prints to stdout; give --${name} ${choice} > FILE`;
  }
  return `--${name} ${quote(value)} must be one of ${choices.join(', ')}.${didYouMean(value, choices)}`;
}

/** The request: a command to run, or its help (null: the program's help). */
export type Parsed =
  | { readonly kind: 'command'; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly command: CommandName | null };

/**
 * @param argv the arguments after the program's name
 * @throws UsageError with every problem of the command line
 */
export function parseCommandLine(argv: readonly string[]): Parsed {
  if (argv[0] === 'help') return parseCommandLine([...argv.slice(1), '--help']);
  const problems = switchValueProblems(argv);
  const { raw, positionals: given } = split(argv, problems);
  const [first] = given;
  const named = COMMAND_NAMES.find((name) => name === first) ?? null;
  if (raw.get('help') === true && (named !== null || first === undefined))
    return { kind: 'help', command: named };
  const command = named ?? 'run';
  problems.push(
    ...positionalProblems(given, first === undefined ? 'run' : named),
    ...unknownFlagProblems(raw, command),
  );
  const flags = runFlags(raw, command, problems);
  const own = ownFlags(raw, command, problems);
  if (problems.length > 0) throw new UsageError(problems);
  return { kind: 'command', invocation: { command, positionals: given.slice(1), flags, own } };
}
