/** Our report as a NetworkStatus reply, checked against Azure's published schema. */
import t from 'tap';
import { z } from 'zod';
import type { Report } from '../../src/model/report.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { toNetworkStatus } from '../../src/report/network-status.ts';
import { readEndpoints } from '../azure/replies.ts';
import { PLACE } from '../plan/places.ts';
import { optionsWith } from '../run/options.ts';
import { DROPPED, finding, NAMELESS, report, target, wholeCatalogue } from './samples.ts';

/** NetworkStatusContractByLocation of the REST API, with nothing that is not in it. */
const Published = z.array(
  z.strictObject({
    location: z.string().min(1),
    networkStatus: z.strictObject({
      dnsServers: z.array(z.ipv4()),
      connectivityStatus: z.array(
        z.strictObject({
          name: z.string().min(1),
          status: z.enum(['initializing', 'success', 'failure']),
          error: z.string(),
          lastUpdated: z.iso.datetime(),
          lastStatusChange: z.iso.datetime(),
          resourceType: z.string().min(1),
          isOptional: z.boolean(),
        }),
      ),
    }),
  }),
);

function replyOf(changes: Partial<Report> = {}) {
  const [location, ...others] = Published.parse(toNetworkStatus(report(changes)));
  if (location === undefined || others.length > 0) throw new Error('not one location');
  return location;
}

function only(...targets: Report['targets']) {
  const [entry] = replyOf({ targets }).networkStatus.connectivityStatus;
  if (entry === undefined) throw new Error('no entry');
  return entry;
}

t.test('a whole report fits the published schema, one entry for each target', async (t) => {
  const { location, networkStatus } = replyOf();
  t.equal(location, 'westeurope');
  t.same(networkStatus.dnsServers, ['168.63.129.16']);
  t.equal(networkStatus.connectivityStatus.length, wholeCatalogue().length);
  const identities = networkStatus.connectivityStatus.map(
    ({ name, resourceType }) => `${name} ${resourceType}`,
  );
  t.equal(new Set(identities).size, identities.length, 'name and type together are an identity');
});

t.test('a status has Azure’s value, and the error has the failure', async (t) => {
  const host = 'contoso-probe.database.windows.net';
  t.match(only(target('sql', host, 1433, { required: true })), {
    name: host,
    status: 'success',
    error: '',
    resourceType: 'SQLDatabase',
    isOptional: false,
    lastUpdated: '2026-05-04T08:30:04.210Z',
    lastStatusChange: '2026-05-04T08:30:00.000Z',
  });
  const dropped = replyOf({ targets: [target('sql', host, 1433, DROPPED)], findings: [finding()] });
  t.match(dropped.networkStatus.connectivityStatus, [
    {
      status: 'failure',
      error: 'tcp_timeout, outbound-dropped: Outbound TCP 1433 to Azure SQL is dropped without a word',
      isOptional: true,
    },
  ]);
  t.match(only(target('sql', host, 1433, { status: 'intermittent', failure: 'tcp_timeout' })), {
    status: 'success',
    error: 'some attempts failed: tcp_timeout',
  });
  t.match(only(target('sql', host, 1433, { ...NAMELESS, reason: 'out of time' })), {
    status: 'initializing',
    error: 'not tested: out of time',
  });
  const nameless = target('storage-blob', '<storage>.blob.core.windows.net', 443, NAMELESS);
  t.match(only(nameless, target('sql', host, 1433)), { name: host }, 'what has no name is not an endpoint');
  const refused = { cause: 'service-firewall-denied' } as const;
  t.match(only(target('key-vault', 'a.vault.azure.net', 443, refused)), {
    status: 'success',
    error: 'service-firewall-denied',
  });
});

t.test('of several findings the one for the target’s own cause is shown', async (t) => {
  const one = target('sql', 'contoso-probe.database.windows.net', 1433, DROPPED);
  const other = finding({ cause: 'clock-skew', title: 'The clock is wrong' });
  const { networkStatus } = replyOf({ targets: [one], findings: [other, finding()] });
  t.match(networkStatus.connectivityStatus[0]?.error, /without a word$/);
});

t.test('a name is the service’s, or has the port that the resource type does not imply', async (t) => {
  const source = { kind: 'import', document: 'x', asOf: '2026-05-04', name: 'https://a.example/b' } as const;
  for (const [one, name, word] of [
    [target('captcha', 'a.example', 443, { source }), 'https://a.example/b', 'CaptchaEndpoint'],
    [target('storage-file', 'a.file.core.windows.net', 445), 'a.file.core.windows.net', 'FileStorage'],
    [target('storage-file', 'a.file.core.windows.net', 443), 'a.file.core.windows.net:443', 'FileStorage'],
    [target('dns', 'fd00::53', 53), 'fd00::53', 'DnsServer'],
    [target('dns', 'fd00::53', 5353), '[fd00::53]:5353', 'DnsServer'],
    [target('custom', 'fd00::9', 80, { protocol: 'tcp' }), 'tcp://[fd00::9]:80', 'Custom'],
    [target('azure-monitor', 'a.example', 1886, { resourceType: 'Metrics' }), 'a.example:1886', 'Metrics'],
    [target('smtp', 'a.example', 25028), 'a.example:25028', 'Email'],
    [target('azure-monitor', 'a.example', 1886), 'a.example:1886', 'Monitoring'],
  ] as const) {
    t.match(only(one), { name, resourceType: word }, one.id);
  }
});

t.test('pings are left out; IPv6 servers and ports of servers have no place', async (t) => {
  const targets = [target('custom', '10.0.0.5', 0, { protocol: 'icmp' }), target('dns', '10.0.0.4', 53)];
  const environment = report().environment;
  const servers = ['10.0.0.4', 'fd00::53', '10.0.0.4:5353', '[fd00::1]:5353', '10.0.0.9'];
  const { location, networkStatus } = replyOf({
    targets,
    environment: { ...environment, region: null, dns: { ...environment.dns, servers } },
  });
  t.equal(location, 'unknown');
  t.same(networkStatus.dnsServers, ['10.0.0.4', '10.0.0.9']);
  t.same(
    networkStatus.connectivityStatus.map(({ name }) => name),
    ['10.0.0.4'],
  );
});

t.test('--from reads it back: the same endpoints, in the same groups, over the same protocols', async (t) => {
  const planned = makePlan(
    optionsWith({
      storage: ['contosostore'],
      sql: ['contososql'],
      keyVault: ['contosovault'],
      eventHubs: ['contosohub'],
      redis: ['contosocache', 'contoso.westeurope.redis.azure.net'],
      apim: 'contoso',
      target: [
        { protocol: 'tds', host: '10.0.0.4', port: 14330, path: null },
        { protocol: 'tcp', host: 'fd00::4', port: 443, path: null },
        { protocol: 'https', host: 'a.example', port: 443, path: '/' },
        { protocol: 'ntp', host: 'time.example', port: 123, path: null },
      ],
    }),
    PLACE,
  ).targets.filter(({ kind }) => kind === 'endpoint');
  const targets = planned.map(({ group, host, port, protocol, required, resourceType }) =>
    target(group, host, port, { protocol, required, resourceType }),
  );
  const document = readEndpoints(toNetworkStatus(report({ targets })));
  const back = makePlan(optionsWith(), PLACE, [{ file: 'ours.json', document }]);
  const key = ({ id, protocol, required }: (typeof planned)[number]) => `${id} ${protocol} ${required}`;
  const found = new Set(back.targets.filter(({ testable }) => testable).map(key));
  t.same(planned.filter((each) => each.testable && !found.has(key(each))).map(key), []);
});

t.test('10,000 targets that one finding explains', async (t) => {
  const targets = Array.from({ length: 10_000 }, (_, at) => target('sql', `s${at}.example`, 1433, DROPPED));
  const whole = {
    ...report({ targets: [] }),
    targets,
    findings: [finding({ evidence: targets.map(({ id }) => id) })],
  };
  t.equal(toNetworkStatus(whole)[0]?.networkStatus.connectivityStatus.length, 10_000);
});
