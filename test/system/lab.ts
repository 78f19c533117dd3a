/**
 * Plays the scenario that a line of its stdin names, in the place of the last one, and prints its options and roots as a
 * line of JSON, until it is killed.
 */
import { createInterface } from 'node:readline';
import { startLab } from '../../src/lab/index.ts';
import type { Scenario } from '../../src/lab/scenario.ts';
import { start } from '../../src/lab/start.ts';
import { RESOURCES } from '../../src/lab/subnet.ts';

/** A healthy network in which the resources that `expected-private` names have private endpoints. */
const PRIVATE_ENDPOINTS: Scenario = {
  name: 'private-endpoints',
  summary: 'Storage, Key Vault and SQL have private endpoints.',
  expected: { verdict: 'ready', exitCode: 0, causes: [] },
  dns({ records, zones }) {
    const places = [
      [`${RESOURCES.storage}.blob.core.windows.net`, 'privatelink.blob.core.windows.net'],
      [`${RESOURCES.keyVault}.vault.azure.net`, 'privatelink.vaultcore.azure.net'],
      [`${RESOURCES.sql}.database.windows.net`, 'privatelink.database.windows.net'],
    ] as const;
    return {
      records: new Map([
        ...records,
        ...places.flatMap(([host, zone], index) => {
          const alias = `${host.split('.')[0]}.${zone}`;
          return [
            [host, { alias }],
            [alias, { addresses: [`10.1.0.${20 + index}`] }],
          ] as const;
        }),
      ]),
      zones: new Map([...zones, ...places.map(([, zone]) => [zone, 'private'] as const)]),
    };
  },
};

let last: Awaited<ReturnType<typeof startLab>> | undefined;
for await (const name of createInterface(process.stdin)) {
  await last?.close();
  last = await (name === PRIVATE_ENDPOINTS.name ? start(PRIVATE_ENDPOINTS) : startLab(name));
  const { options, roots, publicRoots } = last;
  process.stdout.write(`${JSON.stringify({ options, roots, publicRoots })}\n`);
}
