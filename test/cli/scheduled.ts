/** Runs with `--state`, each with a given report. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guardStreams } from '../../src/cli/io.ts';
import { probeAndReport } from '../../src/cli/probe-and-report.ts';
import type { Flags } from '../../src/config/layers.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import type { Report } from '../../src/model/report.ts';
import { parsedReport } from '../report/samples.ts';
import { capture } from './harness.ts';

/**
 * One run in the folder `s` of `cwd`.
 * @param during what happens while it probes
 */
export async function probe(cwd: string, found: Report, flags: Flags = {}, during = async () => {}) {
  const io = { ...capture({ cwd }), env: { PATH: '/usr/bin:/bin' } };
  guardStreams(io);
  const loaded = load(
    {
      flags: { state: ['s'], ...flags },
      env: {},
      cwd,
      systemConfig: join(cwd, 'none'),
    },
    readers,
  );
  const agent = async () => {
    await during();
    return found;
  };
  const code = await probeAndReport(loaded, io, agent, 'always');
  return { code, out: io.out(), err: io.err() };
}

/** The stored reports, oldest first. */
export function storedReports(cwd: string): Report[] {
  const folder = join(cwd, 's/reports');
  return readdirSync(folder)
    .toSorted()
    .map((name) => parsedReport(readFileSync(join(folder, name), 'utf8')));
}
