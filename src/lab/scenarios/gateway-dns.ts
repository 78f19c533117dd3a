import type { Scenario } from '../scenario.ts';
import { RESOURCES } from '../subnet.ts';
import type { ZoneData } from '../zones.ts';

const SUFFIX = 'azure-api.net';
const { apim } = RESOURCES;
/** The one name in DNS, with the address of an instance that is gone. */
const STALE = { name: `${apim}.developer.${SUFFIX}`, address: '10.1.0.21' } as const;

/** An instance in internal mode that works, and whose host names are missing from DNS. */
export const gatewayDns: Scenario = {
  name: 'gateway-dns',
  summary: 'The gateway works at its address, but its host names are missing from DNS, and one is stale.',
  expected: {
    verdict: 'blocked',
    exitCode: 1,
    causes: ['gateway-record-missing', 'gateway-record-wrong'],
  },
  dns({ records, zones }): ZoneData {
    const isOwn = (name: string) => name.endsWith(`.${SUFFIX}`) && name.startsWith(apim);
    return {
      records: new Map([
        ...[...records].filter(([name]) => !isOwn(name)),
        [STALE.name, { addresses: [STALE.address] }],
      ]),
      zones: new Map([...zones].filter(([name]) => !isOwn(name))),
    };
  },
  // The stale record's address is silent, like any address without a machine.
  routes: [{ host: STALE.address, port: null, to: { kind: 'refusal' } }],
};
