/** Numbers, lists, durations and commands in the texts for people. */

/** `1 endpoint`, `2 endpoints`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The text with its first letter in upper case. */
export function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** The first few items, and how many were left out: `a, b, c and 12 more`. */
export function few(items: readonly string[], most: number): string {
  const left = items.length - most;
  return left > 0 ? `${items.slice(0, most).join(', ')} and ${left} more` : items.join(', ');
}

/** A duration for people: `640 ms`, `4.2 s`, `60 s`, `3 min 5 s`, `2 h 5 min`, `60 days`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 3600) return inTwo(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  return minutes < 48 * 60 ? inTwo(minutes, 60, 'h', 'min') : count(Math.round(minutes / 1440), 'day');
}

function inTwo(amount: number, each: number, large: string, small: string): string {
  const rest = amount % each;
  return `${Math.floor(amount / each)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** Before a command in a message: such lines are not wrapped, so that they can be pasted. */
export const COMMAND_INDENT = '    ';

/** A command on its own line of a message. */
export function commandLine(command: string): string {
  return `\n${COMMAND_INDENT}${command}`;
}
