/** Completion of the command line: the script for a shell, which yargs has. */
import yargs from 'yargs';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import { type Command, SHELLS } from './command.ts';
import { write } from './io.ts';

/** `apim-probe completion SHELL`: the script that the shell reads. */
export const completion: Command = async ({ positionals: [shell = ''] }, io) => {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) throw new UsageError([`SHELL is ${SHELLS.join(' or ')}, not ${quote(shell)}`]);
  await write(io.stdout, `${completionScript(known)}\n`);
  return 0;
};

/** The script that completes by calling `apim-probe --get-yargs-completions`. */
export function completionScript(shell: (typeof SHELLS)[number]): string {
  const before = process.env['SHELL'];
  // yargs chooses the script by this variable alone.
  process.env['SHELL'] = shell;
  try {
    const own = `completion ${shell}`;
    let script = '';
    yargs()
      .scriptName('apim-probe')
      .detectLocale(false)
      .exitProcess(false)
      .completion(own, false)
      .parse([own], {}, (_error: unknown, _argv: unknown, output: string) => {
        script = output;
      });
    return script.trimEnd();
  } finally {
    if (before === undefined) delete process.env['SHELL'];
    else process.env['SHELL'] = before;
  }
}
