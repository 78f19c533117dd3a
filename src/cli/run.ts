import { load } from '../config/load.ts';
import type { Command } from './command.ts';
import { loadSources } from './sources.ts';

/** `apim-probe run`: probe every endpoint and report. */
export const run: Command = async ({ flags }, io) => {
  const loaded = load(loadSources(flags, io));
  const [{ runAgent }, { probeAndReport }] = await Promise.all([
    import('../agent.ts'),
    import('./probe-and-report.ts'),
  ]);
  return probeAndReport(loaded, io, runAgent, 'always');
};
