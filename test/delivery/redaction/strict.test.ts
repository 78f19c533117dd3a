/** The strict level: the report does not identify the network, and stays readable. */
import fc from 'fast-check';
import t from 'tap';
import { harmlessJson } from '../../../src/common/escaped-json.ts';
import { createRedactor } from '../../../src/delivery/redaction/redactor.ts';
import type { RedactionKind } from '../../../src/delivery/redaction/types.ts';
import { wellKnownNames } from '../../../src/delivery/redaction/well-known-names.ts';
import { Report } from '../../../src/model/report.ts';
import { renderText } from '../../../src/report/text.ts';
import { fuzzRuns } from '../../fuzz-runs.ts';
import { finding, parsedReport, report, target, withDropped } from '../../report/samples.ts';

const names = wellKnownNames();

function redactor(key = 'one key', count?: (kind: RedactionKind) => void) {
  return createRedactor({
    level: 'strict',
    names,
    key: Buffer.from(key),
    ...(count === undefined ? {} : { count }),
  });
}

const HOST = 'host-[0-9a-f]{4}';
const GUID = '11111111-2222-4333-8444-555555555555';

t.test('a host name in a field for host names is hidden, whatever its form', async (t) => {
  const environment = report().environment;
  const tls = {
    subject: 'CN=SrvSql.humongous.local, O=x',
    names: ['*.Fourth.coffee-1'],
    caIssuers: ['http://Pki.wideworld.importers1/ca.crt'],
  };
  const own = {
    environment: {
      ...environment,
      dns: { ...environment.dns, searchDomains: ['ContosoCorp.local', 'corp.lan1'] },
      proxies: [
        {
          variable: 'NO_PROXY',
          value: '.BlueYonder.net, *.Tailspin.toys:8080,http://u@Proxy.Lucerne.x1:3128',
        },
      ],
    },
    targets: [{ host: 'db.trey-lan' }, { host: 'fabrikam.sh' }, { host: '20.1.1.1' }],
    attempts: [{ facts: { tls: { chain: [tls] } }, via: ['VmSql.proseware.local'] }],
    config: { target: { value: ['tcp://adatum.zip:1433/x'], origin: 'flag' } },
  };
  const strict = redactor();
  strict.learn(own);
  for (const name of [
    ...[
      'ContosoCorp.local',
      'Srv1.ContosoCorp.local',
      'x.corp.lan1',
      'db.trey-lan',
      'fabrikam.sh',
      'adatum.zip',
    ],
    ...[
      'a.BlueYonder.net',
      'Tailspin.toys',
      'Proxy.Lucerne.x1',
      'SrvSql.humongous.local',
      'a.fourth.coffee-1',
      'pki.wideworld.importers1',
    ],
    ...['VmSql.proseware.local', 'wingtip.münchen.de'],
  ]) {
    const shown = strict.text(`custom/${name}:1433`);
    t.match(shown, new RegExp(`^custom/(?:${HOST}\\.){1,4}invalid:1433$`), name);
    t.equal(strict.text(shown), shown, 'twice as once');
  }
  for (const text of [
    '20.1.1.1',
    'install.sh',
    'process.stdErr',
    'apim-probe.mjs',
    'blob.core.windows.net',
    'v1.2.3',
  ])
    t.equal(strict.text(text), text);
  const written = JSON.stringify(strict.value(own));
  t.notMatch(
    written,
    /contosocorp|lan1|trey-lan|fabrikam|adatum|blueyonder|tailspin|lucerne|humongous|coffee|proseware/i,
  );
});

t.test('names, addresses, ids and users', async (t) => {
  for (const [text, expected] of [
    ['sql01.corp.contoso.com', `^${HOST}\\.${HOST}\\.${HOST}\\.invalid$`],
    [
      'see https://sql01.corp.contoso.com:8443/x',
      `^see https://${HOST}\\.${HOST}\\.${HOST}\\.invalid:8443/x$`,
    ],
    ['contosostore.blob.core.windows.net', `^${HOST}\\.blob\\.core\\.windows\\.net$`],
    [
      'contosostore.privatelink.blob.core.windows.net',
      `^${HOST}\\.privatelink\\.blob\\.core\\.windows\\.net$`,
    ],
    ['contoso.developer.azure-api.net', `^${HOST}\\.developer\\.azure-api\\.net$`],
    ['*.corp.contoso.com', `^\\*\\.${HOST}\\.${HOST}\\.invalid$`],
    ['.contoso.com', `^\\.${HOST}\\.invalid$`],
    ['http://proxy:3128', `^http://${HOST}:3128$`],
    ['contoso.corp.json', `^${HOST}\\.invalid\\.json$`],
    ['10.0.1.5', '^10\\.x..\\.x..\\.x..$'],
    ['172.20.1.5:53', '^172\\.x1.\\.x..\\.x..:53$'],
    ['192.168.7.7/24', '^192\\.168\\.x..\\.x../24$'],
    ['100.64.3.4', '^100\\.x..\\.x..\\.x..$'],
    ['[fd00:1::2]:443', '^\\[xf[cd]..(?::x....){7}\\]:443$'],
    ['fe80::1%eth0', '^xfe[89ab].(?::x....){7}$'],
    ['::ffff:10.0.1.5', '^mapped:10\\.x..\\.x..\\.x..$'],
    ['::ffff:a00:105', '^mapped:10\\.x..\\.x..\\.x..$'],
    [
      `/subscriptions/${GUID}/resourceGroups/payroll/providers/Microsoft.Network/virtualNetworks/payroll-vnet`,
      `^/subscriptions/id-..../resourceGroups/${HOST}/providers/Microsoft.Network/virtualNetworks/${HOST}$`,
    ],
    [`"tenantId": "${GUID}"`, '^"tenantId": "id-...."$'],
    [`https://login.microsoftonline.com/${GUID}/v2.0`, '^https://login.microsoftonline.com/id-..../v2.0$'],
    ['/home/alice/x /Users/alice', '^/home/user-..../x /Users/user-....$'],
    ['C:\\Users\\alice\\x', '^C:\\\\Users\\\\user-....\\\\x$'],
    ['alice@contoso.com', `^user-....@${HOST}\\.invalid$`],
    ['sig=abc', '^sig=\\*\\*\\*$'],
  ] as const)
    t.match(redactor().text(text), new RegExp(expected), text);
});

t.test('public names stay', async (t) => {
  for (const text of [
    'gcs.prod.monitoring.core.windows.net westeurope.login.microsoft.com ocsp.digicert.com learn.microsoft.com',
    '168.63.129.16 169.254.169.254 192.0.2.1 20.60.1.4 127.0.0.1 ::1 2603:1030::1',
    'report.json apim-probe.yaml /etc/resolv.conf Microsoft.Sql blob.core.windows.net localhost http://localhost:80',
    '2026-05-04T08:30:00.000Z 12.0.2000 6.8.0-1021-azure 08:30:00',
    `x-ms-request-id ${GUID}`,
  ])
    t.equal(redactor().text(text), text);
});

t.test('a known name is hidden everywhere', async (t) => {
  const strict = redactor();
  strict.learn(report({ targets: [target('sql', 'contoso-probe.database.windows.net', 1433)] }));
  const redacted = strict.text(
    'apim-probe run --sql contoso-probe --only sql; VM vm-probe-01; contoso-probe-2',
  );
  t.match(redacted, new RegExp(`^apim-probe run --sql (${HOST}) --only sql; VM ${HOST}; contoso-probe-2$`));
  const bare = new RegExp(`--sql (${HOST})`).exec(redacted)?.[1];
  t.equal(
    strict.text('contoso-probe.database.windows.net'),
    `${bare}.database.windows.net`,
    'by one pseudonym',
  );
  strict.learn({ a: `tenant=${GUID}` });
  t.match(strict.text(`seen ${GUID}`), /^seen id-....$/);
  strict.learn({ sourceAddress: '20.1.2.3' });
  t.match(strict.text('from 20.1.2.3'), /^from address-....$/, 'a public address of this network');
});

t.test('a report stays valid, with the same results, and without names of its network', async (t) => {
  const original = report({ targets: withDropped(['sql']), findings: [finding()] });
  const strict = redactor();
  strict.learn(original);
  const hidden = Report.parse(strict.value(original));
  t.equal(hidden.verdict, original.verdict);
  t.strictSame(hidden.findings[0]?.evidence, [hidden.targets.find(({ group }) => group === 'sql')?.id]);
  const json = harmlessJson(hidden);
  t.equal(strict.text(json), json, 'nothing is left for a look at the whole');
  for (const text of [json, renderText(hidden, { color: false, width: 80, quiet: false })])
    t.notMatch(text, /contoso|vm-probe-01|10\.20\.|backend/i);
});

t.test('names of machines are hidden where they are names, even common words', async (t) => {
  const { environment } = report();
  const value = { vm: { ...environment.vm, name: 'test' }, machineName: 'vm', status: 'test' };
  t.match(redactor().value(value), { vm: { name: /^host-/ }, machineName: /^host-/, status: 'test' });
});

t.test('a machine named like a key or a value of the report changes neither', async (t) => {
  const strict = redactor();
  const own = report({ targets: withDropped(['sql']), findings: [finding()] });
  const words = ['targets', 'startedAt', 'outbound-dropped', 'tcp_timeout', 'AzureKeyVault', 'zzfacts'];
  const chain = [{ subject: 'CN=zzfacts', names: words }];
  const value = {
    ...own,
    environment: { ...own.environment, dns: { ...own.environment.dns, searchDomains: words } },
    facts: { tls: { chain }, zzfacts: 1 },
  };
  strict.learn(value);
  const shown = strict.value(value);
  t.strictSame(Object.keys(shown), Object.keys(value));
  const { facts: _facts, ...written } = { ...shown, certificates: {} };
  parsedReport(harmlessJson(written));
  t.match(shown.facts.tls.chain[0]?.subject, /^CN=host-/, 'any other name is hidden');
  t.equal(shown.facts.zzfacts, 1, 'but as a key');
});

t.test('hosts without a dot that their place gives away, and ids by their key', async (t) => {
  const strict = redactor();
  const value = {
    headers: { via: '1.1 zzproxy, HTTP/1.1 ZzOther:3128 (squid)' },
    names: ['srv.zz.example', 'zzserver'],
    subscriptionIds: [GUID],
    lines: ['by zzproxy', 'to ZZOTHER', 'at zzserver', '\\\\zzfiles\\share', GUID, 'C:\\Windows\\x'],
  };
  strict.learn(value);
  const shown = harmlessJson(strict.value(value));
  t.notMatch(shown, /zz/i);
  t.notMatch(shown, GUID);
  t.match(shown, 'squid');
  t.match(strict.value(value).lines.at(-1), 'C:\\Windows\\x');
});

t.test('no peer gets the report’s own terms, times or tools hidden by naming itself so', async (t) => {
  const strict = redactor();
  const names = ['2026-11-29t14', 'curl', 'squid', '2026', 'firewall', 'microsoftonline', 'zzserver1'];
  strict.learn({ tls: { chain: [{ names }] }, headers: { via: '1.1 certificate, 1.1 openssl' } });
  const text =
    'Squid answered at 2026-11-29T14:32:36.384Z; check the certificate and the firewall: curl -v https://login.microsoftonline.com | openssl x509';
  t.equal(strict.text(text), text);
  t.notMatch(strict.text('at zzserver1'), 'zzserver1');
});

t.test('asterisks: within a name, before it, and around it', async (t) => {
  const strict = redactor();
  for (const name of [
    'payroll*.contoso.example',
    'f*o.bar.contoso.example',
    '*.contoso.example',
    'a.b*c.contoso.example',
  ])
    t.match(strict.text(`to ${name}!`), /^to (?:\*\.)?(?:host-[0-9a-f]+\.)+invalid!$/, name);
  t.match(strict.text('**db.contoso.example**'), /^(?:host-[0-9a-f]+\.)+invalid\*\*$/);
});

t.test('time is linear in the length of the text, for any repetition', async (t) => {
  const strict = redactor();
  strict.learn({ targets: [{ host: 'known.contoso-x1' }] });
  // Four times the text: a quadratic pattern would take sixteen times as long, and minutes at this size.
  for (const unit of [
    ...['a', 'a-', 'a.', '*', '*.', 'aa.bb.', '.js', 'x.known.contoso-x1.', 'ä', '\u0301'],
    ...[
      'a:',
      'fe80:',
      '1.',
      '10.1.2.',
      '1:2:3:4:5:6:7:8 ',
      'a+',
      'a@',
      '@',
      '://',
      '://a',
      '/home/',
      '\\\\a',
    ],
    ...['/providers/a.b/c/', '/resourceGroups/', 'tenantId":"', `${GUID.slice(0, 35)} `, 'login.a.'],
  ]) {
    for (const end of ['', '.', '@', '.contoso.example', '.known.contoso-x1']) {
      const text = `${unit.repeat(Math.ceil(100_000 / unit.length))}${end}`;
      t.ok(strict.text(text).length <= text.length * 8, JSON.stringify(unit + end));
    }
  }
});

t.test(
  'a dotted name that is longer than any host name is hidden whole where it ends in a known one',
  async (t) => {
    const strict = redactor();
    strict.learn({ targets: [{ host: 'known.contoso-x1' }] });
    const long = `${'a.'.repeat(200)}known.contoso-x1`;
    t.match(strict.text(`to ${long}:443`), /^to host-[0-9a-f]+\.invalid:443$/);
    t.equal(strict.text('a.'.repeat(200)), 'a.'.repeat(200));
  },
);

const octet = fc.nat(255);
const label = fc.stringMatching(/^[a-z][a-z0-9]{2,12}$/);
const ipv4 = fc.oneof(
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
);
const ipv6 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 7, maxLength: 7 })
  .map((groups) => ['fd12', ...groups.map((group) => group.toString(16))].join(':'));
const identity = fc.oneof(
  ipv4.map((octets) => octets.join('.')),
  ipv6,
  fc.tuple(label, label).map(([one, other]) => `${one}.${other}.com`),
  label.map((one) => `${one}.vault.azure.net`),
  label.map((one) => `/home/${one}/x`),
  fc.uuid().map((id) => `/subscriptions/${id}`),
);

t.test('the region stays readable, although names under a service hold it', async (t) => {
  const chain = 'dataslice6.westeurope.database.windows.net';
  const strict = redactor();
  strict.learn({ targets: [{ cname: chain }], environment: { region: 'westeurope' } });
  t.equal(strict.text('public cloud, westeurope'), 'public cloud, westeurope');
  t.match(strict.text(chain), new RegExp(`^${HOST}\\.westeurope\\.database\\.windows\\.net$`));
  t.match(strict.text('westeurope.login.microsoft.com'), /^westeurope\./);
  const option = redactor();
  option.learn({ region: { value: 'chinaeast2', origin: 'flag' } });
  t.equal(option.text('chinaeast2.blob.core.chinacloudapi.cn'), 'chinaeast2.blob.core.chinacloudapi.cn');
  const wrong = redactor();
  wrong.learn({ region: 'contoso-store', targets: ['contoso-store.blob.core.windows.net'] });
  t.match(wrong.text('contoso-store'), new RegExp(`^${HOST}$`), 'another word does not stay as a region');
});

t.test('stable in one bundle, different for different originals', async () => {
  const strict = redactor();
  const seen = new Map<string, string>();
  const origin = new Map<string, string>();
  fc.assert(
    fc.property(identity, (text) => {
      const pseudonym = strict.text(text);
      const before = seen.get(text) ?? pseudonym;
      const from = origin.get(pseudonym) ?? text;
      seen.set(text, pseudonym);
      origin.set(pseudonym, text);
      return pseudonym === before && from.toLowerCase() === text.toLowerCase() && pseudonym !== text;
    }),
    { numRuns: fuzzRuns(1000) },
  );
});

t.test('twice is once', async (t) => {
  const strict = redactor();
  const long = `${'0'.repeat(65)}@contoso.example`;
  t.match(strict.text(long), /^user-[0-9a-f]+@host-/, 'a mailbox of any length');
  const escaped = String.raw`sig=a\naa.contoso.example`;
  for (let byte = 0; byte < 256; byte += 1)
    strict.text(`x${byte.toString(16).padStart(2, '0')}.vault.azure.net`);
  for (const text of [long, escaped, '10.1.2.3', 'fd00::1:2', 'http://http:///home/a00/x@@'])
    t.equal(strict.text(strict.text(text)), strict.text(text));
  const texts = fc.array(
    fc.oneof(identity, fc.constantFrom(' ', ':', '/', '"', '\\', 'http://', '@', 'sig=a')),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join('');
      // Where user-info ends in what is not a URL is anybody's guess, and a pseudonym may change the guess.
      fc.pre(!/\/\/\S*@/.test(text));
      const once = strict.text(text);
      return strict.text(once) === once;
    }),
  );
});

t.test('two bundles cannot be linked', async (t) => {
  for (const text of ['sql01.corp.contoso.com', '10.1.2.3', `tenants/${GUID}`, '/home/alice'])
    t.not(redactor('one key').text(text), redactor('another key').text(text));
  const random = () => createRedactor({ level: 'strict', names }).text('sql01.corp.contoso.com');
  t.not(random(), random(), 'without a key there is a random one');
});

t.test('addresses share as many bits as their originals', async () => {
  const strict = redactor();
  const bits = (text: string) =>
    (text.match(/x[0-9a-f]{2}/g) ?? [])
      .map((byte) => Number.parseInt(byte.slice(1), 16).toString(2).padStart(8, '0'))
      .join('');
  const shared = (one: string, other: string) => [...one].findIndex((bit, at) => bit !== other[at]);
  const plain = (octets: readonly number[]) =>
    octets.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const tail = fc.tuple(octet, octet, octet);
  fc.assert(
    fc.property(tail, tail, (one, other) => {
      const [first, second] = [one, other].map((octets) => bits(strict.text(`10.${octets.join('.')}`)));
      return shared(first ?? '', second ?? '') === shared(plain(one), plain(other));
    }),
  );
});

t.test('what was hidden is counted by what it was', async (t) => {
  const counted: RedactionKind[] = [];
  redactor('k', (kind) => counted.push(kind)).text(
    `a.contoso.com 10.0.0.1 /home/bob/ tenant/${GUID} sig=abc`,
  );
  t.strictSame(counted.sort(), ['address', 'host', 'id', 'signature', 'user']);
});

t.test('whole certificates are left out: their names are not text', async (t) => {
  const counted: RedactionKind[] = [];
  const strict = redactor('one key', (kind) => counted.push(kind));
  const chain = [
    { issuer: 'O=x', der: 'MIIBcontoso' },
    { issuer: 'O=x', der: null },
  ];
  t.same(strict.value({ facts: { tls: { chain } } }).facts.tls.chain, [
    { issuer: 'O=x', der: null },
    { issuer: 'O=x', der: null },
  ]);
  t.same(counted, ['host']);
});

t.test('the legend has no secret, not even of a label', async (t) => {
  const strict = redactor();
  const value = { labels: { team: 'payroll password=canary' } };
  strict.learn(value);
  const shown = strict.value(value);
  t.match(shown.labels.team, /^label-/);
  const { pseudonyms } = strict.legend() ?? { pseudonyms: new Map() };
  t.strictSame(pseudonyms.get(shown.labels.team), { kind: 'label', name: 'payroll password=***' });
});

t.test('Azure’s documents: their resources, rules, routes and files', async (t) => {
  const id = (path: string) =>
    `/subscriptions/${GUID}/resourceGroups/rg-contoso/providers/Microsoft.Network/${path}`;
  const rule = {
    access: 'deny',
    kind: 'nsg',
    resource: 'default',
    association: 'subnet',
    rule: 'Deny all of Contoso',
    priority: 4000,
    prefix: '10.20.0.0/16',
    tag: null,
    addresses: ['10.20.0.5'],
    document: 'contoso-rules.json',
  };
  const route = {
    prefix: '0.0.0.0/0',
    source: 'user',
    name: 'to-contoso-fw',
    tag: null,
    nextHopType: 'VirtualAppliance',
    nextHopAddress: '10.20.0.4',
    addresses: [],
    document: 'routes.json',
  };
  const own = {
    documents: [
      {
        kind: 'subnet',
        resource: id('virtualNetworks/vnet-contoso/subnets/default'),
        collectedAt: null,
        file: 'contoso-rules.json',
        doubt: `It is of the subscription ${GUID}, and this VM is in ${GUID}.`,
      },
      {
        kind: 'nsg',
        resource: 'nsg-contoso',
        collectedAt: null,
        file: 'routes.json',
        doubt: 'contoso-rules.json shows the same resource in another state, and was saved later.',
      },
      {
        kind: 'private-dns-records',
        resource: 'corp.contoso.example',
        collectedAt: null,
        file: 'Zone (1).json',
        doubt: null,
      },
    ],
    targets: [
      { rule, route },
      { rule: { ...rule, resource: 'nsg-contoso', rule: 'DenyAllOutBound' }, route: null },
    ],
    preflight: [
      {
        check: 'subnet-nsg',
        evidence: 'vnet-contoso has nsg-contoso (contoso-rules.json)',
        command: 'az network nsg show --resource-group rg-contoso --name nsg-contoso',
        rule: { ...rule, rule: 'allow-contoso' },
      },
    ],
    findings: [
      { title: 'The rule allow-contoso of nsg-contoso denies it; to-contoso-fw sends it to 10.20.0.4' },
    ],
  };
  const strict = redactor();
  strict.learn(own);
  const hidden = strict.value(own);
  const text = JSON.stringify(hidden);
  for (const secret of ['contoso', GUID, '10.20.0', 'subnets/default'])
    t.notOk(text.toLowerCase().includes(secret), secret);
  const [subnet, nsg] = hidden.documents;
  t.match(
    subnet?.resource,
    new RegExp(
      `^/subscriptions/id-[0-9a-f]{4}/resourceGroups/${HOST}/providers/Microsoft.Network/virtualNetworks/${HOST}/subnets/${HOST}$`,
    ),
  );
  t.match(subnet?.file, /^path-[0-9a-f]{4}\.json$/);
  t.equal(hidden.targets[0]?.rule.document, subnet?.file, 'the same file');
  t.equal(nsg?.doubt, `${subnet?.file} shows the same resource in another state, and was saved later.`);
  t.match(hidden.targets[0]?.rule.rule, new RegExp(`^${HOST}$`));
  t.equal(hidden.targets[1]?.rule.rule, 'DenyAllOutBound', 'Azure’s own names stay readable');
  t.equal(hidden.targets[1]?.rule.resource, nsg?.resource, 'one pseudonym for one group');
  t.match(hidden.preflight[0]?.command, `--name ${nsg?.resource}`);
  t.equal(hidden.findings[0]?.title.split(' ')[2], hidden.preflight[0]?.rule.rule, 'in texts as well');
  t.same(strict.value(hidden), hidden, 'a second time changes nothing');
});
