/** The plan holds the whole catalogue of its cloud: each row once for each host and port, and nothing else. */
import t from 'tap';
import { CLOUDS, type Cloud } from '../../src/model/vocabulary.ts';
import { linesOf } from '../catalog/rows.ts';
import { ALL_NAMES, idsOf, planWith, targetOf } from './places.ts';

const REGIONS: Record<Cloud, string> = {
  public: 'westeurope',
  government: 'usgovvirginia',
  china: 'chinanorth3',
};

/** What the templates stand for, by the names above. */
function filled(template: string, cloud: Cloud): string {
  return template
    .replace('{storage}', 'contosostore')
    .replace('{sql}', 'contososql')
    .replace('{keyVault}', 'contosovault')
    .replace('{eventHubs}', 'contosohub')
    .replace('{redis}', 'contosocache')
    .replace('{managedRedis}', 'contoso.westeurope.redis.azure.net')
    .replace('{apim}', 'contoso')
    .replace('{region}', REGIONS[cloud]);
}

for (const cloud of CLOUDS) {
  t.test(`${cloud}: every row once for each host and port`, async (t) => {
    const plan = planWith(ALL_NAMES, { cloud, region: REGIONS[cloud], servers: [] });
    const expected = linesOf(cloud).map(({ id }) => filled(id, cloud));
    const planned = idsOf(plan, ({ source }) => source.kind === 'catalog');
    t.same(planned.toSorted(), expected.toSorted());
    t.equal(new Set(planned).size, planned.length);
    t.same(plan.notes, [], 'no two rows are one target');
  });

  t.test(`${cloud}: a row’s facts are its targets’`, async (t) => {
    const plan = planWith(ALL_NAMES, { cloud, region: REGIONS[cloud] });
    for (const { id, port, row } of linesOf(cloud)) {
      const target = targetOf(plan, filled(id, cloud));
      t.match(target, {
        group: row.group,
        resourceType: row.resourceType,
        port,
        transport: row.transport,
        protocol: row.protocol,
        required: row.required.stv2,
        serviceTag: row.serviceTag,
        direction: row.direction,
        purpose: row.purpose,
        source: { kind: 'catalog', document: row.source.document, asOf: row.source.asOf },
        since: row.since ?? null,
        until: row.until ?? null,
        path: row.path ?? null,
        kind: row.notTestable === undefined ? 'endpoint' : 'note',
        testable: row.notTestable === undefined,
        reason: row.notTestable ?? null,
      });
      t.notMatch(target.host, /[{}]/);
    }
  });

  t.test(`${cloud}: without names the rows stay, with what to give`, async (t) => {
    const plan = planWith({ only: [] }, { cloud, region: null });
    const missing = plan.targets.filter(({ kind, testable }) => kind === 'endpoint' && !testable);
    t.ok(missing.length >= 8);
    for (const { host, reason } of missing) {
      t.match(host, /<[a-z-]+>/);
      t.match(reason, /^give --(storage|sql|key-vault|event-hubs|redis|region) (NAME|HOST)$/);
    }
    const rows = linesOf(cloud).filter(({ host }) => !host.includes('{apim}'));
    t.equal(plan.targets.filter(({ source }) => source.kind === 'catalog').length, rows.length);
  });

  t.test(`${cloud}: what only another cloud has is left out, and listed as absent`, async (t) => {
    const plan = planWith(ALL_NAMES, { cloud, region: REGIONS[cloud] });
    const absent = plan.absences.flatMap(({ hosts }) => hosts);
    t.ok(absent.length > 0);
    for (const { reason } of plan.absences) t.ok(reason.length > 20);
    const hosts = new Set(plan.targets.map(({ host }) => host));
    t.same(
      absent.filter((host) => hosts.has(filled(host, cloud))),
      [],
    );
  });
}

t.test('a plan for one cloud has no host that only another one lists', async (t) => {
  const hostsOf = (cloud: Cloud) =>
    new Set(planWith(ALL_NAMES, { cloud, region: 'anywhere' }).targets.map(({ host }) => host));
  const suffixes: Record<Cloud, RegExp> = {
    public: /\.(windows\.net|azure\.net|azure-api\.net|microsoftonline\.com)$/,
    government: /\.(usgovcloudapi\.net|azure\.us|azure-api\.us|microsoftonline\.us|applicationinsights\.us)$/,
    china: /\.(chinacloudapi\.cn|azure\.cn|azure-api\.cn|partner\.microsoftonline\.cn)$/,
  };
  for (const cloud of CLOUDS) {
    const foreign = CLOUDS.filter((other) => other !== cloud).map((other) => suffixes[other]);
    const unknown = [...hostsOf(cloud)].filter(
      (host) => foreign.some((suffix) => suffix.test(host)) && !host.endsWith('.redis.azure.net'),
    );
    t.same(unknown, [], cloud);
  }
});

t.test('the random-name control is given every service suffix of the cloud', async (t) => {
  t.ok(planWith().suffixes.includes('blob.core.windows.net'));
  t.ok(planWith({}, { cloud: 'china' }).suffixes.includes('blob.core.chinacloudapi.cn'));
  t.notOk(planWith({}, { cloud: 'china' }).suffixes.some((suffix) => suffix.endsWith('windows.net')));
});

t.test('every control that a run makes is listed', async (t) => {
  t.same(
    planWith()
      .controls.map(({ name }) => name)
      .toSorted(),
    [
      'azure-dns',
      'clock',
      'dns-other-address',
      'dns-random-name',
      'dns-search-domain',
      'dns-second-answer',
      'dns-zone-authority',
      'metadata',
      'packet-size',
      'tcp-reserved-address',
      'tls-large-hello',
      'tls-other-name',
    ],
  );
});
