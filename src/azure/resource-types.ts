/**
 * The resource types of NetworkStatus, each with its group, and with port and protocol where the name does not give
 * them. Source: the example replies of 2022-08-01, 2024-05-01 and 2025-09-01-preview.
 */
import type { Protocol } from '../../probes/protocols.ts';
import type { Group } from '../model/vocabulary.ts';

export interface ResourceType {
  readonly group: Group;
  /** The protocol on `port`, and on other ports when nothing else is known. */
  readonly protocol: Protocol;
  /** The port for a name without one. */
  readonly port: number;
  /** Whether Azure writes the port out in every name of the kind that the examples have. */
  readonly portIsNamed?: true;
}

const AZURES = {
  BlobStorage: { group: 'storage-blob', protocol: 'https', port: 443 },
  TableStorage: { group: 'storage-table', protocol: 'https', port: 443 },
  Queue: { group: 'storage-queue', protocol: 'https', port: 443 },
  /** A queue of a second storage account, through which e-mail leaves. */
  SmtpQueue: { group: 'storage-queue', protocol: 'https', port: 443 },
  FileStorage: { group: 'storage-file', protocol: 'smb', port: 445 },
  SQLDatabase: { group: 'sql', protocol: 'tds', port: 1433 },
  AzureKeyVault: { group: 'key-vault', protocol: 'https', port: 443 },
  Monitoring: { group: 'azure-monitor', protocol: 'https', port: 443 },
  Metrics: { group: 'azure-monitor', protocol: 'https', port: 1886, portIsNamed: true },
  AzureActiveDirectory: { group: 'entra-id', protocol: 'https', port: 443 },
  RegionalAzureActiveDirectory: { group: 'entra-id', protocol: 'https', port: 443 },
  CaptchaEndpoint: { group: 'captcha', protocol: 'https', port: 443 },
  ApplicationInsightsIngestionEndpoint: { group: 'portal-diagnostics', protocol: 'https', port: 443 },
  'ApiManagement Control Plane - inbound': {
    group: 'control-plane',
    protocol: 'https',
    port: 3443,
    portIsNamed: true,
  },
  Email: { group: 'smtp', protocol: 'smtp', port: 25028, portIsNamed: true },
  SourceControl: { group: 'gateway', protocol: 'https', port: 443 },
  InternalCache: { group: 'infrastructure', protocol: 'tcp', port: 6381 },
} as const satisfies Readonly<Record<string, ResourceType>>;

/** Types in the style of NetworkStatus for groups that it does not check, so that each group has one. */
const OURS = {
  EventHub: { group: 'event-hubs', protocol: 'amqps', port: 5671 },
  CertificateEndpoint: { group: 'certificates', protocol: 'http', port: 80 },
  WindowsActivation: { group: 'kms', protocol: 'kms', port: 1688 },
  TimeServer: { group: 'ntp', protocol: 'ntp', port: 123 },
  DnsServer: { group: 'dns', protocol: 'dns', port: 53 },
  ExternalCache: { group: 'redis', protocol: 'rediss', port: 6380 },
  Infrastructure: { group: 'infrastructure', protocol: 'https', port: 443 },
  Gateway: { group: 'gateway', protocol: 'https', port: 443 },
  Custom: { group: 'custom', protocol: 'tcp', port: 443 },
} as const satisfies Readonly<Record<string, ResourceType>>;

const TYPES: ReadonlyMap<string, ResourceType> = new Map(Object.entries({ ...AZURES, ...OURS }));

/** Looks up a resource type; null for one that Azure has added since. */
export function resourceType(word: string): ResourceType | null {
  return TYPES.get(word) ?? null;
}

const TYPE_OF_GROUP = {
  'storage-blob': 'BlobStorage',
  'storage-table': 'TableStorage',
  'storage-queue': 'Queue',
  'storage-file': 'FileStorage',
  sql: 'SQLDatabase',
  'key-vault': 'AzureKeyVault',
  'event-hubs': 'EventHub',
  'azure-monitor': 'Monitoring',
  'entra-id': 'AzureActiveDirectory',
  certificates: 'CertificateEndpoint',
  smtp: 'Email',
  kms: 'WindowsActivation',
  ntp: 'TimeServer',
  dns: 'DnsServer',
  captcha: 'CaptchaEndpoint',
  'portal-diagnostics': 'ApplicationInsightsIngestionEndpoint',
  redis: 'ExternalCache',
  infrastructure: 'Infrastructure',
  gateway: 'Gateway',
  'control-plane': 'ApiManagement Control Plane - inbound',
  custom: 'Custom',
} as const satisfies Readonly<Record<Group, keyof typeof AZURES | keyof typeof OURS>>;

/** The resource type of a target for which Azure has none. */
export function resourceTypeFor(group: Group): string {
  return TYPE_OF_GROUP[group];
}

/** Names of parts inside the instance, and why no test from the subnet can reach them. */
const SYMBOLS: ReadonlyMap<string, string> = new Map([
  [
    'LocalGatewayRedis',
    'The cache that the machines of API Management keep among themselves; it has no host name, and lets no other machine in.',
  ],
  [
    'Scm',
    'API Management’s word for its own Git repository. Its host name is that of the service’s SCM endpoint: give --apim NAME to test it.',
  ],
]);

/** Why a name that is not a host cannot be tested from a VM. */
export function whyUntestable(name: string): string {
  return (
    SYMBOLS.get(name) ??
    'A name of a part inside the service. It is not a host name, so there is nothing to connect to.'
  );
}
