import t from 'tap';
import type { SecurityRule } from '../../src/azure/documents/types.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import type { PreflightCheck } from '../../src/model/azure-documents.ts';
import { defaultRules, firewallRule, group, route, rule } from '../azure/rules.ts';
import { effectiveNsg, effectiveRoutes, firewall, nsg, ofSubnet, TO_FIREWALL } from '../effective/given.ts';
import { addressOf, attempt, failed, reached, unanswered, unresolved } from './build.ts';
import { judge, observe } from './judged.ts';

const MANAGEMENT = rule(150, 'allow', {
  direction: 'inbound',
  protocol: 'tcp',
  from: 'ApiManagement=20.1.0.0/24',
  ports: [3443],
});
const ends = [MANAGEMENT, ...defaultRules('10.1.0.0/16')];
const subnetRules = (...rules: readonly SecurityRule[]) => effectiveNsg(ofSubnet(...rules, ...ends));
const OPEN = subnetRules();
const DENY_SQL = subnetRules(
  rule(300, 'deny', { to: 'Sql=13.64.0.0/11', ports: [[1000, 2000]], name: 'no-sql' }),
);

const SQL = { serviceTag: 'Sql', port: 1433, protocol: 'tds', required: true } as const;
const sql = failed('sql', 'db.database.windows.net', '13.65.31.249', 'tcp_timeout', SQL);
const vault = reached('key-vault', 'kv.vault.azure.net', '20.50.1.1', {
  serviceTag: 'AzureKeyVault',
  required: true,
});
const blob = reached('storage-blob', 'a.blob.core.windows.net', '20.60.1.4', {
  serviceTag: 'Storage',
  required: true,
});
const others = [vault, blob];

t.test('rule-denies takes the place of outbound-dropped', async (t) => {
  const without = judge([sql, ...others], []);
  t.equal(without.causes[sql.id], 'outbound-dropped');
  const { findings, causes, verdict } = judge([sql, ...others], [DENY_SQL]);
  t.equal(causes[sql.id], 'rule-denies');
  t.equal(verdict, 'blocked');
  t.match(findings, [
    {
      cause: 'rule-denies',
      severity: 'error',
      owner: 'network',
      title: 'Rule no-sql of network security group apim-nsg on the subnet denies TCP 1433 to Sql',
      explanation:
        'Rule no-sql of network security group apim-nsg on the subnet is the first that matches, at priority 300: it has ' +
        '13.64.0.0/11 of the service tag Sql (effective-nsg.json). The run agrees: no reply to db.database.windows.net:1433 ' +
        '(13.65.31.249; 3 attempts).',
      evidence: [sql.id],
      remedy: [
        'NSG apim-nsg: allow TCP 1433 to Sql, at priority 299: az network nsg rule create --resource-group net --nsg-name apim-nsg ' +
          '--name allow-sql-1433-outbound --priority 299 --direction Outbound --access Allow --protocol Tcp ' +
          '--source-address-prefixes VirtualNetwork --destination-address-prefixes Sql --destination-port-ranges 1433',
      ],
    },
  ]);
  t.equal(findings.length, 1);
});

t.test('one finding for one rule, with a rule to add for each destination', async (t) => {
  const deny = subnetRules(
    rule(4096, 'deny', { name: 'deny-all' }),
    rule(200, 'allow', { to: 'Storage=20.60.0.0/16' }),
  );
  const silentVault = failed('key-vault', 'kv.vault.azure.net', '20.50.1.1', 'tcp_timeout', {
    ...vault,
    attempts: undefined,
    status: 'unreachable',
    failure: 'tcp_timeout',
  } as never);
  const ntp = failed('ntp', 'time.windows.com', '20.101.57.9', 'udp_timeout', { port: 123, protocol: 'ntp' });
  const inside = failed('custom', 'app.contoso.example', '10.1.9.9', 'tcp_timeout', {
    source: { kind: 'config', document: '--target', asOf: '2026-05-04', name: null },
  });
  const { of, causes } = judge([sql, silentVault, ntp, inside, blob], [deny]);
  const [finding, ...more] = of('rule-denies');
  t.strictSame(more, []);
  t.match(Object.values(causes).filter((cause) => cause === 'rule-denies').length, 4);
  const commands = finding?.remedy.join('\n') ?? '';
  t.match(commands, /--priority 4095 /);
  t.match(commands, /--destination-address-prefixes AzureKeyVault --destination-port-ranges 443/);
  t.match(commands, /--protocol Udp .*--destination-port-ranges 123/);
  t.match(commands, /--destination-address-prefixes 10\.1\.9\.9 /);
  const priorities = [...commands.matchAll(/--priority (\d+)/g)].map(([, number]) => number);
  t.equal(new Set(priorities).size, priorities.length, 'each has a priority of its own');
  t.ok(finding?.title.match(/^Rule deny-all of .* denies .*, and \d+ destinations? more$/));
});

t.test('a group of this VM’s network interface alone', async (t) => {
  const onNic = group('network-interface', [rule(100, 'deny', { ports: [1433], name: 'nic-deny' }), ...ends]);
  const [finding] = judge([sql, ...others], [effectiveNsg(onNic, ofSubnet(...ends))]).of('rule-denies');
  t.match(finding?.explanation, /the machines of API Management do not have it/);
  t.match(finding?.remedy[0], /^Take .* off this VM’s network interface/);
});

t.test('only the addresses that the rule denies are silent', async (t) => {
  const half = {
    ...sql,
    status: 'intermittent' as const,
    failure: null,
    addresses: ['13.65.31.249', '40.68.37.158'].map((one) => addressOf(one)),
    attempts: [
      attempt('13.65.31.249', 'tcp_timeout'),
      attempt('13.65.31.249', 'tcp_timeout'),
      attempt('40.68.37.158', null, { proof: 'certificate' }),
    ],
  };
  t.equal(judge([half, ...others], [DENY_SQL]).causes[half.id], 'rule-denies');
  const mixed = {
    ...half,
    attempts: [
      attempt('13.65.31.249', 'tcp_timeout'),
      attempt('13.65.31.249', null, { proof: 'certificate' }),
    ],
  };
  const judged = judge([mixed, ...others], [DENY_SQL]);
  t.not(judged.causes[mixed.id], 'rule-denies', 'it answered once');
  t.equal(judged.of('rules-disagree').length, 1);
});

t.test('a document with a doubt yields a warning, and explains nothing', async (t) => {
  const { causes, of } = judge(
    [sql, ...others],
    [{ ...DENY_SQL, doubt: 'it is of another network interface' }],
  );
  t.equal(causes[sql.id], 'outbound-dropped');
  t.match(of('rule-denies'), [
    { severity: 'warning', explanation: /in doubt: it is of another network interface/ },
  ]);
  t.match(of('outbound-dropped')[0]?.remedy[0], /^NSG: add an outbound rule/);
});

t.test('what is refused was not dropped by a group', async (t) => {
  const refused = failed('sql', 'db.database.windows.net', '13.65.31.249', 'tcp_refused', SQL);
  t.equal(judge([refused, ...others], [DENY_SQL]).causes[refused.id], 'outbound-rejected');
});

t.test('a firewall behind the route: its rule, and what may be hidden', async (t) => {
  const allow = firewallRule('storage', 'allow', {
    destinationTags: ['Storage', 'AzureKeyVault'],
    ports: [[443, 443]],
  });
  const [finding] = judge([sql, ...others], [OPEN, effectiveRoutes(TO_FIREWALL), firewall(allow)]).of(
    'rule-denies',
  );
  t.match(finding, {
    title: 'No rule of the Azure Firewall policy apim matches, which denies TCP 1433 to Sql',
    explanation: /A parent policy and rule collection groups that were not given could allow it before\./,
    remedy: [
      'Azure Firewall policy apim: add a network rule for Sql, TCP 1433, with this subnet as the source.',
    ],
  });
  const web = failed('entra-id', 'login.microsoftonline.com', '20.190.1.1', 'tls_reset', {
    serviceTag: 'AzureActiveDirectory',
  });
  const deny = firewallRule('no-entra', 'deny', {
    kind: 'application',
    protocols: ['https'],
    hosts: ['login.microsoftonline.com'],
    ports: [[443, 443]],
    priority: [300, 500],
  });
  const [cut] = judge([web, ...others], [OPEN, effectiveRoutes(TO_FIREWALL), firewall(deny)]).of(
    'rule-denies',
  );
  t.match(cut?.remedy, [
    'Azure Firewall policy apim: add an application rule for login.microsoftonline.com, https:443, with this subnet as the source, in a collection before the one of no-entra (priority 500).',
  ]);
});

t.test('a firewall explains only what it can cause', async (t) => {
  const untrusted = failed('entra-id', 'login.microsoftonline.com', '20.190.1.1', 'tls_expired', {
    serviceTag: 'AzureActiveDirectory',
  });
  const nowhere = unresolved('sql', 'db.database.windows.net', [unanswered('dns_nxdomain')], SQL);
  const documents = [OPEN, effectiveRoutes(TO_FIREWALL), firewall()];
  const { of } = judge([untrusted, nowhere, ...others], documents);
  t.strictSame(
    of('rule-denies').flatMap(({ evidence }) => evidence),
    [],
  );
});

t.test('a denied DNS server explains the names that it was asked for', async (t) => {
  const server = failed('dns', '10.1.0.5', '10.1.0.5', 'dns_timeout', {
    port: 53,
    protocol: 'dns',
    required: true,
  });
  const name = unresolved(
    'sql',
    'db.database.windows.net',
    [unanswered('dns_timeout', { server: '10.1.0.5' })],
    SQL,
  );
  const deny = subnetRules(rule(300, 'deny', { ports: [53], name: 'no-dns' }));
  const { findings, causes } = judge([server, name], [deny]);
  t.strictSame(
    findings.map(({ cause }) => cause),
    ['rule-denies'],
  );
  t.match(causes, { [server.id]: 'rule-denies', [name.id]: 'rule-denies' });
  t.match(findings[0]?.remedy, [
    /--protocol Udp .* --destination-address-prefixes 10\.1\.0\.5 --destination-port-ranges 53/,
  ]);
});

t.test('an inbound row stands alone, and blocks where it is required', async (t) => {
  const closed = effectiveNsg(ofSubnet(...defaultRules('10.1.0.0/16')));
  const { findings, verdict } = judge([...others], [closed]);
  t.equal(verdict, 'blocked');
  t.match(findings, [
    {
      cause: 'rule-denies',
      severity: 'error',
      title:
        'Rule DenyAllInBound of network security group apim-nsg on the subnet denies inbound TCP 3443 from ApiManagement',
      evidence: { length: 0 },
      remedy: [
        /^NSG apim-nsg: allow inbound TCP 3443 from ApiManagement, at priority 4096: .*--direction Inbound .*--source-address-prefixes ApiManagement --destination-address-prefixes VirtualNetwork/,
      ],
      confirm: 'apim-probe preflight --from effective-nsg.json',
    },
  ]);
  t.equal(findings.length, 1);
  const doubtful = judge([...others], [{ ...closed, doubt: 'it is two days old' }]);
  t.equal(doubtful.verdict, 'degraded');
  t.match(doubtful.findings, [{ cause: 'rule-denies', severity: 'warning' }]);
  t.equal(judge([...others], [OPEN]).verdict, 'ready');
});

t.test('an outbound row that no target tested stands, too', async (t) => {
  const deny = subnetRules(rule(300, 'deny', { ports: [1433], name: 'no-sql' }));
  t.match(judge([...others], [deny]).of('rule-denies'), [{ severity: 'error', evidence: { length: 0 } }]);
  const both = judge([sql, ...others], [deny]).of('rule-denies');
  t.match(both, [{ evidence: [sql.id], remedy: { length: 1 } }], 'one finding with one remedy');
  const passed = reached('sql', 'db.database.windows.net', '13.65.31.249', SQL);
  const disagreeing = judge([passed, ...others], [deny]);
  t.strictSame(
    disagreeing.findings.map(({ cause }) => cause),
    ['rules-disagree'],
    'the observation counts',
  );
});

t.test('rules-disagree: both sides, and the observation counts', async (t) => {
  const passed = reached('sql', 'db.database.windows.net', '13.65.31.249', SQL);
  const { findings, verdict } = judge([passed, ...others], [DENY_SQL]);
  t.equal(verdict, 'degraded');
  t.match(findings, [
    {
      cause: 'rules-disagree',
      severity: 'warning',
      title: '1 endpoint answered that effective-nsg.json says cannot',
      explanation:
        /By effective-nsg\.json, rule no-sql of .* denies db\.database\.windows\.net:1433; in this run it connected\./,
      evidence: [passed.id],
    },
  ]);
  const dropped = effectiveRoutes(route('13.64.0.0/11', 'None', { source: 'user', name: 'drop' }));
  t.match(judge([passed, ...others], [dropped]).of('rules-disagree'), [
    { explanation: /the route for 13\.64\.0\.0\/11 drops/ },
  ]);
});

t.test('Azure Firewall completes connections that it denies', async (t) => {
  const cut = failed('entra-id', 'login.microsoftonline.com', '20.190.1.1', 'tls_reset', {
    serviceTag: 'AzureActiveDirectory',
  });
  const documents = [
    OPEN,
    effectiveRoutes(TO_FIREWALL),
    firewall(firewallRule('all', 'allow', { destinationTags: ['Storage', 'AzureKeyVault'] })),
  ];
  t.strictSame(judge([cut, ...others], documents).of('rules-disagree'), []);
});

t.test('route-misdirects: the next hop None', async (t) => {
  const documents = [OPEN, effectiveRoutes(route('13.64.0.0/11', 'None', { source: 'user', name: 'drop' }))];
  const { causes, of } = judge([sql, ...others], documents);
  t.equal(causes[sql.id], 'route-misdirects');
  t.match(of('route-misdirects'), [
    {
      severity: 'error',
      title: 'User route drop (13.64.0.0/11) drops what 1 endpoint needs',
      explanation:
        /longest active prefix is 13\.64\.0\.0\/11, with the next hop None \(effective-routes\.json\)\. Azure drops .* The security rules allow it\.$/,
      remedy: [
        'Route table of the subnet: delete drop, or give it the next hop that delivers service tag Sql port 1433.',
      ],
    },
  ]);
  const both = [DENY_SQL, ...documents.slice(1)];
  t.equal(judge([sql, ...others], both).causes[sql.id], 'rule-denies', 'the rule decides before the route');
});

t.test('a private address without a connection to its network', async (t) => {
  const far = failed('custom', 'app.contoso.example', '10.9.0.4', 'tcp_timeout');
  const { of } = judge([far, ...others], [effectiveRoutes()]);
  t.match(of('route-misdirects'), [
    { title: /^System route \(10\.0\.0\.0\/8\) drops/, remedy: [/add the peering or gateway/] },
  ]);
});

t.test('an appliance that answers nothing, where others are reached', async (t) => {
  const endpoints = route(['20.60.0.0/16', '20.50.0.0/16'], 'VirtualNetworkServiceEndpoint');
  const documents = [OPEN, effectiveRoutes(TO_FIREWALL, endpoints)];
  t.match(judge([sql, ...others], documents).of('route-misdirects'), [
    {
      title: 'Nothing that takes user route to-firewall (0.0.0.0/0) is answered (1 endpoint)',
      remedy: [/10\.2\.0\.4 is running/, /service tag Sql port 1433/],
    },
  ]);
});

t.test('no rule or route explains it: look behind the next hop, and add nothing to a group', async (t) => {
  const documents = [OPEN, effectiveRoutes(TO_FIREWALL)];
  const { causes, of, findings } = judge([sql, ...others], documents);
  t.equal(causes[sql.id], 'outbound-dropped');
  const [finding] = of('outbound-dropped');
  t.match(
    finding?.explanation,
    /No rule or route on Azure’s side explains this \(effective-nsg\.json, effective-routes\.json\): look behind 10\.2\.0\.4\./,
  );
  t.match(finding?.remedy[0], /^Look behind 10\.2\.0\.4: look in its log/);
  t.notMatch(JSON.stringify(findings), /NSG/);
  const allowed = [
    ...documents,
    firewall(firewallRule('all', 'allow', { destinations: [{ cidr: '0.0.0.0/0', tag: null }] })),
  ];
  t.match(
    judge([sql, ...others], allowed).of('outbound-dropped')[0]?.remedy[0],
    /its rules allow this as they were given/,
  );
});

t.test('the rules alone: no step for a group, and the routes are missing', async (t) => {
  const [finding] = judge([sql, ...others], [OPEN]).of('outbound-dropped');
  t.match(
    finding?.explanation,
    /The rules that were given allow it \(effective-nsg\.json\): look at the routes/,
  );
  t.match(finding?.remedy[0], /^Save the effective routes/);
  t.notMatch(finding?.remedy.join(' '), /NSG/);
});

t.test('many destinations and none that connects', async (t) => {
  const tags = ['Sql', 'AzureKeyVault', 'EventHub', 'AzureMonitor'];
  const silent = tags.map((tag, index) =>
    failed('custom', `host${index}.example.net`, `13.65.31.${index + 1}`, 'tcp_timeout', {
      serviceTag: tag,
      required: true,
    }),
  );
  const open = [OPEN, effectiveRoutes()];
  for (const documents of [open, [OPEN]]) {
    const { findings } = judge(silent, documents);
    t.notMatch(JSON.stringify(findings.flatMap(({ remedy }) => remedy)), /NSG/);
  }
  t.match(judge(silent, open).findings[0]?.explanation, /No rule or route on Azure’s side explains this/);
  t.strictSame(
    Object.values(judge(silent, [OPEN, effectiveRoutes(TO_FIREWALL)]).causes),
    silent.map(() => 'route-misdirects'),
    'all of them take one route',
  );
});

t.test('a private subnet, by the documents', async (t) => {
  const silent = ['Sql', 'AzureKeyVault', 'AzureMonitor'].map((tag, index) =>
    failed('custom', `host${index}.example.net`, `13.65.31.${index + 1}`, 'tcp_timeout', {
      serviceTag: tag,
      required: true,
    }),
  );
  const check = (outcome: PreflightCheck['outcome']): PreflightCheck => ({
    ...{ check: 'default-outbound', title: 'This VM has an outbound path', required: false, outcome },
    ...{
      evidence: 'apim is a private subnet without a NAT gateway (subnet.json)',
      command: null,
      rule: null,
    },
  });
  const judged = judge(silent, [OPEN], { checks: [check('not-met')] });
  t.strictSame(
    judged.findings.map(({ cause }) => cause),
    ['vm-without-outbound'],
  );
  t.match(judged.findings[0], {
    owner: 'vm',
    explanation:
      /^apim is a private subnet without a NAT gateway \(subnet\.json\)\. 3 public endpoints timed out/,
  });
  t.equal(judged.verdict, 'inconclusive');
  t.not(judge(silent, [OPEN], { checks: [check('met')] }).findings[0]?.cause, 'vm-without-outbound');
  const denied = judge(silent, [subnetRules(rule(300, 'deny', { to: '13.65.31.1', name: 'one' }))], {
    checks: [check('not-met')],
  });
  t.match(Object.values(denied.causes).sort(), ['rule-denies', 'vm-without-outbound', 'vm-without-outbound']);
});

t.test('a plain group says what it does not show', async (t) => {
  const documents = [
    nsg(rule(200, 'allow', { to: 'Sql', ports: [1433] }), MANAGEMENT, ...defaultRules()),
    effectiveRoutes(TO_FIREWALL),
  ];
  t.match(
    judge([sql, ...others], documents).of('outbound-dropped')[0]?.explanation,
    /unless this VM’s network interface has a group of its own: look behind 10\.2\.0\.4/,
  );
});

t.test('a report judged again has the same findings', async (t) => {
  const seen = observe([sql, ...others], [DENY_SQL, effectiveRoutes(TO_FIREWALL)]);
  const { findings } = diagnose(seen);
  t.ok(findings.length > 0);
  t.strictSame(diagnose(JSON.parse(JSON.stringify(seen))).findings, findings);
});

t.test('a redirected connection says nothing of the address that a rule or route has', async (t) => {
  const facts = { dialled: '10.9.9.9:1433' };
  const redirected = failed('sql', 'db.database.windows.net', '13.65.31.249', 'tcp_timeout', {
    ...SQL,
    facts,
  });
  const dropped = effectiveRoutes(route('13.64.0.0/11', 'None', { source: 'user', name: 'mine' }));
  t.equal(judge([redirected, ...others], [DENY_SQL]).causes[redirected.id], 'outbound-dropped');
  const { causes, of } = judge([redirected, ...others], [OPEN, dropped]);
  t.equal(causes[redirected.id], 'outbound-dropped');
  t.notMatch(of('outbound-dropped')[0]?.explanation, /rule or route|rules that were given/);
});

t.test('what another group lets this VM reach says nothing of a row', async (t) => {
  const db = reached('sql', 'db.database.windows.net', '13.65.31.249', SQL);
  const seen = observe([db, ...others], [DENY_SQL]);
  const decided = seen.targets[0]?.rule ?? null;
  t.equal(decided?.access, 'deny');
  const withRule = (rule: typeof decided) =>
    diagnose({
      ...seen,
      targets: seen.targets.map((each) => (each.id === db.id ? { ...each, rule } : each)),
    });
  const causes = ({ findings }: ReturnType<typeof diagnose>) => findings.map(({ cause }) => cause);
  t.strictSame(causes(withRule(decided)), ['rules-disagree']);
  const other = decided && { ...decided, access: 'allow' as const, resource: '/other-nsg' };
  t.strictSame(causes(withRule(other)), ['rule-denies']);
});
