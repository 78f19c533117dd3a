import type { RunHooks } from '../agent.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { quote } from '../common/mask.ts';
import { UsageError } from '../common/usage-error.ts';
import type { Flags, Preset } from '../config/layers.ts';
import { type Loaded, load, readersFor } from '../config/load.ts';
import type { Command } from './command.ts';
import { columnsOf, type Io, writeText } from './io.ts';
import { entry } from './layout.ts';
import type { Agent, Conclusion } from './probe-and-report.ts';

const TERMINAL_VARIABLES = ['NO_COLOR', 'TERM'] as const;

/** `apim-probe demo`: the production code path, with options that point it at the lab. */
export const demo: Command = async ({ flags, own }, io) => {
  if (own['list'] === true) {
    const { SCENARIOS } = await import('../lab/index.ts');
    const columns = columnsOf(io.stdout);
    const width = Math.max(...SCENARIOS.map(({ name }) => name.length)) + 2;
    await writeText(
      io.stdout,
      `${SCENARIOS.map(({ name, summary }) => entry(name, summary, width, columns)).join('\n')}\n`,
    );
    return 0;
  }
  return runDemo(String(own['scenario'] ?? 'healthy'), flags, io);
};

/**
 * Runs the agent against a scenario.
 * @param verification what to probe and to print, when it is not all
 * @throws UsageError for an unknown scenario, or one that does not work here
 */
export async function runDemo(
  name: string,
  flags: Flags,
  io: Io,
  verification?: { readonly isProbed: RunHooks['isProbed']; readonly conclusion: Conclusion },
): Promise<number> {
  const { NotSilentError, SCENARIOS, startLab } = await import('../lab/index.ts');
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) {
    const names = SCENARIOS.map((known) => known.name);
    throw new UsageError([
      `--scenario ${quote(name)} is unknown.${didYouMean(name, names)} Scenarios: ${names.join(', ')}`,
    ]);
  }
  // Reports wrong flags before the lab starts.
  const env = Object.fromEntries(TERMINAL_VARIABLES.map((variable) => [variable, io.env[variable]]));
  const loadWith = async (values: Preset['values']): Promise<Loaded> => {
    const sources = { flags, env, cwd: io.cwd, preset: { origin: `scenario ${name}`, values } };
    return load(sources, await readersFor(sources));
  };
  await loadWith({});
  const [{ runAgent }, { probeAndReport }] = await Promise.all([
    import('../agent.ts'),
    import('./probe-and-report.ts'),
  ]);
  const lab = await startLab(name).catch((error: unknown) => {
    if (!(error instanceof NotSilentError)) throw error;
    throw new UsageError([
      `--scenario ${name} does not work here: ${error.message}. It works on Linux; "apim-probe demo --list" names others`,
    ]);
  });
  try {
    const loaded = await loadWith(lab.options);
    const notes = [`scenario ${name}: ${scenario.summary}`, ...loaded.notes];
    const agent: Agent = (configured, hooks) =>
      runAgent(configured, {
        ...hooks,
        roots: lab.roots,
        publicRoots: lab.publicRoots,
        lateAfter: lab.lateAfter,
        isProbed: verification?.isProbed,
      });
    return await probeAndReport({ ...loaded, notes }, io, agent, 'on-request', verification?.conclusion);
  } finally {
    await lab.close();
  }
}
