/** A report compared with NetworkStatus: every combination, DNS servers, age, regions. */
import t from 'tap';
import { compareWithService } from '../../src/compare/service.ts';
import type { ServiceComparison } from '../../src/compare/types.ts';
import type { Target } from '../../src/model/report.ts';
import { entry, location } from '../azure/replies.ts';
import { DROPPED, finding, report as reportOf, target } from '../report/samples.ts';
import { environment, inWestEurope, status, vault } from './samples.ts';

function compared(serviceStatus: string, changes: Partial<Target> = {}): ServiceComparison {
  const { entry: reported, target: seen } = vault(serviceStatus, changes);
  return compareWithService(reportOf({ targets: [seen] }), inWestEurope([reported]));
}

function meaningIn({ meanings }: ServiceComparison, combination: string) {
  const found = meanings.find((each) => each.combination === combination);
  if (found === undefined) throw new Error(`no ${combination}`);
  return found;
}

t.test('each combination has its name, and those that disagree count', async (t) => {
  const untested = { status: 'untested', reason: 'left out by --skip' } as const;
  const unsteady = { status: 'intermittent', failure: 'tcp_timeout' } as const;
  for (const [reported, seen, combination, disagreements] of [
    ['success', {}, 'both-reach', 0],
    ['failure', {}, 'service-fails', 1],
    ['success', DROPPED, 'vm-fails', 1],
    ['failure', DROPPED, 'both-fail', 0],
    ['success', unsteady, 'vm-unsteady', 0],
    ['failure', unsteady, 'vm-unsteady', 0],
    ['initializing', {}, 'initializing', 0],
    ['initializing', DROPPED, 'initializing', 0],
    ['success', untested, 'not-tested', 0],
    ['failure', untested, 'not-tested', 0],
    ['degraded', {}, 'unknown-status', 0],
  ] as const) {
    const comparison = compared(reported, seen);
    const name = `${reported} and ${'status' in seen ? seen.status : 'reachable'}`;
    t.equal(comparison.endpoints[0]?.combination, combination, name);
    t.same(comparison.disagreements, { total: disagreements, required: disagreements }, name);
    t.match(comparison.meanings, [{ combination, count: 1, means: /\S{3}/ }]);
  }
});

t.test('both sides are shown with their times', async (t) => {
  const [one] = compared('failure').endpoints;
  t.match(one, {
    location: 'West Europe',
    name: 'https://kv.vault.azure.net',
    resourceType: 'AzureKeyVault',
    required: true,
    service: {
      status: 'failure',
      error: null,
      lastUpdated: '2026-05-04T08:25:33.942Z',
      lastStatusChange: '2026-04-20T03:53:44.178Z',
      stale: false,
    },
    vm: { id: 'key-vault/kv.vault.azure.net:443', status: 'reachable', failure: null, cause: null },
  });
});

t.test('an endpoint is required if either side requires it', async (t) => {
  const seen = target('key-vault', 'kv.vault.azure.net', 443, { required: true });
  const optional = entry('AzureKeyVault', 'kv.vault.azure.net', { status: 'failure' });
  const comparison = compareWithService(reportOf({ targets: [seen] }), inWestEurope([optional]));
  t.same(comparison.disagreements, { total: 1, required: 1 });
  const neither = compareWithService(
    reportOf({ targets: [{ ...seen, required: false }] }),
    inWestEurope([optional]),
  );
  t.same(neither.disagreements, { total: 1, required: 0 });
});

t.test('entries and targets match by host and port, in any form of the name', async (t) => {
  const targets = [
    target('azure-monitor', 'prod3.prod.microsoftmetrics.com', 443, { resourceType: 'Monitoring' }),
    target('azure-monitor', 'prod3.prod.microsoftmetrics.com', 1886, { resourceType: 'Metrics' }),
    target('sql', 'a.database.windows.net', 1433),
    target('smtp', 'smtpi-ch1.msn.com', 25),
    target('smtp', 'smtpi-ch1.msn.com', 25028),
    target('custom', 'shared.example', 443, { id: 'custom/shared.example:443', resourceType: null }),
    target('captcha', 'shared.example', 443, { resourceType: 'CaptchaEndpoint' }),
    target('custom', 'novelty.example', 443),
  ];
  const found = (word: string, name: string) =>
    compareWithService(reportOf({ targets }), inWestEurope([entry(word, name)])).endpoints[0]?.vm?.id;
  t.equal(
    found('Metrics', 'https://PROD3.prod.microsoftmetrics.com:1886/RecoveryService'),
    'azure-monitor/prod3.prod.microsoftmetrics.com:1886',
  );
  t.equal(
    found('Monitoring', 'https://prod3.prod.microsoftmetrics.com/'),
    'azure-monitor/prod3.prod.microsoftmetrics.com:443',
  );
  t.equal(found('SQLDatabase', 'a.database.windows.net'), 'sql/a.database.windows.net:1433');
  t.equal(found('SQLDatabase', 'a.database.windows.net:11000'), undefined);
  t.equal(found('Email', 'smtpi-ch1.msn.com:25028'), 'smtp/smtpi-ch1.msn.com:25028');
  t.equal(found('CaptchaEndpoint', 'https://shared.example'), 'captcha/shared.example:443');
  t.equal(found('Novelty', 'novelty.example'), 'custom/novelty.example:443');
  t.equal(found('Novelty', 'other.example'), undefined);
});

t.test('if the reply has no port, one port that agrees is enough', async (t) => {
  const file = (port: number, changes: Partial<Target> = {}) =>
    target('storage-file', 'a.file.core.windows.net', port, { resourceType: 'FileStorage', ...changes });
  const reported = (state: string) =>
    inWestEurope([entry('FileStorage', 'a.file.core.windows.net', { status: state })]);
  const targets = [file(443), file(445, DROPPED)];
  t.match(compareWithService(reportOf({ targets }), reported('success')).endpoints, [
    { combination: 'both-reach' },
  ]);
  t.match(compareWithService(reportOf({ targets }), reported('failure')).endpoints, [
    { combination: 'both-fail', vm: { id: 'storage-file/a.file.core.windows.net:445' } },
  ]);
  const lone = compareWithService(reportOf({ targets: [file(445, DROPPED)] }), reported('success'));
  t.match(lone.endpoints, [{ combination: 'vm-fails' }]);
});

t.test('terms of the instance, invalid names, and endpoints of one side only', async (t) => {
  const bad = 'smtpi-ch1.msn.com:99999';
  const source = { kind: 'import', document: 'x', asOf: '2026-05-04', name: bad } as const;
  const targets = [
    target('smtp', `<${bad}>`, 0, { source, status: 'untested', reason: 'the name is none' }),
    target('kms', 'azkms.core.windows.net', 1688, DROPPED),
  ];
  const entries = [
    entry('InternalCache', 'LocalGatewayRedis'),
    entry('Monitoring', '*.example'),
    entry('Email', bad),
    entry('Queue', 'q.queue.core.windows.net'),
  ];
  const comparison = compareWithService(reportOf({ targets }), inWestEurope(entries));
  t.same(
    comparison.endpoints.map(({ name, combination }) => [name, combination]),
    [
      ['LocalGatewayRedis', 'not-comparable'],
      ['*.example', 'not-comparable'],
      [bad, 'not-tested'],
      ['q.queue.core.windows.net', 'only-service'],
    ],
  );
  t.match(comparison.onlyInReport, [{ id: 'kms/azkms.core.windows.net:1688', status: 'unreachable' }]);
  const scope = { groups: ['smtp' as const], narrowedBy: ['--only smtp'], whole: false };
  t.same(
    compareWithService(reportOf({ targets, scope }), inWestEurope(entries)).onlyInReport,
    [],
    'what the scope leaves out is not in the report',
  );
  t.match(meaningIn(comparison, 'not-tested').means, /\(the name is none\)/);
  t.match(meaningIn(comparison, 'only-service').next, [/--from FILE/]);
});

t.test('the most important meaning comes last', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const states = ['failure', 'success', 'failure', 'success'];
  const entries = names.map((name, at) =>
    entry('Queue', `${name}.queue.core.windows.net`, { status: states[at] }),
  );
  const targets = names.map((name, at) =>
    target('storage-queue', `${name}.queue.core.windows.net`, 443, at === 1 || at === 2 ? DROPPED : {}),
  );
  const { meanings } = compareWithService(reportOf({ targets }), inWestEurope(entries));
  t.same(
    meanings.map(({ combination }) => combination),
    ['both-reach', 'both-fail', 'vm-fails', 'service-fails'],
  );
});

t.test('both fail: the cause and its remedy are shown', async (t) => {
  const { entry: reported, target: seen } = vault('failure', DROPPED);
  const explained = finding({ evidence: [seen.id] });
  const other = finding({ title: 'Something else is dropped', evidence: ['kms/x:1688'] });
  const comparison = compareWithService(
    reportOf({ targets: [seen], findings: [other, explained] }),
    inWestEurope([reported]),
  );
  const { means, next } = meaningIn(comparison, 'both-fail');
  t.match(means, /Outbound TCP 1433 to Azure SQL is dropped without a word \(outbound-dropped\)\./);
  t.same(next, explained.remedy);
  t.match(meaningIn(compared('failure', DROPPED), 'both-fail').means, /^Both fail: what stops this VM/);
});

t.test('the VM alone fails: its hosts file is named when it decides', async (t) => {
  const { entry: reported, target: seen } = vault('success', DROPPED);
  const overrides = [{ host: 'KV.vault.azure.net', addresses: ['10.0.0.9'] }];
  const dns = { hostsFile: { path: '/etc/hosts', entries: 3, overrides } };
  const comparison = compareWithService(
    reportOf({ targets: [seen], environment: environment({ dns }) }),
    inWestEurope([reported]),
  );
  t.match(meaningIn(comparison, 'vm-fails').next, [
    /entries for key-vault\/kv\.vault\.azure\.net:443 from the VM’s hosts file \(\/etc\/hosts\)/,
    /own firewall/,
  ]);
  t.notMatch(meaningIn(compared('success', DROPPED), 'vm-fails').next.join(), /hosts file/);
});

t.test('DNS servers: the same, another order, other ports', async (t) => {
  for (const [vm, service] of [
    [
      ['10.0.0.4', '10.0.0.5'],
      ['10.0.0.5', '10.0.0.4'],
    ],
    [['10.0.0.4:5353'], ['10.0.0.4']],
    [['[fd00::4]:5353'], ['fd00::4']],
    [['fd00::4'], ['fd00::4']],
    [['127.0.0.53'], ['10.0.0.4']],
    [[], ['10.0.0.4']],
    [['10.0.0.4'], []],
  ] as const) {
    const report = reportOf({ environment: environment({ dns: { servers: [...vm] } }) });
    const { locations } = compareWithService(report, inWestEurope([vault('success').entry], [...service]));
    t.match(locations, [{ dns: { differ: false, means: null } }], `${vm} and ${service}`);
  }
});

t.test('different DNS servers are explained, with the next steps', async (t) => {
  for (const [vm, service, source, expected] of [
    [
      '10.0.0.4',
      '168.63.129.16',
      '/etc/resolv.conf',
      /^The instance asks Azure’s resolver.*Apply Network Configuration/,
    ],
    ['168.63.129.16', '10.0.0.4', '/etc/resolv.conf', /^The instance asks custom servers and the VM Azure’s/],
    ['10.0.0.4', '10.0.0.9', '/etc/resolv.conf', /^Both ask custom servers, but different ones/],
    ['10.0.0.4', '168.63.129.16', '--dns-server', /^The run asked the servers of --dns-server/],
  ] as const) {
    const { entry: reported, target: seen } = vault('failure');
    const report = reportOf({
      targets: [seen],
      environment: environment({ dns: { servers: [vm], source } }),
    });
    const comparison = compareWithService(report, inWestEurope([reported], [service]));
    t.match(comparison.locations, [{ dns: { service: [service], vm: [vm], differ: true, means: expected } }]);
    t.match(meaningIn(comparison, 'service-fails').next[0], /az apim apply-network-updates/);
  }
  t.notMatch(meaningIn(compared('failure'), 'service-fails').next.join(), /apply-network-updates/);
});

t.test('a reply much older than the run may mean that the instance lost its connection', async (t) => {
  const at = (lastUpdated: string | null) =>
    compareWithService(reportOf(), inWestEurope([{ ...vault('success').entry, lastUpdated }])).locations[0];
  t.same(at('2026-05-04T08:05:00Z')?.remarks, [], 'two rounds of 15 minutes are normal');
  t.match(at('2026-05-04T07:50:00Z')?.remarks, [
    /^The newest check is 40 minutes older than the run.*control plane/,
  ]);
  t.match(at('2026-05-01T08:25:00Z')?.remarks, [/^The newest check is 3 days older/]);
  t.match(at('2026-05-04T20:30:00Z')?.remarks, [/^The report is 12 hours older than the newest check/]);
  t.match(at(null), { newestCheck: null, remarks: { length: 0 } });
});

t.test('an entry that lags behind the others is stale', async (t) => {
  const entries = [
    entry('Queue', 'a.queue.core.windows.net'),
    entry('Queue', 'b.queue.core.windows.net', { lastUpdated: '2026-05-04T07:00:00Z', status: 'failure' }),
    entry('Queue', 'c.queue.core.windows.net', { lastUpdated: '2026-05-04T08:00:00Z' }),
  ];
  const targets = [target('storage-queue', 'b.queue.core.windows.net', 443)];
  const comparison = compareWithService(reportOf({ targets }), inWestEurope(entries));
  t.same(
    comparison.endpoints.map(({ service }) => service.stale),
    [false, true, false],
  );
  t.match(comparison.locations[0]?.remarks, [
    /^1 of 3 entries were last checked more than 30 minutes before/,
  ]);
  t.match(meaningIn(comparison, 'service-fails').next.join(), /some of these were not checked for longer/);
});

t.test('the VM is compared with its own region', async (t) => {
  const { entry: reported, target: seen } = vault('failure');
  const reply = status([
    location('East US', [reported]),
    location('West Europe', [{ ...reported, status: 'success' }]),
  ]);
  const here = compareWithService(reportOf({ targets: [seen] }), reply);
  t.match(here.endpoints, [{ location: 'West Europe', combination: 'both-reach' }]);
  t.equal(here.endpoints.length, 1);
  t.match(here.locations, [
    {
      location: 'East US',
      compared: false,
      dns: null,
      remarks: [/^Another region than this VM’s \(westeurope\)/],
    },
    { location: 'West Europe', compared: true },
  ]);
  const nowhere = reportOf({ targets: [seen], environment: environment({ region: null }) });
  t.equal(
    compareWithService(nowhere, reply).endpoints.length,
    2,
    'all of them if the VM’s region is unknown',
  );
  const elsewhere = reportOf({ targets: [seen], environment: environment({ region: 'northeurope' }) });
  const foreign = compareWithService(elsewhere, reply);
  t.equal(foreign.endpoints.length, 2);
  t.match(foreign.locations[0]?.remarks, [/^The report is from northeurope/]);
  const byLocation = compareWithService(
    reportOf({ targets: [seen] }),
    status({ connectivityStatus: [reported] }),
  );
  t.match(byLocation.locations, [{ location: null, compared: true, remarks: { length: 0 } }]);
});

t.test('no credential of a file is repeated', async (t) => {
  const reported = entry('Monitoring', 'https://user:p4ss@a.example', {
    status: 'failure',
    error: 'GET https://a.example/?sig=p4ss failed',
  });
  t.notMatch(JSON.stringify(compareWithService(reportOf(), inWestEurope([reported]))), /p4ss/);
});

t.test('10,000 endpoints are compared', async (t) => {
  const names = Array.from({ length: 10_000 }, (_, at) => `a${at}.queue.core.windows.net`);
  const whole = reportOf({ targets: [] });
  const targets = reportOf({
    targets: names.slice(0, 1).map((host) => target('storage-queue', host, 443, DROPPED)),
  }).targets;
  const many = names.flatMap((host) =>
    targets.map((one) => ({ ...one, host, id: `storage-queue/${host}:443` })),
  );
  const findings = [{ ...finding({ evidence: many.map(({ id }) => id) }) }];
  const comparison = compareWithService(
    { ...whole, targets: many, findings },
    inWestEurope(names.map((name) => entry('Queue', name))),
  );
  t.equal(comparison.disagreements.total, 10_000);
});
