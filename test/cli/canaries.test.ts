/** The proof of redaction: a secret in every input, and none of them in any output. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { runAgent } from '../../src/agent.ts';
import { main } from '../../src/cli/main.ts';
import { probeAndReport } from '../../src/cli/probe-and-report.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { REPORT_FORMATS } from '../../src/config/types.ts';
import { diagnose } from '../../src/diagnosis/index.ts';
import { NSG, SERVICE } from '../azure/documents/samples.ts';
import { machineWith } from '../environment/machine.ts';
import { finding, report, withDropped, writtenReport } from '../report/samples.ts';
import { closedWorld, nameServer, to } from '../run/peers.ts';
import { sendsAndCloses } from '../servers/behaviours.ts';
import { certify, identity } from '../servers/certificates.ts';
import { openPeer, openTlsPeer } from '../servers/peer.ts';
import { capture, invoke } from './harness.ts';

/** A secret that fits into a URL and is too long to match by chance. */
const secret = (place: string) => `Cnry${place}9xQ7`;
const PLACES = [
  ...[
    'HttpBody',
    'HttpHeader',
    'Location',
    'Smtp',
    'Redis',
    'Subject',
    'Cname',
    'Metadata',
    'Proxy',
    'Search',
    'Hosts',
  ],
  ...[
    'FileName',
    'Comment',
    'Cut',
    'Pair',
    'Variable',
    'Log',
    'Quoted',
    'Command',
    'Words',
    'Json',
    'List',
    'Share',
    'Label',
    'Resource',
    'ResourceName',
  ],
] as const;
const KEY_BODY = 'MIICnryPemBody9xQ7';

/** Every spelling of a secret that an output might have. */
function spellings(): string[] {
  const plain = [...PLACES.map(secret), KEY_BODY];
  return plain.flatMap((one) => [
    ...[one, one.toUpperCase(), one.toLowerCase(), JSON.stringify(one).slice(1, -1), encodeURIComponent(one)],
    ...[
      Buffer.from(one).toString('base64'),
      Buffer.from(`user:${one}`).toString('base64'),
      Buffer.from(one).toString('hex'),
    ],
  ]);
}

/** Data of the metadata service and of the system. */
const OF_THE_VM = ['vm-of-ours', 'group-of-ours', 'abcdef01', 'host-of-ours'];

/** Values that identify the network; the standard level leaves them. */
const IDENTITY = [
  'contoso',
  '10.255.0.1',
  '10.77.3.4',
  'vault-of-ours',
  'corp-domain',
  ...OF_THE_VM,
  'label-of-ours',
];

function http(status: string, headers: readonly string[], body: string): string {
  return [
    `HTTP/1.1 ${status}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...headers,
    '',
    body,
  ].join('\r\n');
}

const PAGE = [
  `<p>https://s.blob.core.windows.net/c?sig=${secret('HttpBody')}%3D&amp;se=1`,
  `AccountKey=${secret('HttpBody')}; Authorization: Basic ${Buffer.from(`user:${secret('Pair')}`).toString('base64')}`,
  `-----BEGIN PRIVATE KEY-----\n${KEY_BODY}`,
].join('\n');

/** Cut off within a secret, wherever that is: the closing quote is far away. */
const JSON_PAGE = JSON.stringify({
  tokens: [secret('List')],
  detail: 'x'.repeat(120),
  clientSecret: `${secret('Json')}${secret('Json').repeat(100)}`,
});

const METADATA = JSON.stringify({
  compute: {
    azEnvironment: 'AzurePublicCloud',
    location: 'westeurope',
    name: `vm-of-ours sig=${secret('Metadata')}`,
    osType: 'Linux',
    vmSize: 'S',
    zone: '',
    resourceGroupName: `group-of-ours token=${secret('Metadata')}`,
    subscriptionId: 'abcdef01-2345-4678-8abc-def012345678',
  },
});

/** The simulated network: each peer sends its own secret. */
async function world(t: Test) {
  const names = await nameServer(t, (name) =>
    name.endsWith('.contoso.example')
      ? { addresses: ['10.77.3.4'], cname: `sig=${secret('Cname')}.corp-domain.contoso.example` }
      : { rcode: 'NXDOMAIN' },
  );
  const metadata = await openPeer(t, sendsAndCloses(http('200 OK', [], METADATA)));
  const web = await openPeer(
    t,
    sendsAndCloses(
      http(
        '403 Forbidden',
        [
          `server: proxy token=${secret('HttpHeader')}`,
          `location: https://u:${secret('Location')}@h.contoso.example/?sig=${secret('Location')}`,
          `via: 1.1 "password=${secret('HttpHeader')}"`,
          `www-authenticate: Bearer ${secret('HttpHeader')}1`,
        ],
        PAGE,
      ),
    ),
  );
  const api = await openPeer(
    t,
    sendsAndCloses(http('403 Forbidden', [`server: x password=a b ${secret('Share')};`], JSON_PAGE)),
  );
  const smtp = await openPeer(t, (socket) => {
    socket.write(`220 mail password=${secret('Smtp')} ready\r\n`);
    socket.on('data', () => socket.write(`250-mail\r\n250 AUTH token=${secret('Smtp')}\r\n`));
  });
  const redis = await openPeer(
    t,
    sendsAndCloses(
      `-NOAUTH see redis://u:${secret('Redis')}@h, or ${'x'.repeat(200)} password=${secret('Cut')}\r\n`,
    ),
  );
  const subject = `CN=web.contoso.example, OU=sig=${secret('Subject')}`;
  const tls = await openTlsPeer(
    t,
    identity(await certify({ subject })),
    sendsAndCloses(http('200 OK', [], '{}')),
  );
  return closedWorld([
    ...[
      to(names, '10.255.0.1', 53),
      to(metadata, '169.254.169.254', 80),
      to(web, null, 80),
      to(smtp, null, 25),
    ],
    ...[to(redis, null, 6379), to(tls, null, 443), to(api, null, 8080)],
  ]);
}

const CONFIG = `# password: ${secret('Comment')}
target:
  - http://web.contoso.example/ # sig=${secret('Comment')}
  - http://web.contoso.example:8080/
  - https://web.contoso.example/
  - smtp://mail.contoso.example
  - redis://cache.contoso.example
keyVault: vault-of-ours
only: custom
region: westeurope
timeout: 20000
attempts: 1
label: [team=label-of-ours, 'hook=https://u:${secret('Label')}@h/?sig=${secret('Label')}']
logLevel: trace
logFile: log
state: state
onChange: ': curl -u me:${secret('Command')} https://hooks.contoso.example/${secret('Command')}'
`;

const IMPORT = JSON.stringify([
  {
    location: 'West Europe',
    networkStatus: {
      dnsServers: [],
      connectivityStatus: [
        {
          ...{
            name: `https://u:${secret('Quoted')}@imported.contoso.example`,
            status: 'failure',
            resourceType: 'Custom',
          },
          ...{
            error: `sig=${secret('Quoted')}`,
            lastUpdated: '2026-05-04T08:30:00Z',
            lastStatusChange: '2026-05-04T08:30:00Z',
            isOptional: true,
          },
        },
      ],
    },
  },
]);

/** Nothing marks these values as secrets: only the fields that are used leave the reader. */
const RESOURCES = JSON.stringify([
  {
    ...SERVICE,
    tags: { owner: secret('Resource') },
    customProperties: { key: secret('Resource') },
    identity: { principalId: secret('Resource') },
    primaryKey: secret('Resource'),
    publisherEmail: `${secret('Resource')}@contoso.com`,
    certificates: [{ encodedCertificate: secret('Resource'), certificatePassword: secret('Resource') }],
    hostnameConfigurations: [
      {
        ...{ type: 'Proxy', hostName: 'api.contoso.example', defaultSslBinding: true },
        ...{ encodedCertificate: secret('Resource'), certificatePassword: secret('Resource') },
        keyVaultId: `https://kv.vault.azure.net/secrets/${secret('Resource')}`,
        certificate: {
          expiry: '2027-01-01T00:00:00Z',
          thumbprint: secret('Resource'),
          subject: secret('Resource'),
        },
      },
    ],
  },
  {
    ...NSG,
    id: `${NSG.id}?sig=${secret('ResourceName')}`,
    securityRules: NSG.securityRules.map((rule) => ({ ...rule, description: secret('Resource') })),
    connectionString: `Endpoint=sb://x/;SharedAccessKey=${secret('Resource')}`,
  },
]);

const LOG = [
  `{"level":"debug","reply":{"set-cookie":"a=${secret('Log')}","note":"{\\"client_secret\\":\\"a\\\\\\"${secret('Quoted')}\\"}"}}`,
  `10.77.3.4 contoso.example Authorization: Bearer ${secret('Log')}`,
  '-----BEGIN RSA PRIVATE KEY-----',
  KEY_BODY,
  '-----END RSA PRIVATE KEY-----',
  '',
].join('\n');

const ENVIRONMENT = {
  HTTPS_PROXY: `http://user:${secret('Proxy')}@proxy.contoso.example:3128`,
  all_proxy: `user:${secret('Proxy')}/@proxy`,
  NODE_OPTIONS: `--title token=${secret('Variable')}`,
  AZURE_CLIENT_SECRET: secret('Variable'),
  APIM_PROBE_ON_CHANGE: `: mysql -p${secret('Words')}`,
};

interface Played {
  readonly cwd: string;
  /** Every output, by its place. */
  readonly outputs: Map<string, string>;
}

async function play(t: Test): Promise<Played> {
  const importName = `sig=${secret('FileName')}.json`;
  const cwd = t.testdir({
    'apim-probe.yaml': `${CONFIG}from: ["${importName}", resources.json]\n`,
    [importName]: IMPORT,
    'resources.json': RESOURCES,
    log: LOG,
    etc: {},
    state: { reports: {} },
  });
  const etc = {
    testdir: (files: Record<string, string>) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, 'etc', name), text);
      return join(cwd, 'etc');
    },
  };
  const machine = machineWith(
    etc,
    {
      resolvConf: `nameserver 10.255.0.1\nsearch corp-domain.contoso.example password=${secret('Search')}\n`,
      hosts: `10.77.3.4 sig=${secret('Hosts')}.contoso.example\n`,
    },
    { env: ENVIRONMENT },
  );
  const io = capture({ cwd, env: { ...ENVIRONMENT, APIM_PROBE_CONNECT_TO: '', APIM_PROBE_DNS_SERVER: '' } });
  const flags = {
    output: ['state/reports/apim-probe-report-20260504T083000Z-abcdef.json'],
    format: ['text=r.txt', 'network-status=n.json'],
  };
  const loaded = load({ flags, env: {}, cwd, systemConfig: join(cwd, 'apim-probe.yaml') }, readers);
  const system = await world(t);
  await probeAndReport(
    loaded,
    io,
    (configured, hooks) => runAgent(configured, hooks, { system, machine, diagnose }),
    'always',
  );
  const outputs = new Map([
    ['stdout', io.out()],
    ['stderr', io.err()],
    // After bytes that an earlier version may have left there.
    ['log', readFileSync(join(cwd, 'log'), 'utf8').slice(LOG.length)],
    ...['r.txt', 'n.json', String(flags.output[0])].map(
      (file) => [file, readFileSync(join(cwd, file), 'utf8')] as const,
    ),
  ]);
  return { cwd, outputs };
}

async function command(argv: readonly string[], cwd: string): Promise<{ out: string; err: string }> {
  const io = capture({ cwd, env: { ...ENVIRONMENT, APIM_PROBE_CONNECT_TO: '', APIM_PROBE_DNS_SERVER: '' } });
  await main(argv, { ...io, systemConfig: join(cwd, 'apim-probe.yaml') });
  return { out: io.out(), err: io.err() };
}

t.test('a secret in every input, and none in any output', async (t) => {
  const { cwd, outputs } = await play(t);
  const report = String(outputs.get('state/reports/apim-probe-report-20260504T083000Z-abcdef.json'));
  const file = 'state/reports/apim-probe-report-20260504T083000Z-abcdef.json';
  for (const level of ['standard', 'strict']) {
    for (const format of REPORT_FORMATS) {
      const { out, err } = await command(['render', file, '--format', format, '--redact', level], cwd);
      outputs.set(`render ${format} ${level}`, out).set(`render ${format} ${level}: stderr`, err);
    }
    const { err } = await command(['bundle', '--redact', level, '--output', `${level}.tgz`], cwd);
    outputs.set(`bundle ${level}`, gunzipSync(readFileSync(join(cwd, `${level}.tgz`))).toString('latin1'));
    outputs.set(`bundle ${level}: stderr`, err);
    const listed = await command(['bundle', '--list', '--redact', level], cwd);
    outputs.set(`list ${level}`, listed.out);
  }
  for (const format of ['table', 'json']) {
    outputs.set(`config ${format}`, (await command(['config', '--format', format], cwd)).out);
    outputs.set(`history ${format}`, (await command(['history', '--format', format], cwd)).out);
    const { out, err } = await command(
      ['compare', file, `sig=${secret('FileName')}.json`, '--format', format],
      cwd,
    );
    outputs.set(`compare ${format}`, out).set(`compare ${format}: stderr`, err);
  }
  for (const format of ['table', 'json', 'csv']) {
    const { out, err } = await command(['plan', '--cloud', 'public', '--format', format], cwd);
    t.match(out, 'imported.contoso.example', `plan ${format}`);
    if (format === 'csv') t.match(out, /,"sig=\*\*\* [^"]*",2026-05-04\r\n/, 'fields are redacted, not rows');
    outputs.set(`plan ${format}`, out).set(`plan ${format}: stderr`, err);
  }
  outputs.set('a bad target', (await command(['--target', `https://h/?sig=${secret('Quoted')}`], cwd)).err);
  outputs.set('a bad word', (await command([`https://u:${secret('Quoted')}@h`], cwd)).err);

  // The inputs were used: the text around the canaries is in the report.
  for (const expected of [
    'mail password=***',
    '-NOAUTH see redis://***@h',
    'AccountKey=***',
    'sig=***',
    'proxy.contoso.example',
    'password=***',
    '"resource": "/subscriptions/aaaaaaaa-1111-4222-8333-444444444444/resourceGroups/network/providers/Microsoft.Network/networkSecurityGroups/apim-nsg?sig=***',
  ])
    t.ok(report.includes(expected), `the report has ${expected}`);
  t.ok(
    (outputs.get('bundle standard') ?? '').includes('Authorization: Bearer ***'),
    'the log is in the bundle',
  );
  t.match(outputs.get('log'), /"level":"debug"/, 'the log was on');

  for (const [where, text] of outputs) {
    const leaked = spellings().filter((one) => text.includes(one));
    t.strictSame(leaked, [], where);
  }
  const strict = ['bundle', 'list', ...REPORT_FORMATS.map((format) => `render ${format}`)];
  for (const where of strict.map((what) => `${what} strict`)) {
    const text = String(outputs.get(where)).toLowerCase();
    t.strictSame(
      IDENTITY.filter((one) => text.includes(one)),
      [],
      `${where} does not identify the network`,
    );
  }
  // On a busy machine the metadata service may not answer within its second.
  for (const one of IDENTITY.filter((name) => !OF_THE_VM.includes(name)))
    t.ok((outputs.get('bundle standard') ?? '').includes(one), `the standard level keeps ${one}`);
  const stored = readdirSync(join(cwd, 'state/reports'));
  t.equal(stored.length, 2, 'one by --output, and one by --state');
  for (const name of stored) {
    const text = readFileSync(join(cwd, 'state/reports', name), 'utf8');
    t.strictSame(
      spellings().filter((one) => text.includes(one)),
      [],
      name,
    );
  }
});

t.test('a foreign report with secrets: no command prints them', async (t) => {
  const cwd = t.testdir({ spool: {} });
  const text = `https://u:${secret('Quoted')}@h/?sig=${secret('Quoted')}, password=${secret('Words')}`;
  const target = report({ targets: withDropped(['sql']) }).targets.map((one) => ({
    ...one,
    reason: one.status === 'unreachable' ? text : one.reason,
  }));
  const foreign = writtenReport({ targets: target, findings: [finding({ title: text })] });
  writeFileSync(join(cwd, 'foreign.json'), JSON.stringify(foreign));
  // Refused with a message that names the key.
  writeFileSync(join(cwd, 'odd.json'), JSON.stringify({ ...foreign, [text]: { token: text } }));
  writeFileSync(join(cwd, 'other.json'), JSON.stringify(writtenReport()));
  const env = { APIM_PROBE_UPLOAD: 'http://127.0.0.1:9/in', APIM_PROBE_UPLOAD_TIMEOUT: '500' };
  for (const argv of [
    ...REPORT_FORMATS.map((format) => ['render', 'foreign.json', '--format', format]),
    ['compare', 'other.json', 'foreign.json'],
    ['compare', 'other.json', 'foreign.json', '--format', 'json'],
    ['records', 'foreign.json'],
    ['render', 'odd.json'],
    ['bundle', 'foreign.json', '--output', 'b.tgz'],
    ['upload', 'foreign.json', '--spool', 'spool'],
  ]) {
    const { code, out, err } = await invoke(argv, { cwd, env });
    t.equal(code === 2, argv[1] === 'odd.json' || argv[0] === 'records', `${argv.join(' ')}: ${err}`);
    const leaked = spellings().filter((one) => `${out}${err}`.includes(one));
    t.strictSame(leaked, [], argv.join(' '));
  }
  const [spooled = ''] = readdirSync(join(cwd, 'spool')).filter((name) => name.endsWith('.gz'));
  for (const bytes of [readFileSync(join(cwd, 'spool', spooled)), readFileSync(join(cwd, 'b.tgz'))]) {
    const text = gunzipSync(bytes).toString('latin1');
    t.match(text, 'password=***');
    t.strictSame(
      spellings().filter((one) => text.includes(one)),
      [],
    );
  }
});
