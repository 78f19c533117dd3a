/** Azure's two replies, written from the published schema, with every kind of name that is known to stand in them. */
import { readAzureDocuments } from '../../src/azure/read.ts';
import type { EndpointList, Reading } from '../../src/azure/reading.ts';

/** Members in the place of the usual ones, right or wrong. */
type Changes = Readonly<
  Partial<Record<'status' | 'error' | 'lastUpdated' | 'lastStatusChange' | 'isOptional', unknown>>
>;

/** One dependency of NetworkStatus, healthy and optional by default. */
export function entry(resourceType: string, name: string, changes: Changes = {}) {
  return {
    name,
    resourceType,
    status: 'success',
    error: '',
    lastUpdated: '2026-05-04T08:25:33.9426753Z',
    lastStatusChange: '2026-04-20T03:53:44.1786214Z',
    isOptional: true,
    ...changes,
  };
}

const REQUIRED = { isOptional: false } as const;

/** An instance named contoso, in one location, as the newest examples show one and with what the older ones had. */
export const ENTRIES = [
  entry('SmtpQueue', 'apimst0mail.queue.core.windows.net'),
  entry('BlobStorage', 'apimst0abc.blob.core.windows.net', REQUIRED),
  entry('FileStorage', 'apimst0abc.file.core.windows.net'),
  entry('Queue', 'apimst0abc.queue.core.windows.net'),
  entry('TableStorage', 'apimst0abc.table.core.windows.net', REQUIRED),
  entry('SQLDatabase', 'apirpsqlmgs0abc.database.windows.net', REQUIRED),
  entry('AzureKeyVault', 'https://apikv-0abc.vault.azure.net', REQUIRED),
  entry('Monitoring', 'gcs.prod.monitoring.core.windows.net', REQUIRED),
  entry('Monitoring', 'https://gcs.prod.warm.ingestion.monitoring.azure.com'),
  entry('Monitoring', 'https://global.prod.microsoftmetrics.com/'),
  entry('Monitoring', 'prod.warmpath.msftcloudes.com'),
  entry('Metrics', 'https://prod3.prod.microsoftmetrics.com:1886/RecoveryService'),
  entry('AzureActiveDirectory', 'https://login.windows.net'),
  entry('RegionalAzureActiveDirectory', 'https://westeurope.login.microsoft.com'),
  entry('CaptchaEndpoint', 'https://partner.prod.repmap.microsoft.com'),
  entry('ApplicationInsightsIngestionEndpoint', 'dc.services.visualstudio.com'),
  entry(
    'ApiManagement Control Plane - inbound',
    'https://contoso.management.azure-api.net:3443/servicestatus?api-version=2018-01-01',
    REQUIRED,
  ),
  entry('InternalCache', 'LocalGatewayRedis'),
  entry('SourceControl', 'Scm'),
  entry('Email', 'smtpi-ch1.msn.com:25028'),
];

export function location(name: string, entries: readonly unknown[] = ENTRIES, dnsServers = ['10.82.98.10']) {
  return { location: name, networkStatus: { dnsServers, connectivityStatus: entries } };
}

export const STATUS_REPLY = [location('West Europe')];

function dependency(domainName: string, ports: readonly number[], region = 'West Europe') {
  return { domainName, endpointDetails: ports.map((port) => ({ port, region })) };
}

/** The categories of the published example, and one that it does not have. */
export const DEPENDENCIES_REPLY = {
  value: [
    { category: 'Azure SMTP', endpoints: [dependency('smtpi-ch1.msn.com', [25028])] },
    { category: 'Azure SQL', endpoints: [dependency('apirpsqlmgs0abc.database.windows.net', [1433])] },
    {
      category: 'Azure Storage',
      endpoints: [
        dependency('apimst0abc.blob.core.windows.net', [443]),
        dependency('apimst0abc.table.core.windows.net', [443]),
        dependency('apimst0abc.queue.core.windows.net', [443]),
        dependency('apimst0abc.file.core.windows.net', [445]),
      ],
    },
    {
      category: 'Azure Event Hub',
      endpoints: [dependency('contoso0eh.servicebus.windows.net', [443, 5671, 5672])],
    },
    {
      category: 'SSL Certificate Verification',
      endpoints: [
        dependency('crl3.digicert.com', [80, 443], 'Global'),
        dependency('crl9.digicert.com', [80], 'Global'),
      ],
    },
    {
      category: 'Azure Monitor',
      endpoints: [
        dependency('gcs.prod.monitoring.core.windows.net', [443], 'Global'),
        dependency('metrichost7.prod.microsoftmetrics.com', [443, 1886], 'Global'),
      ],
    },
    { category: 'Portal Captcha', endpoints: [dependency('client.captcha.example', [443], 'Global')] },
    {
      category: 'Azure Active Directory',
      endpoints: [
        dependency('login.microsoftonline.com', [443], 'Global'),
        dependency('graph.windows.net', [443], 'Global'),
      ],
    },
    { category: 'Azure Novelty', endpoints: [dependency('novelty.azure.example', [9999], 'Global')] },
  ],
};

export function utf8(value: unknown, bom = false): Uint8Array {
  return Buffer.from(`${bom ? '\ufeff' : ''}${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

/** As Windows PowerShell's `>` writes it: little-endian, with a byte order mark and lines that end in CR LF. */
export function utf16(value: unknown, order: 'le' | 'be' = 'le', bom = true): Buffer {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2).replaceAll('\n', '\r\n');
  const bytes = Buffer.from(`${bom ? '\ufeff' : ''}${text}\r\n`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

/** The only document of a file, which is one of the two lists of endpoints. */
export function endpointListOf(reading: Reading): EndpointList {
  if (!reading.ok) throw new Error(reading.problem);
  const [document, ...more] = reading.documents;
  if (document?.kind !== 'network-status' && document?.kind !== 'outbound-dependencies')
    throw new Error(`was read as ${document?.kind}`);
  if (more.length > 0) throw new Error('has several documents');
  return document;
}

export function readEndpoints(reply: unknown): EndpointList {
  return endpointListOf(readAzureDocuments(utf8(reply)));
}
