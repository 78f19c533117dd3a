/** Faults of names: records and zones, private and public. */
import { PRIVATE, PUBLIC, withRecord, type Zone } from '../../../test/system/names.ts';
import { BLOB, EVENT_HUBS, FILE, OTHER_REGION, QUEUE, SQL, STORAGE, TABLE, VAULT } from '../names.ts';
import { AZURE_STORAGE_DENIAL } from '../replies.ts';
import type { Chapter } from '../situation.ts';
import { type Stage, withPrivateEndpoint } from '../stage.ts';

const HOSTS = [...STORAGE, SQL, VAULT, EVENT_HUBS] as const;
const BLOB_SUFFIX = 'blob.core.windows.net';

const without = (stage: Stage, hosts: readonly string[]): Zone[] =>
  hosts.reduce<Zone[]>((zones, host) => withRecord(zones, host, null), [...stage.zones]);

/** Aliases to private link names, whose zones this network sees as everyone does, with the public addresses. */
const unlinked = (stage: Stage, hosts: readonly string[]): readonly Zone[] =>
  hosts.reduce<readonly Zone[]>(
    (zones, host) => withPrivateEndpoint(zones, host, stage.subnet.addressOf(host), PUBLIC),
    stage.zones,
  );

export const RECORDS: Chapter = {
  title: 'Names and zones',
  kind: 'fault',
  situations: [
    {
      id: 'name-does-not-exist',
      what: 'A resource does not exist (NXDOMAIN from the public hierarchy)',
      shapes: [
        {
          shape: 'SQL',
          apply: (stage) => stage.record(SQL, null),
          expected: { causes: ['name-does-not-exist'], explains: { groups: ['sql'] }, verdict: 'blocked' },
        },
        {
          shape: 'the storage account',
          apply: (stage) => stage.resolve(without(stage, STORAGE)),
          expected: { causes: ['name-does-not-exist'], explains: { hosts: STORAGE }, verdict: 'blocked' },
        },
      ],
    },
    {
      id: 'private-zone-missing-record',
      what: 'A linked private zone claims the name and has no record',
      shapes: [
        {
          shape: 'one storage service',
          apply: (stage) => stage.resolve(withPrivateEndpoint(stage.zones, BLOB, null)),
          expected: {
            causes: ['private-zone-missing-record'],
            explains: { groups: ['storage-blob'] },
            verdict: 'blocked',
          },
        },
        {
          shape: 'Storage, SQL, Key Vault and Event Hubs',
          apply: (stage) =>
            stage.resolve(
              HOSTS.reduce<readonly Zone[]>(
                (zones, host) => withPrivateEndpoint(zones, host, null),
                stage.zones,
              ),
            ),
          expected: {
            causes: ['private-zone-missing-record'],
            explains: { hosts: HOSTS },
            verdict: 'blocked',
            // Each zone lacks a record of its own.
            hasSeveralFindings: true,
          },
        },
      ],
    },
    {
      id: 'private-zone-not-linked',
      what: 'A private endpoint exists, and this network does not see its zone',
      shapes: [
        {
          shape: 'the public side refuses (403)',
          apply: async (stage) => {
            await stage.resolve(unlinked(stage, STORAGE));
            await stage.replaceHttps(Object.fromEntries(STORAGE.map((host) => [host, AZURE_STORAGE_DENIAL])));
          },
          expected: {
            causes: ['private-zone-not-linked'],
            explains: { hosts: STORAGE, ports: [443, 445] },
            verdict: ['degraded', 'blocked'],
            // Each zone is linked on its own.
            hasSeveralFindings: true,
          },
        },
        {
          shape: 'the public side answers',
          apply: (stage) => stage.resolve(unlinked(stage, [BLOB])),
          expected: {
            causes: ['private-zone-not-linked'],
            explains: { groups: ['storage-blob'] },
            verdict: 'ready',
            isInformation: true,
          },
        },
        {
          shape: 'the public side answers, four services',
          apply: (stage) => stage.resolve(unlinked(stage, HOSTS)),
          expected: {
            causes: ['private-zone-not-linked'],
            explains: { hosts: HOSTS },
            verdict: 'ready',
            isInformation: true,
            hasSeveralFindings: true,
          },
        },
      ],
    },
    {
      id: 'expected-private',
      what: 'The user demands private endpoints (--expect-private), and DNS gives public addresses',
      shapes: [
        {
          shape: 'one account, which has no private endpoint',
          args: ['--expect-private', BLOB],
          expected: {
            causes: ['expected-private'],
            explains: { hosts: [BLOB] },
            verdict: 'blocked',
            owner: 'dns',
            text: /privatelink\.blob\.core\.windows\.net/,
          },
        },
        {
          shape: 'four services, whose zones are not linked',
          args: HOSTS.flatMap((host) => ['--expect-private', host]),
          apply: (stage) => stage.resolve(unlinked(stage, HOSTS)),
          expected: {
            causes: ['expected-private'],
            explains: { hosts: HOSTS },
            verdict: 'blocked',
            owner: 'dns',
          },
        },
      ],
    },
    {
      id: 'private-zone-shadows-suffix',
      what: 'A private zone for the whole of blob.core.windows.net',
      shapes: [
        {
          shape: 'it holds the account',
          apply: (stage) =>
            stage.resolve(
              stage.zones.map((zone) =>
                zone.name === BLOB_SUFFIX
                  ? {
                      ...zone,
                      primary: PRIVATE,
                      records: new Map([[BLOB, { a: stage.subnet.addressOf(BLOB) }]]),
                    }
                  : zone,
              ),
            ),
          expected: { causes: ['private-zone-shadows-suffix'], explains: 'none', verdict: 'degraded' },
        },
        {
          shape: 'it lacks the account',
          apply: (stage) =>
            stage.resolve(
              stage.zones.map((zone) =>
                zone.name === BLOB_SUFFIX ? { ...zone, primary: PRIVATE, records: new Map() } : zone,
              ),
            ),
          expected: {
            causes: ['private-zone-missing-record'],
            also: ['private-zone-shadows-suffix'],
            explains: { groups: ['storage-blob'] },
            verdict: 'blocked',
          },
        },
      ],
    },
    {
      id: 'ipv6-only',
      what: 'A name has an IPv6 address alone, and this VM has IPv4 alone',
      shapes: [
        {
          shape: 'Key Vault',
          apply: (stage) => stage.record(VAULT, { aaaa: '2603:1020:201:6::4' }),
          expected: {
            causes: ['ipv6-only'],
            explains: { groups: ['key-vault'] },
            verdict: 'blocked',
            text: /IPv6/,
          },
        },
      ],
    },
    {
      id: 'region-mismatch',
      what: '--region is not where this VM is',
      shapes: [
        {
          shape: 'a misspelt region',
          args: ['--region', 'westeurop'],
          expected: {
            causes: ['region-mismatch'],
            explains: 'some',
            verdict: 'degraded',
            text: /westeurope/,
          },
        },
        {
          shape: 'another region',
          args: ['--region', OTHER_REGION],
          expected: {
            causes: ['region-mismatch'],
            explains: 'none',
            verdict: 'degraded',
            text: /westeurope/,
          },
        },
      ],
    },
    {
      id: 'wrong-resource-name',
      what: 'Two of the given resources do not exist, the others do',
      shapes: [
        {
          shape: 'Key Vault and Event Hubs',
          apply: (stage) => stage.resolve(without(stage, [VAULT, EVENT_HUBS])),
          expected: {
            causes: ['name-does-not-exist'],
            explains: { hosts: [VAULT, EVENT_HUBS] },
            verdict: 'blocked',
            hasSeveralFindings: true,
          },
        },
      ],
    },
    {
      id: 'one-storage-service-missing',
      what: 'The account has no table service (a premium account): NXDOMAIN for one of four names',
      shapes: [
        {
          shape: 'table',
          apply: (stage) => stage.resolve(without(stage, [TABLE])),
          expected: { causes: ['name-does-not-exist'], explains: { hosts: [TABLE] }, verdict: 'blocked' },
        },
        {
          shape: 'queue and file, which are optional',
          apply: (stage) => stage.resolve(without(stage, [QUEUE, FILE])),
          expected: {
            causes: ['name-does-not-exist'],
            explains: { hosts: [QUEUE, FILE] },
            verdict: 'degraded',
          },
        },
      ],
    },
  ],
};
