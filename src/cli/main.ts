/** The entry point: arguments in, exit code out. Loads commands on demand, so that `--version` is fast. */
import { isLocalLimit, LOCAL_LIMITS } from '../../probes/local-limits.ts';
import { errorCode, systemReason } from '../common/system-reason.ts';
import { UsageError } from '../common/usage-error.ts';
import { VERSION } from '../version.ts';
import { defectText, wantsStack } from './defect.ts';
import { EXIT_DEFECT, EXIT_INCONCLUSIVE, EXIT_UNDELIVERED, EXIT_USAGE } from './exit-code.ts';
import { guardStreams, type Io, StreamError, write } from './streams.ts';

async function perform(argv: readonly string[], io: Io): Promise<number> {
  // The scripts of "completion" call this, with the program's name and the words to the cursor.
  if (argv[0] === '--get-yargs-completions') {
    const { completions } = await import('./completion-words.ts');
    await write(
      io.stdout,
      completions(argv.slice(2)).map((word) => `${word}\n`),
    );
    return 0;
  }
  if (argv.includes('--version') || argv.includes('-V')) {
    await write(io.stdout, `${VERSION}\n`);
    return 0;
  }
  const [{ chooseCharacters, writeText }, { parseCommandLine }] = await Promise.all([
    import('./io.ts'),
    import('./parse.ts'),
  ]);
  chooseCharacters(io);
  const parsed = parseCommandLine(argv);
  if (parsed.kind === 'help') {
    const { commandHelp, programHelp } = await import('./help.ts');
    await writeText(io.stdout, parsed.command === null ? programHelp() : commandHelp(parsed.command));
    return 0;
  }
  const { commandDescription } = await import('./commands.ts');
  const command = await commandDescription(parsed.invocation.command).load();
  return command(parsed.invocation, io);
}

function usageText({ problems }: UsageError): string {
  const [first] = problems;
  const body =
    problems.length === 1 && first !== undefined
      ? `apim-probe: ${first}`
      : [`apim-probe: ${problems.length} problems:`, ...problems.map((problem) => `  - ${problem}`)].join(
          '\n',
        );
  return `${body}\nNo endpoint was contacted. "apim-probe --help" lists the commands and options.`;
}

async function reportError(error: unknown, argv: readonly string[], io: Io): Promise<number> {
  const { writeMessage } = await import('./io.ts');
  if (error instanceof UsageError) {
    await writeMessage(io.stderr, usageText(error));
    return EXIT_USAGE;
  }
  const code = errorCode(error) ?? '';
  if (isLocalLimit(code)) {
    const { what, remedy } = LOCAL_LIMITS[code];
    await writeMessage(io.stderr, `apim-probe: this VM ran out of ${what} (${code}). ${remedy}`);
    return EXIT_INCONCLUSIVE;
  }
  if (error instanceof StreamError) {
    await writeMessage(io.stderr, `apim-probe: ${error.message}: ${systemReason(error.cause)}`);
    return EXIT_UNDELIVERED;
  }
  await writeMessage(io.stderr, defectText(error, wantsStack(argv, io.env)));
  return EXIT_DEFECT;
}

/**
 * @param argv the arguments after the program's name
 * @returns the exit code; never rejects
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  guardStreams(io);
  try {
    return await perform(argv, io);
  } catch (error) {
    return await reportError(error, argv, io).catch(() => EXIT_DEFECT);
  }
}
