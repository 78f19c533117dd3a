/** What the user's options make of the plan. */
import t from 'tap';
import { UsageError } from '../../src/common/usage-error.ts';
import type { Options } from '../../src/config/types.ts';
import { GROUPS } from '../../src/model/vocabulary.ts';
import { ALL_NAMES, idsOf, planWith, TODAY, targetOf } from './places.ts';

const problemsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return [];
};

t.test('a resource may be given by name or by host name', async (t) => {
  const byName = planWith({ storage: ['contosostore'] });
  const byHost = planWith({ storage: ['ContosoStore.blob.core.windows.net.'] });
  t.same(byHost, byName);
  t.ok(targetOf(byHost, 'storage-table/contosostore.table.core.windows.net:443').testable);
});

t.test('several resources are several targets', async (t) => {
  const plan = planWith({ sql: ['one', 'two'] });
  t.same(
    idsOf(plan, ({ group }) => group === 'sql'),
    ['sql/one.database.windows.net:1433', 'sql/two.database.windows.net:1433'],
  );
});

t.test('a resource that is named twice is noted once', async (t) => {
  const plan = planWith({
    storage: ['contosostore', 'contosostore.table.core.windows.net', 'CONTOSOSTORE'],
    redis: ['a.westeurope.redis.azure.net', 'a.westeurope.redis.azure.net'],
  });
  t.same(plan.notes, [
    '--storage names contosostore more than once; it is tested once',
    '--redis names a.westeurope.redis.azure.net more than once; it is tested once',
  ]);
  t.equal(
    idsOf(plan, ({ group }) => group === 'storage-blob').filter((id) => id.includes('contoso')).length,
    1,
  );
});

t.test('names of another cloud are refused, all at once', async (t) => {
  const problems = problemsOf(() =>
    planWith(
      { storage: ['a1b.blob.core.chinacloudapi.cn'], sql: ['b.database.windows.net', 'c'] },
      {
        cloud: 'government',
      },
    ),
  );
  t.equal(problems.length, 2);
  t.match(problems[0], /^--storage: .*china/);
  t.match(problems[1], /^--sql: .*public/);
});

t.test('the platform decides what is required', async (t) => {
  const required = (platform: Options['platform']) =>
    targetOf(planWith({ ...ALL_NAMES, platform }), 'key-vault/contosovault.vault.azure.net:443').required;
  t.ok(required('stv2'));
  t.notOk(required('stv1'));
});

t.test('the instance’s own endpoints come with its name', async (t) => {
  const own = (options: Partial<Options>) =>
    idsOf(planWith(options), ({ host }) => host.includes('azure-api.net'));
  t.same(own({}), []);
  t.same(own({ apim: 'contoso' }), [
    'gateway/contoso-westeurope-01.regional.azure-api.net:443',
    'gateway/contoso.azure-api.net:443',
    'gateway/contoso.configuration.azure-api.net:443',
    'gateway/contoso.developer.azure-api.net:443',
    'gateway/contoso.portal.azure-api.net:443',
    'gateway/contoso.scm.azure-api.net:443',
    'control-plane/contoso.management.azure-api.net:3443',
    'control-plane/contoso.management.azure-api.net:443',
  ]);
  const plan = planWith({ apim: 'contoso' });
  t.same(
    idsOf(plan, ({ required, host }) => required && host.startsWith('contoso.')),
    ['gateway/contoso.azure-api.net:443'],
    'but for 3443, whose documented source is not this VM',
  );
});

t.test('a group that is asked for by name shows what it lacks', async (t) => {
  for (const options of [{ require: ['gateway'] }, { only: ['gateway'] }] as const) {
    const target = targetOf(planWith(options), 'gateway/<apim>.azure-api.net:443');
    t.match(target, { kind: 'endpoint', testable: false, reason: 'give --apim NAME', required: true });
  }
});

t.test('a custom domain replaces its role’s default', async (t) => {
  const hostname = [
    { role: 'gateway', host: 'api.contoso.com' },
    { role: 'management', host: 'manage.contoso.com' },
  ] as const;
  const plan = planWith({ apim: 'contoso', hostname });
  t.same(
    idsOf(plan, ({ host }) => host.endsWith('.contoso.com')),
    [
      'gateway/api.contoso.com:443',
      'control-plane/manage.contoso.com:3443',
      'control-plane/manage.contoso.com:443',
    ],
  );
  t.same(targetOf(plan, 'gateway/api.contoso.com:443').source, {
    kind: 'config',
    document: '--hostname gateway',
    asOf: TODAY,
    name: null,
  });
  t.ok(targetOf(plan, 'gateway/api.contoso.com:443').required);
  t.same(
    idsOf(plan, ({ host }) => host === 'contoso.azure-api.net'),
    [],
  );
  t.ok(targetOf(plan, 'gateway/contoso.portal.azure-api.net:443'), 'the other roles keep theirs');
});

t.test('a custom domain needs no --apim, and brings no other endpoint of the instance', async (t) => {
  const plan = planWith({ hostname: [{ role: 'portal', host: 'portal.contoso.com' }] });
  t.same(
    idsOf(
      plan,
      ({ kind, group }) => kind === 'endpoint' && (group === 'gateway' || group === 'control-plane'),
    ),
    ['gateway/portal.contoso.com:443'],
  );
});

t.test('further regions have a gateway each, and nothing else', async (t) => {
  const location = ['northeurope', 'uksouth'];
  const plan = planWith({ apim: 'contoso', location });
  const regional = (name: string) => `gateway/contoso-${name}-01.regional.azure-api.net:443`;
  t.same(
    idsOf(plan, ({ host }) => host.includes('.regional.')),
    [regional('northeurope'), regional('uksouth'), regional('westeurope')],
  );
  t.same(
    idsOf(plan, ({ host }) => location.some((name) => host.includes(name)) && !host.includes('.regional.')),
    [],
    'what else has a region in its name stays with that of the run',
  );
  t.match(targetOf(plan, regional('uksouth')), {
    required: false,
    testable: true,
    source: { kind: 'config', document: '--location', asOf: TODAY, name: null },
  });
  t.equal(targetOf(plan, regional('westeurope')).source.kind, 'catalog');
  t.same(plan.notes, []);
});

t.test('without a region of the run the further ones are planned anyway', async (t) => {
  const plan = planWith({ apim: 'contoso', location: ['uksouth'] }, { region: null });
  t.ok(targetOf(plan, 'gateway/contoso-uksouth-01.regional.azure-api.net:443').testable);
  t.equal(
    targetOf(plan, 'gateway/contoso-<region>-01.regional.azure-api.net:443').reason,
    'give --region NAME',
  );
});

t.test('a region that is given twice is planned once, and noted once', async (t) => {
  const plan = planWith({ apim: 'contoso', location: ['uksouth', 'westeurope', 'uksouth', 'westeurope'] });
  t.same(
    idsOf(plan, ({ host }) => host.includes('.regional.')),
    [
      'gateway/contoso-uksouth-01.regional.azure-api.net:443',
      'gateway/contoso-westeurope-01.regional.azure-api.net:443',
    ],
  );
  t.same(plan.notes, [
    '--location names uksouth more than once; it is planned once',
    '--location names westeurope more than once; it is planned once',
    '--location names westeurope, which is this run’s own region; it is planned once',
  ]);
});

t.test('where no regional gateway is documented, --location is refused with that reason', async (t) => {
  const china = { cloud: 'china', region: 'chinanorth3' } as const;
  const plan = planWith({ apim: 'contoso', location: ['chinaeast3', 'chinaeast2'] }, china);
  t.same(
    idsOf(plan, ({ host }) => host.includes('chinaeast')),
    [],
  );
  t.same(plan.notes, [
    '--location: the documents name no regional gateway of the china cloud; it has no effect',
  ]);
});

t.test('a domain for two roles is one target, with a note', async (t) => {
  const hostname = [
    { role: 'gateway', host: 'api.contoso.com' },
    { role: 'portal', host: 'api.contoso.com' },
  ] as const;
  const plan = planWith({ hostname });
  t.same(plan.notes, ['gateway/api.contoso.com:443 is asked for more than once; it is tested once']);
  t.ok(targetOf(plan, 'gateway/api.contoso.com:443').required, 'required, as the gateway is');
});

t.test('a domain of a role that the cloud does not have is noted', async (t) => {
  const hostname = [{ role: 'configuration', host: 'conf.contoso.com' }] as const;
  t.same(planWith({ hostname }, { cloud: 'china' }).notes, [
    '--hostname configuration=conf.contoso.com: the china cloud has no such endpoint; add --target https://conf.contoso.com',
  ]);
  t.same(planWith({ hostname }).notes, []);
});

t.test('extra targets are custom ones, as they were given', async (t) => {
  const target: Options['target'] = [
    { protocol: 'https', host: 'backend.contoso.example', port: 8443, path: '/health?full=1' },
    { protocol: 'tcp', host: 'fd00::7', port: 1433, path: null },
    { protocol: 'dns', host: '10.0.0.4', port: 53, path: null },
    { protocol: 'ntp', host: '10.0.0.5', port: 123, path: null },
  ];
  const plan = planWith({ target });
  t.same(
    idsOf(plan, ({ group }) => group === 'custom'),
    [
      'custom/10.0.0.4:53',
      'custom/10.0.0.5:123',
      'custom/[fd00::7]:1433',
      'custom/backend.contoso.example:8443',
    ],
  );
  t.match(targetOf(plan, 'custom/backend.contoso.example:8443'), {
    path: '/health?full=1',
    protocol: 'https',
    transport: 'tcp',
    required: false,
    source: { kind: 'config', document: '--target', asOf: TODAY, name: null },
  });
  t.equal(targetOf(plan, 'custom/10.0.0.4:53').transport, 'udp');
  t.equal(targetOf(plan, 'custom/10.0.0.5:123').transport, 'udp');
});

t.test('a target that is given twice is tested once, and noted once', async (t) => {
  const url = { host: 'a.example', port: 443, path: null } as const;
  const plan = planWith({
    target: [
      { ...url, protocol: 'tls' },
      { ...url, protocol: 'tls' },
      { ...url, protocol: 'https', path: '/' },
    ],
  });
  t.equal(targetOf(plan, 'custom/a.example:443').protocol, 'tls');
  t.same(plan.notes, [
    'custom/a.example:443 is asked for more than once; it is tested once',
    'custom/a.example:443 is asked for more than once; it is tested once, as tls',
  ]);
});

t.test('the same host and port may stand in two groups', async (t) => {
  const target = [{ protocol: 'https', host: 'go.microsoft.com', port: 443, path: '/' }] as const;
  const plan = planWith({ target });
  t.same(plan.notes, []);
  t.same(
    idsOf(plan, ({ host, port }) => host === 'go.microsoft.com' && port === 443),
    ['infrastructure/go.microsoft.com:443', 'custom/go.microsoft.com:443'],
  );
});

t.test('the DNS servers in use are required targets', async (t) => {
  const servers = [
    { address: '10.0.0.4', port: 53 },
    { address: 'fd00::53', port: 5353 },
  ];
  const plan = planWith({}, { servers });
  const ids = idsOf(plan, ({ group, kind }) => group === 'dns' && kind === 'endpoint');
  t.same(ids, ['dns/10.0.0.4:53', 'dns/[fd00::53]:5353']);
  t.match(targetOf(plan, 'dns/10.0.0.4:53'), {
    required: true,
    transport: 'udp',
    protocol: 'dns',
    source: { kind: 'config', document: '/etc/resolv.conf', asOf: TODAY, name: null },
  });
});

t.test('without a DNS server something required cannot be tested', async (t) => {
  t.match(targetOf(planWith({}, { servers: [] }), 'dns/<dns-server>:53'), {
    kind: 'endpoint',
    required: true,
    testable: false,
    reason: 'none is configured: give --dns-server ADDRESS',
  });
});

t.test('--only and --skip leave endpoints in the list, with the reason', async (t) => {
  const only = planWith({ ...ALL_NAMES, only: ['sql', 'dns'] });
  const tested = new Set(only.targets.filter(({ testable }) => testable).map(({ group }) => group));
  t.same([...tested], ['sql', 'dns']);
  t.equal(targetOf(only, 'key-vault/contosovault.vault.azure.net:443').reason, 'left out by --only');
  const skip = planWith({ ...ALL_NAMES, skip: ['sql'] });
  t.match(targetOf(skip, 'sql/contososql.database.windows.net:1433'), {
    testable: false,
    reason: 'left out by --skip',
    required: true,
  });
  t.equal(only.targets.length, planWith(ALL_NAMES).targets.length);
  const note = ({ targets }: typeof only) => targets.find(({ kind }) => kind === 'note')?.reason;
  t.equal(note(skip), note(planWith(ALL_NAMES)), 'what cannot be tested keeps its own reason');
});

t.test('--require and --optional overrule the documents', async (t) => {
  const plan = planWith({
    ...ALL_NAMES,
    require: ['entra-id', 'custom'],
    optional: ['sql'],
    target: [{ protocol: 'tcp', host: '10.0.0.9', port: 80, path: null }],
  });
  t.notOk(targetOf(plan, 'sql/contososql.database.windows.net:1433').required);
  t.ok(targetOf(plan, 'entra-id/login.microsoftonline.com:443').required);
  t.ok(targetOf(plan, 'custom/10.0.0.9:80').required);
});

t.test('a cache of one kind leaves nothing to ask for of the other', async (t) => {
  const classic = planWith({ redis: ['contosocache'], require: ['redis'] });
  t.match(targetOf(classic, 'redis/<managed-redis>:10000'), {
    kind: 'note',
    reason: '--redis names no cache of this kind',
  });
  t.ok(targetOf(classic, 'redis/contosocache.redis.cache.windows.net:6380').testable);
  const managed = planWith({ redis: ['c.westeurope.redis.azure.net'] });
  t.equal(targetOf(managed, 'redis/<redis>.redis.cache.windows.net:6380').kind, 'note');
});

t.test('a group that can never be tested may not be required', async (t) => {
  t.same(
    problemsOf(() => planWith({ require: ['ntp', 'custom', 'sql'] })),
    [
      '--require ntp: no endpoint of this group can be tested in the public cloud; remove --require ntp',
      '--require custom: nothing is in this group; give --target URL',
    ],
  );
});

t.test('a scope with nothing in it is refused', async (t) => {
  t.strictSame(
    problemsOf(() => planWith({ only: ['sql', 'custom', 'captcha'] }, { cloud: 'china' })),
    [
      '--only custom: nothing is in this group; give --target URL',
      '--only captcha: no endpoint of this group can be tested in the china cloud; remove --only captcha',
    ],
  );
  t.strictSame(
    problemsOf(() => planWith({ skip: GROUPS.filter((group) => group !== 'custom') })),
    ['--skip names every group that has an endpoint: nothing is left to probe'],
  );
  t.doesNotThrow(() => planWith({ only: ['sql'] }), 'a name that is missing is not a mistake');
  t.doesNotThrow(() => planWith({ only: ['gateway'] }));
});

t.test('targets are ordered by group and id, for any order of the options', async (t) => {
  const forth = planWith({ ...ALL_NAMES, sql: ['one', 'two'] });
  const back = planWith({ ...ALL_NAMES, sql: ['two', 'one'] });
  t.same(back.targets, forth.targets);
  const order = forth.targets.map(({ group }) => GROUPS.indexOf(group));
  t.same(
    order,
    order.toSorted((one, other) => one - other),
  );
});

t.test('DNS servers are tried with a name that this network needs', async (t) => {
  t.equal(planWith(ALL_NAMES).dnsQuestion, 'contosostore.blob.core.windows.net');
  t.equal(planWith({ only: ['dns'] }).dnsQuestion, planWith().dnsQuestion, 'also when it is not tested');
  t.match(planWith({}, { cloud: 'china' }).dnsQuestion, /^[a-z0-9.-]+$/);
  t.equal(planWith({}, { cloud: 'china' }).dnsQuestion.includes('windows.net'), false);
});

t.test('60,000 targets are planned', async (t) => {
  const target = Array.from({ length: 60_000 }, (_, index) => ({
    protocol: 'tcp' as const,
    host: `10.${index >> 8}.${index & 255}.9`,
    port: 443,
    path: null,
  }));
  t.equal(idsOf(planWith({ target }), ({ group }) => group === 'custom').length, 60_000);
});

t.test('a ping is never required, even with --require', async (t) => {
  const target = [
    { protocol: 'icmp', host: '10.0.0.5', port: 0, path: null },
    { protocol: 'tcp', host: '10.0.0.5', port: 443, path: null },
  ] as const;
  const { targets } = planWith({ target, require: ['custom'] });
  t.same(
    targets
      .filter(({ group }) => group === 'custom')
      .map(({ id, transport, required }) => [id, transport, required]),
    [
      ['custom/10.0.0.5:0', 'icmp', false],
      ['custom/10.0.0.5:443', 'tcp', true],
    ],
  );
});
