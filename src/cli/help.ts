/** The help texts, from the descriptions of the options and commands. At most 80 columns. */
import { flagName, OPTIONS, type OptionKey, SECTIONS } from '../config/options.ts';
import { COMMAND_NAMES, type CommandName, type OwnFlag } from './command.ts';
import { commandDescription, usageOf } from './commands.ts';
import { entry, paragraph } from './layout.ts';

const TERM_WIDTH = 26;

/** What the program is for, in one line. */
export const PURPOSE = 'Tests whether Azure API Management can run in this subnet, and reports why not.';

/** With the heading in the first line, and a command below each use. */
export const EXAMPLES = `Examples:
  Before the deployment, on a VM in the subnet that API Management will get:
    apim-probe --storage contosostore --sql contososql --key-vault contosovault
  After it, the gateway and the management endpoint as well:
    apim-probe --apim contoso --vip 10.0.1.5
  Scheduled, with its options in /etc/apim-probe/config.yaml:
    apim-probe --quiet --state /var/lib/apim-probe`;

/** Each exit code and its meaning. */
export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'every required endpoint was reached'],
  ['1', 'blocked: a required endpoint was not reached, or an error rules the instance out'],
  ['2', 'usage or configuration error; no endpoint contacted'],
  ['3', 'inconclusive: something required was not tested'],
  ['4', 'else 0, but the report could not be written or uploaded'],
  ['70', 'a defect in apim-probe'],
  ['75', 'another run is in progress in the state folder; nothing was done'],
  ['129-131, 143', 'stopped by SIGHUP, SIGINT, SIGQUIT, SIGTERM; the report is complete and valid'],
];

/** An option as it is written on the command line. */
export function optionTerm(key: OptionKey): string {
  const option = OPTIONS[key];
  if (option.value !== null) return `--${flagName(key)} ${option.value}`;
  return `--${option.off === undefined ? '' : 'no-'}${flagName(key)}`;
}

/** What an option does, and its default. */
export function optionHelp(key: OptionKey): string {
  const option = OPTIONS[key];
  if (option.many) return `${option.help} (repeatable)`;
  if (option.default === null || option.value === null) return option.off ?? option.help;
  return `${option.help} (default: ${option.default})`;
}

function optionSections(keys: readonly OptionKey[]): string[] {
  return SECTIONS.flatMap((section) => {
    const members = keys.filter((key) => OPTIONS[key].section === section);
    if (members.length === 0) return [];
    const lines = members.flatMap((key) => [
      entry(`  ${optionTerm(key)}`, optionHelp(key), TERM_WIDTH),
      ...withoutLine(key),
    ]);
    return [[`${section}:`, ...lines].join('\n')];
  });
}

function withoutLine(key: OptionKey): string[] {
  const { without } = OPTIONS[key];
  return without === undefined ? [] : [entry(`  --no-${flagName(key)}`, without, TERM_WIDTH)];
}

function ownSection(own: readonly OwnFlag[]): string[] {
  if (own.length === 0) return [];
  const lines = own.map(({ name, value, help }) =>
    entry(`  --${name}${value === null ? '' : ` ${value}`}`, help, TERM_WIDTH),
  );
  return [['Options of this command:', ...lines].join('\n')];
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

/** Where options come from, besides flags. */
export const ORIGINS =
  'Each option is also a key of the config file in camelCase (--dns-server: dnsServer) and a variable ' +
  '(APIM_PROBE_DNS_SERVER; a list is separated by commas or spaces). A flag overrides the variable, the ' +
  'variable the file, the file the default. A path in a config file is relative to that file.';

/** `apim-probe --help` */
export function programHelp(): string {
  const commands = COMMAND_NAMES.map((name) => entry(`  ${name}`, commandDescription(name).summary, 12));
  const codes = EXIT_CODES.map(([code, meaning]) => entry(`  ${code}`, meaning, 12));
  return paragraphs([
    PURPOSE,
    EXAMPLES,
    ['Commands ("apim-probe COMMAND --help" has details):', ...commands].join('\n'),
    ...optionSections(commandDescription('run').options),
    [
      'Help:',
      entry('  --help, -h', 'this text', TERM_WIDTH),
      entry('  --version, -V', 'the version', TERM_WIDTH),
    ].join('\n'),
    paragraph(ORIGINS, 80),
    ['Exit codes:', ...codes].join('\n'),
  ]);
}

/** `apim-probe COMMAND --help` */
export function commandHelp(command: CommandName): string {
  const { about, examples, options, own } = commandDescription(command);
  return paragraphs([
    paragraph(`${usageOf(command)} [options]`, 80, 'Usage: '),
    paragraph(about, 80),
    ['Examples:', ...examples.map((example) => `  ${example}`)].join('\n'),
    ...ownSection(own),
    ...optionSections(options),
  ]);
}
