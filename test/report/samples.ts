/** The one builder of sample reports and of their parts, for every test; a report is checked against the schema. */
import type { CertificateFacts, Facts, TlsFacts } from '../../probes/facts.ts';
import type { Failure } from '../../probes/failures.ts';
import type { RouteDecision } from '../../src/model/azure-documents.ts';
import { toWritten } from '../../src/model/certificates.ts';
import type { Control } from '../../src/model/controls.ts';
import { parseReport } from '../../src/model/read-report.ts';
import {
  type Address,
  type Attempt,
  type Counts,
  type Finding,
  Report,
  type Resolution,
  type Target,
} from '../../src/model/report.ts';
import { SCHEMA_VERSION } from '../../src/model/schema-version.ts';
import { GROUPS, type Group } from '../../src/model/vocabulary.ts';
import type { WrittenReport } from '../../src/model/written-report.ts';

const AS_OF = '2026-04-30';
const DOCUMENT = 'Virtual network configuration reference: API Management';

/** One target, reachable by default. */
export function target(group: Group, host: string, port: number, changes: Partial<Target> = {}): Target {
  return {
    id: `${group}/${host}:${port}`,
    group,
    resourceType: null,
    host,
    port,
    protocol: 'https',
    required: false,
    serviceTag: null,
    purpose: 'a dependency',
    source: { kind: 'catalog', document: DOCUMENT, asOf: AS_OF, name: null },
    until: null,
    status: 'reachable',
    reason: null,
    failure: null,
    cause: null,
    lastStatusChange: null,
    flaps: 0,
    addresses: [addressOf('20.60.1.4')],
    addressesFrom: '168.63.129.16',
    resolutions: [],
    attempts: [],
    rule: null,
    route: null,
    latency: {
      connectMs: { min: 1.8, median: 2.1, max: 3.9 },
      totalMs: { min: 9.8, median: 11.2, max: 15.4 },
    },
    ...changes,
  };
}

export const SERVER = '10.0.0.4';
const STARTED = '2026-05-04T10:00:00.000Z';

export function addressOf(address: string, via: readonly string[] = []): Address {
  return {
    address,
    family: address.includes(':') ? 6 : 4,
    scope: /^(?:10|172|192)\./.test(address) ? 'private' : 'public',
    via: [...via],
  };
}

export function resolved(address: string, server = SERVER, cname: readonly string[] = []): Resolution {
  return {
    server,
    rcode: 'NOERROR',
    failure: null,
    addresses: [address],
    cname: [...cname],
    authority: [],
    truncated: false,
    ignored: { wrongId: 0, wrongSource: 0 },
    ms: 2,
  };
}

const RCODES: Partial<Record<Failure, string>> = {
  dns_nxdomain: 'NXDOMAIN',
  dns_nodata: 'NOERROR',
  dns_servfail: 'SERVFAIL',
  dns_refused: 'REFUSED',
};

export function unanswered(failure: Failure, given: Partial<Resolution> = {}): Resolution {
  return {
    server: SERVER,
    rcode: RCODES[failure] ?? failure,
    failure,
    addresses: [],
    cname: [],
    authority: [],
    truncated: false,
    ignored: { wrongId: 0, wrongSource: 0 },
    ms: 2,
    ...given,
  };
}

/** One attempt; a failure after TCP has a completed connection among its steps. */
export function attempt(address: string, failure: Failure | null, facts: Facts = {}): Attempt {
  const connects = failure === null || !/^(?:tcp|udp|dns)_/.test(failure);
  return {
    address,
    addressFrom: 'name',
    startedAt: STARTED,
    ok: failure === null,
    failure,
    steps: [{ name: 'connect', ms: 3, ok: connects }],
    facts,
  };
}

export function certificate(given: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: 'O=Microsoft Corporation, CN=*.blob.core.windows.net',
    issuer: 'C=US, O=Microsoft Corporation, CN=Microsoft Azure RSA TLS Issuing CA 07',
    issuerOrganization: 'Microsoft Corporation',
    names: ['*.blob.core.windows.net'],
    serialNumber: '01',
    validFrom: '2026-01-01T00:00:00.000Z',
    validTo: '2026-12-31T00:00:00.000Z',
    fingerprint256: 'AA:BB',
    der: null,
    ...given,
  };
}

export function tls(given: Partial<TlsFacts> = {}, leaf: Partial<CertificateFacts> = {}): Facts {
  return {
    tls: {
      serverName: 'example.net',
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      alpn: null,
      trust: 'public',
      trustError: null,
      nameMatches: true,
      validity: 'valid',
      chain: [certificate(leaf)],
      ...given,
    },
  };
}

const NOT_REACHED = { status: 'unreachable', latency: { connectMs: null, totalMs: null } } as const;

/** The changes to a target whose packets are all dropped. */
export const DROPPED = { ...NOT_REACHED, failure: 'tcp_timeout', cause: 'outbound-dropped' } as const;

/** The changes to a target without a name. */
export const NAMELESS: Partial<Target> = {
  status: 'untested',
  reason: 'give --storage NAME',
  addresses: [],
  latency: { connectMs: null, totalMs: null },
};

const REQUIRED = { required: true } as const;

const METRICS = ['global', 'shoebox2', 'shoebox2-red', 'shoebox2-black', 'prod3', 'prod3-black', 'prod3-red'];

/** As many targets, in as many groups, as the public cloud's catalogue has when every name is given. */
export function wholeCatalogue(): Target[] {
  const many = (group: Group, port: number, hosts: string[], changes: Partial<Target> = {}) =>
    hosts.map((host) => target(group, host, port, changes));
  return [
    target('storage-blob', 'contosoprobe01.blob.core.windows.net', 443, REQUIRED),
    target('storage-table', 'contosoprobe01.table.core.windows.net', 443, REQUIRED),
    target('storage-queue', 'contosoprobe01.queue.core.windows.net', 443),
    target('storage-file', 'contosoprobe01.file.core.windows.net', 445),
    target('sql', 'contoso-probe.database.windows.net', 1433, REQUIRED),
    target('key-vault', 'contoso-probe.vault.azure.net', 443, REQUIRED),
    ...[443, 5671, 5672].map((port) => target('event-hubs', 'contoso-probe.servicebus.windows.net', port)),
    ...[443, 1886].map((port) =>
      target('azure-monitor', 'gcs.prod.monitoring.core.windows.net', port, REQUIRED),
    ),
    ...METRICS.flatMap((name) =>
      [443, 1886].map((port) => target('azure-monitor', `${name}.prod.microsoftmetrics.com`, port)),
    ),
    ...many('entra-id', 443, ['login.microsoftonline.com', 'westeurope.login.microsoft.com']),
    ...many(
      'certificates',
      80,
      ['cacerts.digicert.com', 'crl3.digicert.com', 'crl4.digicert.com', 'ocsp.digicert.com'],
      REQUIRED,
    ),
    ...many('certificates', 80, ['crl.microsoft.com', 'mscrl.microsoft.com', 'ocsp.msocsp.com']),
    ...[25, 587, 25028].map((port) => target('smtp', 'smtpi-ch1.msn.com', port)),
    ...many('kms', 1688, ['azkms.core.windows.net', 'kms.core.windows.net']),
    target('ntp', 'time.windows.com', 123),
    target('dns', '168.63.129.16', 53, REQUIRED),
    ...many('captcha', 443, ['client.hip.live.com', 'partner.hip.live.com']),
    target('portal-diagnostics', 'dc.services.visualstudio.com', 443),
    ...[6380, 10000].map((port) => target('redis', 'contoso.redis.cache.windows.net', port)),
    ...many('infrastructure', 443, [
      'azurewatsonanalysis-prod.core.windows.net',
      'azureprofiler.trafficmanager.net',
      'shavamanifestazurecdnprod1.azureedge.net',
      'shavamanifestcdnprod1.azureedge.net',
      'issuer.pki.azure.com',
      'wdcp.microsoft.com',
      'wdcpalt.microsoft.com',
      'go.microsoft.com',
    ]),
    target('gateway', 'contoso.azure-api.net', 443, REQUIRED),
    target('control-plane', 'contoso.management.azure-api.net', 3443, REQUIRED),
    target('custom', 'backend.contoso.example', 8443),
  ];
}

function countsOf(targets: readonly Target[]): Counts {
  const having = (status: Target['status']) => targets.filter((one) => one.status === status).length;
  return {
    total: targets.length,
    reachable: having('reachable'),
    intermittent: having('intermittent'),
    unreachable: having('unreachable'),
    untested: having('untested'),
  };
}

const QUIET_CONTROL: Control = {
  name: 'tcp-reserved-address',
  outcome: 'expected',
  detail: { text: 'Nothing answered.', address: '192.0.2.1', connected: false, failure: 'tcp_timeout' },
};

/** A healthy report of the whole catalogue, with changes; counts follow the targets. Throws when it is not valid. */
export function report(changes: Partial<Report> = {}): Report {
  const targets = changes.targets ?? wholeCatalogue();
  return Report.parse({
    schemaVersion: SCHEMA_VERSION,
    id: '019b76da-a800-7000-8000-000000000001',
    agent: { name: 'apim-probe', version: '0.2.0', runtime: 'node 26.10.0', os: 'linux', arch: 'x64' },
    options: {
      region: { value: 'westeurope', from: 'flag' },
      storage: { value: ['contosoprobe01'], from: 'file' },
      attempts: { value: 3, from: 'default' },
      vip: { value: null, from: 'default' },
    },
    scope: { groups: [...GROUPS], narrowedBy: [], whole: true },
    labels: { env: 'prod' },
    startedAt: '2026-05-04T08:30:00.000Z',
    finishedAt: '2026-05-04T08:30:04.210Z',
    durationMs: 4210,
    interrupted: null,
    verdict: 'ready',
    summary: {
      required: countsOf(targets.filter((one) => one.required)),
      optional: countsOf(targets.filter((one) => !one.required)),
    },
    environment: {
      cloud: 'public',
      region: 'westeurope',
      vm: {
        name: 'vm-probe-01',
        hostName: 'probe01',
        subscriptionId: '11111111-2222-4333-8444-555555555555',
        resourceGroup: 'rg-probe',
        size: 'Standard_B2s',
        osType: 'Linux',
        zone: null,
      },
      network: {
        interfaces: [],
        subnet: '10.20.0.0/26',
        subnetCapacity: {
          tier: 'premium',
          units: 1,
          total: 64,
          usable: 59,
          needed: 3,
          vmInside: true,
          unitsThatFit: 28,
          unitsWithoutVm: 29,
        },
        vip: null,
      },
      dns: {
        servers: ['168.63.129.16'],
        source: '/run/systemd/resolve/resolv.conf',
        searchDomains: [],
        system: { order: ['files', 'dns'], timeoutMs: 5000, attempts: 2, ndots: 1, rotate: false },
        hostsFile: { path: '/etc/hosts', entries: 2, overrides: [] },
      },
      proxies: [],
      clockOffsetMs: 212,
      privileged: false,
      notes: [],
    },
    controls: [QUIET_CONTROL],
    targets,
    documents: [],
    preflight: [],
    notTestable: [
      { group: 'control-plane', endpoint: 'ApiManagement -> subnet TCP 3443', reason: 'inbound' },
      { group: 'infrastructure', endpoint: 'AzureLoadBalancer -> subnet TCP 6390', reason: 'inbound' },
      { group: 'infrastructure', endpoint: '*.data.microsoft.com:443', reason: 'a wildcard names no host' },
    ],
    findings: [],
    ...changes,
  });
}

/** The same as a file holds it. */
export function writtenReport(changes: Partial<Report> = {}): WrittenReport {
  return toWritten(report(changes));
}

/** The report in a file's text. @throws when it is not one of this version */
export function parsedReport(json: string): Report {
  const reading = parseReport(JSON.parse(json));
  if (!reading.ok) throw new Error(`the report ${reading.problem}`);
  return reading.report;
}

/** One finding of dropped outbound SQL, with changes. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    cause: 'outbound-dropped',
    severity: 'error',
    title: 'Outbound TCP 1433 to Azure SQL is dropped without a word',
    explanation:
      'No packet to port 1433 was answered, at any address, in 3 attempts of 5 s each; TCP 443 to other Azure ' +
      'services works. A network security group rule, a route to nowhere or a firewall discards it.',
    evidence: ['sql/contoso-probe.database.windows.net:1433'],
    owner: 'network',
    remedy: [
      'Allow outbound TCP 1433 from the subnet to the service tag Sql in its network security group.',
      'Where a route sends 0.0.0.0/0 to a firewall, allow the same there, or add the service endpoint Microsoft.Sql to the subnet.',
    ],
    confirm: 'apim-probe run --sql contoso-probe --only sql',
    reference: 'Virtual network configuration reference: API Management, 2026-04-30',
    ...changes,
  };
}

/** The whole catalogue where some groups' packets are all dropped. */
export function withDropped(groups: readonly Group[]): Target[] {
  return wholeCatalogue().map((one) => (groups.includes(one.group) ? { ...one, ...DROPPED } : one));
}

/** A user's route to a firewall, as a document shows it. */
export function routeDecision(changes: Partial<RouteDecision> = {}): RouteDecision {
  return {
    prefix: '0.0.0.0/0',
    source: 'user',
    name: 'to-firewall',
    tag: null,
    nextHopType: 'VirtualAppliance',
    nextHopAddress: '10.0.1.4',
    addresses: [],
    document: 'routes.json',
    ...changes,
  };
}
