/** What the machines of API Management themselves need: diagnostics, updates, activation, time, names. */
import { DOCUMENTS } from './documents.ts';
import { inEveryCloud, NO_HOST, OPTIONAL, REQUIRED, WILDCARD } from './text.ts';
import type { CatalogRow } from './types.ts';

const PLATFORM = {
  group: 'infrastructure',
  resourceType: null,
  transport: 'tcp',
  required: OPTIONAL,
  serviceTag: null,
  direction: 'outbound',
  source: DOCUMENTS.network,
  since: DOCUMENTS.network2023.asOf,
} as const;
const HTTPS = { ...PLATFORM, ports: [443], protocol: 'https' } as const;
const HTTP = { ...PLATFORM, ports: [80], protocol: 'http' } as const;

const UPDATE = {
  hosts: { public: ['ctldl.windowsupdate.com', 'download.windowsupdate.com'] },
  purpose: 'Windows Update and the list of trusted roots',
  path: '/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab',
} as const;
/** Windows downloads the list over plain HTTP, so the file proves the host there alone. */
const UPDATE_FILE = {
  conversation: 'certificates',
  file: { evidence: 'documented', ...DOCUMENTS.windowsTrust },
} as const;
const UPDATE_WILDCARDS = {
  hosts: { public: ['*.update.microsoft.com', '*.ctldl.windowsupdate.com'] },
  purpose: 'Windows Update and the list of trusted roots',
  notTestable: WILDCARD,
} as const;
const LINKS = {
  hosts: { public: ['go.microsoft.com'] },
  purpose: 'Redirections of Microsoft',
  path: '/',
} as const;

const hosts: readonly CatalogRow[] = [
  {
    ...HTTPS,
    hosts: {
      public: [
        'azurewatsonanalysis-prod.core.windows.net',
        'azureprofiler.trafficmanager.net',
        'shavamanifestazurecdnprod1.azureedge.net',
        'shavamanifestcdnprod1.azureedge.net',
      ],
    },
    path: '/',
    purpose: 'Internal diagnostics of the platform',
  },
  {
    ...HTTPS,
    hosts: { public: ['*.data.microsoft.com'] },
    purpose: 'Internal diagnostics of the platform',
    notTestable: WILDCARD,
  },
  {
    ...HTTPS,
    hosts: { public: ['issuer.pki.azure.com'] },
    path: '/dsms/issuercertificates?getissuersv3&caName=ame',
    purpose: 'Internal certificate authority of the platform',
    why: 'Which CA issues its own certificate is unconfirmed. Programs of Microsoft (https://aka.ms/getissuers) read the list of its CAs at this path, without a credential.',
  },
  { ...HTTP, ...UPDATE, ...UPDATE_FILE },
  { ...HTTPS, ...UPDATE },
  { ...HTTP, ...UPDATE_WILDCARDS },
  { ...HTTPS, ...UPDATE_WILDCARDS },
  { ...HTTP, ...LINKS },
  { ...HTTPS, ...LINKS },
  {
    ...HTTPS,
    hosts: { public: ['wdcp.microsoft.com', 'wdcpalt.microsoft.com'] },
    path: '/',
    purpose: 'Microsoft Defender',
  },
  {
    ...HTTPS,
    hosts: { public: ['management.azure.com'] },
    path: '/',
    purpose: 'Azure Resource Manager, for self-hosted gateways with role-based access control',
    source: DOCUMENTS.selfHostedGateway,
    since: DOCUMENTS.selfHostedGateway.asOf,
  },
  {
    group: 'infrastructure',
    resourceType: null,
    hosts: {
      public: ['flighting.cp.wd.microsoft.com', 'client.wns.windows.com', 'v10.events.data.microsoft.com'],
    },
    ports: [443],
    transport: 'tcp',
    protocol: 'https',
    required: OPTIONAL,
    serviceTag: null,
    direction: 'outbound',
    path: '/',
    purpose: 'Defender, notifications and telemetry of Windows',
    source: DOCUMENTS.firewallLog,
    why: 'Seen in a real firewall log; no version of the documents names them, though *.data.microsoft.com covers the last.',
  },
];

const ACTIVATION = {
  group: 'kms',
  resourceType: null,
  ports: [1688],
  transport: 'tcp',
  protocol: 'kms',
  required: OPTIONAL,
  serviceTag: null,
  direction: 'outbound',
  purpose: 'Windows activation',
  source: DOCUMENTS.activation,
  since: DOCUMENTS.network2023.asOf,
} as const;

const services: readonly CatalogRow[] = [
  {
    ...ACTIVATION,
    hosts: {
      public: ['azkms.core.windows.net', 'kms.core.windows.net'],
      government: ['azkms.core.usgovcloudapi.net', 'kms.core.usgovcloudapi.net'],
      china: ['azkms.core.chinacloudapi.cn', 'kms.core.chinacloudapi.cn'],
    },
    why: 'The newer name and the older one. Activation is granted only to requests from a public address of Azure, so a connection alone does not show that it works; and security group rules do not hold this traffic back unless they name AzurePlatformLKM or a default route of your own exists.',
  },
  {
    group: 'ntp',
    resourceType: null,
    hosts: inEveryCloud(),
    peer: '<any>',
    ports: [123],
    transport: 'udp',
    protocol: 'ntp',
    required: OPTIONAL,
    serviceTag: null,
    direction: 'outbound',
    purpose: 'Time (NTP)',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2023.asOf,
    why: 'The text calls it required to maintain the infrastructure, but the port table has no row for it and NetworkStatus does not check it.',
    notTestable: NO_HOST,
  },
  {
    group: 'dns',
    resourceType: null,
    hosts: inEveryCloud(),
    peer: '<dns-servers-udp>',
    ports: [53],
    transport: 'udp',
    protocol: 'dns',
    required: REQUIRED,
    serviceTag: null,
    direction: 'outbound',
    purpose: 'Name resolution',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2019.asOf,
    notTestable: 'The rule itself has no host; the configured DNS servers are targets of their own.',
  },
  {
    group: 'dns',
    resourceType: null,
    hosts: inEveryCloud(),
    peer: '<dns-servers-tcp>',
    ports: [53],
    transport: 'tcp',
    protocol: 'dns',
    required: REQUIRED,
    serviceTag: null,
    direction: 'outbound',
    purpose: 'Name resolution, answers that do not fit into UDP',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2019.asOf,
    notTestable: 'The rule itself has no host; the configured DNS servers are targets of their own.',
  },
];

export const infrastructure: readonly CatalogRow[] = [...hosts, ...services];
