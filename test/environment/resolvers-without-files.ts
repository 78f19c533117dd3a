/** Reads resolv.conf without free file descriptors: `node resolvers-without-files.ts FILE MS`, after which some are free. */
import { thisMachine } from '../../src/environment/machine.ts';
import { systemResolvers } from '../../src/environment/resolvers.ts';
import { runOutOfFiles } from '../run-out-of-files.ts';

const [, , file = '', freeAfterMs = 'never'] = process.argv;
const machine = {
  ...thisMachine(),
  platform: 'linux',
  resolverFiles: { configured: file, upstream: file },
} as const;
const free = runOutOfFiles(freeAfterMs);
const found = await systemResolvers(machine);
free();
process.stdout.write(JSON.stringify(found));
