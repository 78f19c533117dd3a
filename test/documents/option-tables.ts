/** The options as tables in Markdown, from the table that the command line and the config file are made of. */
import { flagName, OPTION_KEYS, OPTIONS, type OptionKey, SECTIONS } from '../../src/config/options.ts';

/**
 * @param heading in front of the name of each section: `###`
 * @returns the tables, without a line break at the end
 */
export function optionTables(heading: string): string {
  return SECTIONS.map((section) => {
    const keys = OPTION_KEYS.filter((key) => OPTIONS[key].section === section);
    const head = ['| flag | key of the config file | meaning |', '| --- | --- | --- |'];
    return [`${heading} ${section}`, '', ...head, ...keys.map(row)].join('\n');
  }).join('\n\n');
}

function row(key: OptionKey): string {
  const { value, help, off, without, ...option } = OPTIONS[key];
  const flag =
    value === null ? `${off === undefined ? '' : 'no-'}${flagName(key)}` : `${flagName(key)} ${value}`;
  const notes = [
    off ?? help,
    ...(option.many ? ['repeatable'] : []),
    ...(without === undefined ? [] : [`\`--no-${flagName(key)}\`: ${without}`]),
  ];
  const usual =
    option.many || option.default === null || value === null ? '' : ` (default: ${option.default})`;
  const inFile = key === 'config' ? '' : `\`${key}\``;
  const cells = [`\`--${flag}\``, inFile, `${notes.join('; ')}${usual}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
