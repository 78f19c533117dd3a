/**
 * The agent on a machine of the test, where the test's authority is a public one: /etc/apim-probe/public.pem there. From
 * source or, when an executable is under test, the one file that was built with it, since an executable cannot be given
 * a public root. That file starts in two thirds of the time, and the agent is started 150 times.
 */
import { dirname, join } from 'node:path';
import { BUILT } from '../cli/program.ts';

/** The file that Node.js is given. */
export const FILE =
  BUILT === null
    ? join(import.meta.dirname, '../../bin/apim-probe.ts')
    : join(dirname(BUILT), 'apim-probe.mjs');
const PUBLIC_ROOT = join(import.meta.dirname, 'public-root.mjs');

/** Its command line, without arguments. */
export const AGENT: readonly string[] = [
  process.execPath,
  '--disable-sigusr1',
  ...['--import', PUBLIC_ROOT],
  FILE,
];
