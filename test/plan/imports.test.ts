/** What Azure's own lists make of the plan. */
import t from 'tap';
import type { Options } from '../../src/config/types.ts';
import type { Import } from '../../src/plan/listed.ts';
import { makePlan } from '../../src/plan/plan.ts';
import type { Plan, PlanContext } from '../../src/plan/types.ts';
import {
  DEPENDENCIES_REPLY,
  ENTRIES,
  entry,
  location,
  readEndpoints,
  STATUS_REPLY,
} from '../azure/replies.ts';
import { optionsWith } from '../run/options.ts';
import { idsOf, PLACE, TODAY, targetOf } from './places.ts';

function read(reply: unknown, file = 'reply.json'): Import {
  return { file, document: readEndpoints(reply) };
}

function planFrom(reply: unknown, options: Partial<Options> = {}, place: Partial<PlanContext> = {}): Plan {
  return makePlan(optionsWith(options), { ...PLACE, ...place }, [read(reply)]);
}

/** A plan from entries of one location. */
function planOf(
  entries: readonly unknown[],
  options: Partial<Options> = {},
  place: Partial<PlanContext> = {},
) {
  return planFrom([location('West Europe', entries)], options, place);
}

const imported = (plan: Plan) => plan.targets.filter(({ source }) => source.kind === 'import');

t.test('each entry of NetworkStatus becomes the right check of the right endpoint', async (t) => {
  const plan = planFrom(STATUS_REPLY);
  for (const [id, protocol, conversation, path, required] of [
    ['storage-blob/apimst0abc.blob.core.windows.net:443', 'https', 'storage', /comp=properties/, true],
    ['storage-table/apimst0abc.table.core.windows.net:443', 'https', 'storage', /comp=properties/, true],
    ['storage-queue/apimst0abc.queue.core.windows.net:443', 'https', 'storage', /comp=properties/, false],
    ['storage-queue/apimst0mail.queue.core.windows.net:443', 'https', 'storage', /comp=properties/, false],
    ['storage-file/apimst0abc.file.core.windows.net:445', 'smb', 'smb', null, false],
    ['sql/apirpsqlmgs0abc.database.windows.net:1433', 'tds', 'tds', null, true],
    ['key-vault/apikv-0abc.vault.azure.net:443', 'https', 'key-vault', '/healthstatus', true],
    ['azure-monitor/gcs.prod.monitoring.core.windows.net:443', 'https', 'https', '/', true],
    ['azure-monitor/gcs.prod.warm.ingestion.monitoring.azure.com:443', 'https', 'https', '/', false],
    ['azure-monitor/global.prod.microsoftmetrics.com:443', 'https', 'https', '/', false],
    ['azure-monitor/prod.warmpath.msftcloudes.com:443', 'https', 'https', '/', false],
    ['azure-monitor/prod3.prod.microsoftmetrics.com:1886', 'https', 'https', '/RecoveryService', false],
    ['entra-id/login.windows.net:443', 'https', 'entra-id', /openid-configuration$/, false],
    ['entra-id/westeurope.login.microsoft.com:443', 'https', 'entra-id', /openid-configuration$/, false],
    ['captcha/partner.prod.repmap.microsoft.com:443', 'https', 'https', '/', false],
    ['portal-diagnostics/dc.services.visualstudio.com:443', 'https', 'https', '/', false],
    [
      'control-plane/contoso.management.azure-api.net:3443',
      'https',
      'gateway',
      '/servicestatus?api-version=2018-01-01',
      false,
    ],
    ['smtp/smtpi-ch1.msn.com:25028', 'smtp', 'smtp', null, false],
  ] as const) {
    const target = targetOf(plan, id);
    t.match(target, { protocol, conversation, path, required, testable: true, kind: 'endpoint' }, id);
    t.match(target, { transport: 'tcp', direction: 'outbound', source: { kind: 'import' } }, id);
  }
  t.equal(imported(plan).length, ENTRIES.length, 'and each is one target');
});

t.test('names the source: the file, which reply, its name there, its date', async (t) => {
  const target = targetOf(planFrom(STATUS_REPLY), 'key-vault/apikv-0abc.vault.azure.net:443');
  t.same(target.source, {
    kind: 'import',
    document: 'reply.json: network status reply, West Europe',
    asOf: '2026-05-04',
    name: 'https://apikv-0abc.vault.azure.net',
    status: 'success',
  });
  t.equal(target.resourceType, 'AzureKeyVault');
  t.equal(target.serviceTag, 'AzureKeyVault');
  const other = targetOf(planFrom(DEPENDENCIES_REPLY), 'event-hubs/contoso0eh.servicebus.windows.net:5671');
  t.same(other.source, {
    kind: 'import',
    document: 'reply.json: outbound network dependencies reply',
    asOf: TODAY,
    name: 'contoso0eh.servicebus.windows.net:5671',
  });
  const never = { lastUpdated: '0001-01-01T00:00:00' };
  const fresh = planOf([entry('Queue', 'a.queue.core.windows.net', never)]);
  t.equal(imported(fresh)[0]?.source.asOf, TODAY, 'a reply without a time is of today');
});

t.test('what cannot be probed from a VM is listed as such, and counts for nothing', async (t) => {
  const plan = planOf([
    entry('InternalCache', 'LocalGatewayRedis', { isOptional: false }),
    entry('SourceControl', 'Scm'),
    entry('Novelty', 'SomethingNew'),
    entry('Monitoring', '*.prod.microsoftmetrics.com'),
  ]);
  const notes = imported(plan);
  t.same(
    notes.map(({ id, kind, testable }) => [id, kind, testable]),
    [
      ['azure-monitor/*.prod.microsoftmetrics.com:0', 'note', false],
      ['infrastructure/<LocalGatewayRedis>:0', 'note', false],
      ['gateway/<Scm>:0', 'note', false],
      ['custom/<SomethingNew>:0', 'note', false],
    ],
  );
  for (const { reason } of notes) t.match(reason, /cache|SCM|not a host name|wildcard/);
});

t.test('a malformed name stays, untested, and is required if the service requires it', async (t) => {
  const plan = planOf([
    entry('Email', 'smtpi-ch1.msn.com:99999'),
    entry('Email', 'smtpi-ch1.msn.com:0', { isOptional: false }),
    entry('SQLDatabase', 'a..database.windows.net', { isOptional: false }),
    entry('Novelty', 'gopher://a.example'),
    entry('Novelty', '\u001b[31mred'),
    entry('BlobStorage', `${'long.'.repeat(100)}\u0007a`),
    entry('BlobStorage', `${'long.'.repeat(100)}\u0007b`),
  ]);
  const wrong = imported(plan);
  t.equal(wrong.length, 7, 'two names that differ are two targets');
  for (const target of wrong) {
    t.match(target, { kind: 'endpoint', testable: false, port: 0, reason: /^the name in the reply / });
    t.match(target.id, /^[a-z-]+\/<[^\p{Cc}]{1,180}>:0$/u);
  }
  t.match(targetOf(plan, 'smtp/<smtpi-ch1.msn.com:0>:0'), { required: true, reason: /"0".*out of range/ });
  t.match(targetOf(plan, 'smtp/<smtpi-ch1.msn.com:99999>:0'), { required: false, reason: /out of range/ });
  t.notMatch(plan.dnsQuestion, '<', 'and none of them is asked of a DNS server');
});

t.test('ports of the other reply are judged as well', async (t) => {
  const details = [70000, 0, -1, 443.5].map((port) => ({ port, region: 'Global' }));
  const value = [
    {
      category: 'Azure SQL',
      endpoints: [{ domainName: 'a.database.windows.net', endpointDetails: details }],
    },
  ];
  const wrong = imported(planFrom({ value }));
  t.same(
    wrong.map(({ id }) => id),
    ['-1', '0', '443.5', '70000'].map((port) => `sql/<a.database.windows.net:${port}>:0`),
  );
  t.match(wrong[3]?.reason, /has the port 70000, which is out of range: 1 to 65535/);
});

t.test('no credential is sent, shown or stored', async (t) => {
  const plan = planOf([
    entry('Monitoring', 'https://user:p4ss@a.example/'),
    entry('Monitoring', 'https://a.example/?sig=p4ss'),
    entry('Monitoring', 'user:p4ss@a.example'),
  ]);
  t.notMatch(JSON.stringify(plan), /p4ss/);
  t.ok(imported(plan).every(({ testable }) => !testable));
});

t.test('each dependency of the outbound list, by its host, its port or its category', async (t) => {
  const plan = planFrom(DEPENDENCIES_REPLY);
  for (const [id, protocol, conversation, required, serviceTag] of [
    ['storage-blob/apimst0abc.blob.core.windows.net:443', 'https', 'storage', true, 'Storage'],
    ['storage-table/apimst0abc.table.core.windows.net:443', 'https', 'storage', true, 'Storage'],
    ['storage-queue/apimst0abc.queue.core.windows.net:443', 'https', 'storage', false, 'Storage'],
    ['storage-file/apimst0abc.file.core.windows.net:445', 'smb', 'smb', false, 'Storage'],
    ['sql/apirpsqlmgs0abc.database.windows.net:1433', 'tds', 'tds', true, 'Sql'],
    ['event-hubs/contoso0eh.servicebus.windows.net:443', 'https', 'event-hubs', false, 'EventHub'],
    ['event-hubs/contoso0eh.servicebus.windows.net:5671', 'amqps', 'amqps', false, 'EventHub'],
    ['event-hubs/contoso0eh.servicebus.windows.net:5672', 'amqp', 'amqp', false, 'EventHub'],
    ['certificates/crl3.digicert.com:80', 'http', 'certificates', true, 'Internet'],
    ['certificates/crl9.digicert.com:80', 'http', 'certificates', true, 'Internet'],
    ['azure-monitor/gcs.prod.monitoring.core.windows.net:443', 'https', 'https', true, 'AzureMonitor'],
    ['azure-monitor/metrichost7.prod.microsoftmetrics.com:443', 'https', 'https', false, 'AzureMonitor'],
    ['azure-monitor/metrichost7.prod.microsoftmetrics.com:1886', 'https', 'https', false, 'AzureMonitor'],
    ['entra-id/login.microsoftonline.com:443', 'https', 'entra-id', false, 'AzureActiveDirectory'],
    ['entra-id/graph.windows.net:443', 'https', 'https', false, 'AzureActiveDirectory'],
    ['captcha/client.captcha.example:443', 'https', 'https', false, null],
    ['smtp/smtpi-ch1.msn.com:25028', 'smtp', 'smtp', false, 'Internet'],
    ['custom/novelty.azure.example:9999', 'tcp', 'tcp', false, null],
  ] as const) {
    const target = targetOf(plan, id);
    t.match(target, { protocol, conversation, required, testable: true, source: { kind: 'import' } }, id);
    t.equal(target.serviceTag, serviceTag, id);
  }
  t.match(targetOf(plan, 'certificates/crl3.digicert.com:80').path, /\.crl$/);
  t.equal(targetOf(plan, 'certificates/crl9.digicert.com:80').path, '/', 'no other host’s file');
  t.match(
    targetOf(plan, 'certificates/crl3.digicert.com:443'),
    { kind: 'note', testable: false, reason: /a failure on 443 would prove nothing/ },
    'as the catalogue has it',
  );
  t.equal(targetOf(plan, 'sql/apirpsqlmgs0abc.database.windows.net:1433').resourceType, 'SQLDatabase');
});

t.test('a dependency without a port gets the one of its kind', async (t) => {
  const value = [
    { category: 'Azure SQL', endpoints: [{ domainName: 'a.database.windows.net' }] },
    { category: 'Azure Event Hub', endpoints: [{ domainName: 'a.servicebus.windows.net' }] },
    { category: 'Azure SMTP', endpoints: [{ domainName: 'relay.example' }] },
    { category: 'SSL Certificate Verification', endpoints: [{ domainName: 'crl.example' }] },
    { endpoints: [{ domainName: 'other.example' }] },
  ];
  t.same(
    imported(planFrom({ value })).map(({ id, protocol }) => [id, protocol]),
    [
      ['sql/a.database.windows.net:1433', 'tds'],
      ['event-hubs/a.servicebus.windows.net:5671', 'amqps'],
      ['certificates/crl.example:80', 'http'],
      ['smtp/relay.example:25', 'smtp'],
      ['custom/other.example:443', 'https'],
    ],
  );
});

t.test('a word that is not known leaves the judgement to host, scheme and port', async (t) => {
  const plan = planOf([
    entry('Novelty', 'a.database.windows.net'),
    entry('Novelty', 'a.servicebus.windows.net:5672'),
    entry('Novelty', 'crl4.digicert.com:80'),
    entry('Novelty', 'westeurope-5.in.applicationinsights.azure.com'),
    entry('Novelty', 'https://new.azure.example:8443/health'),
    entry('Novelty', 'new.azure.example'),
    entry('Novelty', 'new.azure.example:12345'),
    entry('Novelty', '10.0.0.4:53'),
    entry('Novelty', '[fd00::4]:443'),
  ]);
  t.same(
    imported(plan).map(({ id, protocol, transport, path }) => [id, protocol, transport, path]),
    [
      ['sql/a.database.windows.net:1433', 'tds', 'tcp', null],
      ['event-hubs/a.servicebus.windows.net:5672', 'amqp', 'tcp', null],
      ['azure-monitor/westeurope-5.in.applicationinsights.azure.com:443', 'https', 'tcp', '/'],
      ['certificates/crl4.digicert.com:80', 'http', 'tcp', '/DigiCertGlobalRootG2.crl'],
      ['custom/10.0.0.4:53', 'dns', 'udp', null],
      ['custom/[fd00::4]:443', 'https', 'tcp', '/'],
      ['custom/new.azure.example:12345', 'tcp', 'tcp', null],
      ['custom/new.azure.example:443', 'https', 'tcp', '/'],
      ['custom/new.azure.example:8443', 'https', 'tcp', '/health'],
    ],
  );
});

t.test('a redirected or odd port keeps the language of its kind', async (t) => {
  const plan = planOf([
    entry('SQLDatabase', 'a.database.windows.net:11003'),
    entry('Monitoring', 'https://prod3.prod.microsoftmetrics.com:12000/x'),
    entry('AzureKeyVault', 'https://a.vault.azure.net/secrets'),
  ]);
  t.match(targetOf(plan, 'sql/a.database.windows.net:11003'), { protocol: 'tds', serviceTag: 'Sql' });
  t.match(targetOf(plan, 'azure-monitor/prod3.prod.microsoftmetrics.com:12000'), {
    protocol: 'https',
    path: '/x',
  });
  t.equal(targetOf(plan, 'key-vault/a.vault.azure.net:443').path, '/healthstatus', 'where its proof lies');
});

t.test('the service’s own word on what is required goes before the documents’', async (t) => {
  const id = 'azure-monitor/gcs.prod.monitoring.core.windows.net:443';
  const named = (isOptional: boolean) => [
    entry('Monitoring', 'gcs.prod.monitoring.core.windows.net', { isOptional }),
    entry('AzureActiveDirectory', 'https://login.windows.net', { isOptional }),
  ];
  t.match(targetOf(planOf(named(true)), id), { required: false, source: { kind: 'import' } });
  t.ok(targetOf(planOf(named(false)), 'entra-id/login.windows.net:443').required);
  t.same(planOf(named(true)).notes, [], 'that the catalogue lists it too is not noted');
});

t.test('and the user’s before the service’s', async (t) => {
  const options = { require: ['entra-id'], optional: ['sql'], skip: ['key-vault'] } as const;
  const plan = planFrom(STATUS_REPLY, options);
  t.ok(targetOf(plan, 'entra-id/login.windows.net:443').required);
  t.notOk(targetOf(plan, 'sql/apirpsqlmgs0abc.database.windows.net:1433').required);
  t.match(targetOf(plan, 'key-vault/apikv-0abc.vault.azure.net:443'), {
    testable: false,
    reason: 'left out by --skip',
  });
});

t.test('what the catalogue only had a stand-in for is settled by a name', async (t) => {
  const stands = (plan: Plan) =>
    idsOf(plan, ({ kind, host }) => kind === 'endpoint' && /<(?!region)/.test(host)).map(
      (id) => id.split('/')[0] ?? '',
    );
  t.same([...new Set(stands(planFrom(STATUS_REPLY)))], ['event-hubs', 'redis']);
  t.same([...new Set(stands(planFrom(DEPENDENCIES_REPLY)))], ['key-vault', 'redis']);
  const wrong = planOf([entry('SQLDatabase', 'a..database.windows.net')]);
  t.ok(stands(wrong).includes('sql'), 'a name that cannot be tested settles nothing');
  const region = planFrom(STATUS_REPLY, {}, { region: null });
  t.ok(targetOf(region, 'entra-id/<region>.login.microsoft.com:443'), 'a region is another matter');
});

t.test('a resource that the user names is tested beside the service’s own', async (t) => {
  const plan = planFrom(STATUS_REPLY, { storage: ['contosostore', 'apimst0abc'] });
  t.same(
    idsOf(plan, ({ group, kind }) => group === 'storage-blob' && kind === 'endpoint'),
    [
      'storage-blob/apimst0abc.blob.core.windows.net:443',
      'storage-blob/contosostore.blob.core.windows.net:443',
    ],
  );
  t.same(plan.notes, []);
});

t.test('what stands in two locations, or two files, is one target and one note', async (t) => {
  const shared = (isOptional: boolean) => [
    entry('AzureActiveDirectory', 'https://login.windows.net', { isOptional }),
    entry('Monitoring', 'gcs.prod.monitoring.core.windows.net', { isOptional }),
  ];
  const two = planFrom([location('North Europe', shared(true)), location('East US', shared(false))]);
  t.equal(imported(two).length, 2);
  t.ok(targetOf(two, 'entra-id/login.windows.net:443').required, 'required, as in one of them');
  t.same(two.notes, [
    '--from lists 2 endpoints, such as entra-id/login.windows.net:443, more than once (several locations or files); tested once each, and required if any entry is',
  ]);
  const files = makePlan(optionsWith(), PLACE, [
    read(STATUS_REPLY, 'status.json'),
    read({ value: [DEPENDENCIES_REPLY.value[1]] }, 'outbound.json'),
  ]);
  const sql = targetOf(files, 'sql/apirpsqlmgs0abc.database.windows.net:1433');
  t.match(sql.source.document, /^status\.json: /, 'the first that names it');
  t.match(files.notes, [/^--from lists sql\/apirpsqlmgs0abc\.database\.windows\.net:1433 more than once/]);
  const back = makePlan(optionsWith(), PLACE, [
    read({ value: [DEPENDENCIES_REPLY.value[1]] }, 'outbound.json'),
    read(STATUS_REPLY, 'status.json'),
  ]);
  t.same(
    idsOf(back, () => true),
    idsOf(files, () => true),
    'whichever comes first',
  );
});

t.test('what only the units of other locations need is optional for those of this one', async (t) => {
  const own = entry('SQLDatabase', 'sqlweu.database.windows.net', { isOptional: false });
  const other = entry('SQLDatabase', 'sqleus.database.windows.net', { isOptional: false });
  const plan = planFrom([location('West Europe', [own]), location('East US', [own, other])]);
  t.ok(targetOf(plan, 'sql/sqlweu.database.windows.net:1433').required);
  t.notOk(targetOf(plan, 'sql/sqleus.database.windows.net:1433').required);
  t.ok(
    plan.notes.includes(
      '--from: 2 entries are of other locations than westeurope, and optional here: its units do not need them',
    ),
  );
  const nowhere = planFrom([location('North Europe', [own]), location('East US', [other])]);
  t.ok(
    targetOf(nowhere, 'sql/sqleus.database.windows.net:1433').required,
    'unless the reply does not have this one',
  );
});

t.test('what the documents dropped and the instance still checks is current', async (t) => {
  const at = (lastUpdated: string) =>
    planOf([
      entry('Email', 'smtpi-ch1.msn.com:25028', { lastUpdated }),
      entry('FileStorage', 'a.file.core.windows.net', { lastUpdated }),
    ]);
  const now = at('2026-05-04T08:00:00Z');
  t.equal(targetOf(now, 'smtp/smtpi-ch1.msn.com:25028').until, null);
  t.equal(
    targetOf(now, 'storage-file/a.file.core.windows.net:445').until,
    '2023-08-29',
    'a bare host does not confirm the port that was dropped',
  );
  t.equal(targetOf(at('2020-05-04T08:00:00Z'), 'smtp/smtpi-ch1.msn.com:25028').until, '2022-08-01');
  t.equal(targetOf(planFrom(DEPENDENCIES_REPLY), 'smtp/smtpi-ch1.msn.com:25028').until, '2022-08-01');
});

t.test('the platform decides what is required of the list that does not state it', async (t) => {
  const vault = { category: 'Azure Key Vault', endpoints: [{ domainName: 'a.vault.azure.net' }] };
  const id = 'key-vault/a.vault.azure.net:443';
  t.ok(targetOf(planFrom({ value: [vault] }), id).required);
  t.notOk(targetOf(planFrom({ value: [vault] }, { platform: 'stv1' }), id).required);
});

t.test('hosts of another cloud are tested, with a note', async (t) => {
  const entries = [
    entry('SQLDatabase', 'a.database.chinacloudapi.cn'),
    entry('BlobStorage', 'a.blob.core.chinacloudapi.cn'),
    entry('AzureActiveDirectory', 'https://login.windows.net'),
  ];
  const plan = planOf(entries);
  t.match(targetOf(plan, 'sql/a.database.chinacloudapi.cn:1433'), { protocol: 'tds', serviceTag: 'Sql' });
  t.match(targetOf(plan, 'storage-blob/a.blob.core.chinacloudapi.cn:443').path, /comp=properties/);
  t.same(plan.notes, [
    '--from reply.json: a.database.chinacloudapi.cn and 1 more are hosts of the china cloud, and this run is for public; give --cloud china if that is meant',
  ]);
  t.same(planOf(entries, {}, { cloud: 'china', region: 'chinanorth3' }).notes, []);
});

t.test('one page of several is noted', async (t) => {
  const plan = planFrom({ ...DEPENDENCIES_REPLY, nextLink: 'https://management.azure.com/next' });
  t.match(plan.notes, [/^--from reply\.json: the reply has further pages \(nextLink\)/]);
});

t.test('locations without a status are named', async (t) => {
  const plan = planFrom([...STATUS_REPLY, { location: 'East US', networkStatus: null }]);
  t.match(plan.notes, ['--from reply.json: Azure reports no status for East US; its endpoints are missing']);
});

t.test('10,000 endpoints are planned, in two locations as well', async (t) => {
  const many = Array.from({ length: 10_000 }, (_, at) => [
    entry('BlobStorage', `a${at}.blob.core.windows.net`),
    entry('Novelty', `b${at}.example:99999`),
  ]).flat();
  const plan = planFrom([location('North Europe', many), location('East US', many)]);
  t.equal(imported(plan).length, 20_000);
  t.equal(plan.notes.length, 1);
});
