/** Records of an instance, as the tests of the formats need them. */
import type { Records } from '../../src/records/types.ts';

export const HOSTS = ['contoso.azure-api.net', 'contoso.portal.azure-api.net', 'api.contoso.com'] as const;
export const ELSEWHERE = 'contoso-uksouth-01.regional.azure-api.net';

/** Three host names, with changes. */
export function recordsWith(changes: Partial<Records> = {}): Records {
  return {
    hosts: HOSTS,
    elsewhere: [],
    leftOut: [],
    vip: { address: '10.0.1.5', type: 'A' },
    zone: 'host',
    suffix: 'azure-api.net',
    today: '2026-05-04',
    ...changes,
  };
}

export const IPV6 = { address: 'fd00::5', type: 'AAAA' } as const;
