/** Private zones that replace public suffixes, and private link scopes over shared names. */
import t from 'tap';
import type { ControlOf, ZoneAuthorityAnswer } from '../../src/model/controls.ts';
import {
  diagnoseTargets,
  environmentWith,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  unanswered,
  unresolved,
} from './build.ts';

const PRIVATE = { zone: null, primary: 'azureprivatedns.net', authoritative: false, private: true } as const;

function authority(...zones: readonly (Partial<ZoneAuthorityAnswer> & { suffix: string })[]) {
  const control: ControlOf<'dns-zone-authority'> = {
    name: 'dns-zone-authority',
    outcome: zones.some((zone) => zone.private === true) ? 'anomalous' : 'expected',
    detail: {
      text: 'asked',
      zones: zones.map((zone) => ({
        server: SERVER,
        rcode: 'NOERROR',
        zone: zone.suffix,
        primary: 'ns1-201.azure-dns.com',
        authoritative: false,
        private: false,
        ...zone,
      })),
    },
  };
  return control;
}

const BLOB = 'blob.core.windows.net';

t.test('public zones make no finding', async (t) => {
  t.same(
    diagnoseTargets({ targets: [], controls: [authority({ suffix: BLOB }, { suffix: 'azure-api.net' })] })
      .findings,
    [],
  );
});

t.test('a private zone over a public suffix hides names that no target has', async (t) => {
  const { single, causes } = diagnoseTargets({
    targets: [
      reached('storage-blob', `mine.${BLOB}`, '10.2.0.9'),
      unresolved('storage-blob', `other.${BLOB}`, [
        unanswered('dns_nxdomain', { authority: [`${BLOB} azureprivatedns.net`] }),
      ]),
    ],
    controls: [authority({ suffix: BLOB, ...PRIVATE, zone: BLOB }, { suffix: BLOB, server: OTHER_SERVER })],
  });
  const finding = single('private-zone-shadows-suffix');
  t.match(finding, {
    severity: 'warning',
    title: `A private zone stands in the place of the public ${BLOB}`,
    evidence: [`storage-blob/mine.${BLOB}:443`],
    confirm: 'apim-probe run --only dns',
  });
  t.match(finding.explanation, '1 of the 2 names of this run under it resolve');
  t.match(finding.explanation, 'which is an Azure private zone’s');
  t.equal(causes[`storage-blob/other.${BLOB}:443`], 'private-zone-missing-record', 'the nearer cause stays');
});

t.test('a zone that the server holds itself is described as such', async (t) => {
  const { single } = diagnoseTargets({
    targets: [],
    controls: [
      authority({
        suffix: BLOB,
        zone: 'windows.net',
        primary: 'dc01.contoso.local',
        authoritative: true,
        private: true,
      }),
    ],
  });
  t.match(single('private-zone-shadows-suffix').explanation, 'that it holds the zone itself');
  t.match(single('private-zone-shadows-suffix').title, 'windows.net');
});

for (const suffix of ['azure-api.net', 'azure-api.us', 'azure-api.cn']) {
  t.test(`the whole of ${suffix} in a private zone`, async (t) => {
    const host = `contoso.${suffix}`;
    const { single } = diagnoseTargets({
      targets: [reached('gateway', host, '10.1.0.5')],
      controls: [authority({ suffix, ...PRIVATE, zone: suffix })],
      environment: environmentWith({ vip: '10.1.0.5' }),
    });
    t.match(single('azure-api-net-zone-shadowed'), {
      severity: 'warning',
      evidence: [`gateway/${host}:443`],
    });
    t.match(
      single('azure-api-net-zone-shadowed').remedy[0],
      'apim-probe records --apim contoso --vip 10.1.0.5 --format az',
    );
  });
}

t.test('a wildcard in such a zone is a local record, not a forgery', async (t) => {
  const invented = (server: string): ControlOf<'dns-random-name'> => ({
    name: 'dns-random-name',
    outcome: 'anomalous',
    detail: {
      text: 'asked',
      answers: [
        {
          ...{ server, name: 'x00ff.azure-api.net', rcode: 'NOERROR', addresses: ['10.1.0.5'] },
          ...{ cname: [], authority: [], ms: 2 },
        },
      ],
    },
  });
  const zone = { suffix: 'azure-api.net', ...PRIVATE, zone: 'azure-api.net' };
  const targets = [reached('gateway', 'contoso.azure-api.net', '10.1.0.5')];
  const own = diagnoseTargets({ targets, controls: [authority(zone), invented(SERVER)] });
  t.same(
    own.findings.map(({ cause }) => cause),
    ['azure-api-net-zone-shadowed'],
  );
  t.match(
    own.single('azure-api-net-zone-shadowed').explanation,
    'It has a wildcard record: 10.0.0.4 answers',
  );
  const other = diagnoseTargets({ targets, controls: [authority(zone), invented(OTHER_SERVER)] });
  t.ok(other.single('dns-tampered'), 'at a server without that zone it is');
});

t.test('one zone at two servers is one finding', async (t) => {
  const zone = { suffix: BLOB, ...PRIVATE, zone: BLOB };
  const { single } = diagnoseTargets({
    targets: [],
    controls: [authority(zone, { ...zone, server: OTHER_SERVER })],
  });
  t.match(single('private-zone-shadows-suffix').explanation, '10.0.0.4 and 10.0.0.5 name');
});

t.test('a record that another server has is shown with its address', async (t) => {
  const host = `mine.${BLOB}`;
  const alias = `mine.privatelink.${BLOB}`;
  const { single } = diagnoseTargets({
    servers: [SERVER, OTHER_SERVER],
    targets: [
      unresolved('storage-blob', host, [
        unanswered('dns_nxdomain', { cname: [alias] }),
        resolved('10.2.0.9', OTHER_SERVER, [alias]),
      ]),
    ],
  });
  t.match(
    single('private-zone-missing-record').remedy[0],
    `10.0.0.5 knows ${host} at 10.2.0.9: give 10.0.0.4 the same zone, or the A record mine in privatelink.${BLOB}`,
  );
});

for (const zone of [
  'privatelink.monitor.azure.com',
  'privatelink.adx.monitor.azure.us',
  'privatelink.ods.opinsights.azure.com',
]) {
  t.test(`${zone} is a private link scope’s`, async (t) => {
    const cname = [`westeurope-5.in.ai.${zone}`];
    const { single } = diagnoseTargets({
      targets: [
        unresolved('azure-monitor', 'westeurope-5.in.applicationinsights.azure.com', [
          unanswered('dns_nxdomain', { cname, authority: [`${zone} azureprivatedns.net`] }),
        ]),
      ],
    });
    t.match(single('private-zone-missing-record').remedy[0], /Azure Monitor Private Link Scope/);
  });
}

for (const [zone, record] of [
  ['privatelink.vaultcore.azure.net', 'mine.vault.azure.net'],
  ['privatelink.vaultcore.usgovcloudapi.net', 'mine.vault.usgovcloudapi.net'],
  ['privatelink.vaultcore.azure.cn', 'mine.vault.azure.cn'],
] as const) {
  t.test(`the record of ${record} belongs into ${zone}`, async (t) => {
    const { single } = diagnoseTargets({
      targets: [unresolved('key-vault', record, [unanswered('dns_nxdomain', { cname: [`mine.${zone}`] })])],
    });
    t.equal(
      single('private-zone-missing-record').title,
      `The private DNS zone ${zone} has no record for mine`,
    );
  });
}
