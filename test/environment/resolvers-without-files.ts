/** Reads resolv.conf without free file descriptors: `node resolvers-without-files.ts FILE MS`, after which some are free. */
import { closeSync, openSync } from 'node:fs';
import { thisMachine } from '../../src/environment/machine.ts';
import { systemResolvers } from '../../src/environment/resolvers.ts';

const [, , file = '', freeAfterMs = 'never'] = process.argv;
const machine = {
  ...thisMachine(),
  platform: 'linux',
  resolverFiles: { configured: file, upstream: file },
} as const;
const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // No file descriptor is left.
}
const free = (): void => {
  for (const each of taken.splice(0)) closeSync(each);
};
if (freeAfterMs !== 'never') setTimeout(free, Number(freeAfterMs));
const found = await systemResolvers(machine);
free();
process.stdout.write(JSON.stringify(found));
