import type { Command } from './command.ts';
import { loadOptions } from './sources.ts';

/** `apim-probe run`: probe every endpoint and report. */
export const run: Command = async ({ flags }, io) => {
  const loaded = await loadOptions(flags, io);
  const [{ runAgent }, { probeAndReport }] = await Promise.all([
    import('../agent.ts'),
    import('./probe-and-report.ts'),
  ]);
  return probeAndReport(loaded, io, runAgent, 'always');
};
