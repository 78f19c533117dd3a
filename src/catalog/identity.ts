/** Microsoft Entra ID. */
import { DOCUMENTS } from './documents.ts';
import { inEveryCloud, NO_HOST, OPTIONAL } from './text.ts';
import type { CatalogRow } from './types.ts';

const ENTRA = {
  group: 'entra-id',
  transport: 'tcp',
  required: OPTIONAL,
  serviceTag: 'AzureActiveDirectory',
  direction: 'outbound',
} as const;

const DISCOVERY = {
  ports: [443],
  protocol: 'https',
  conversation: 'entra-id',
  path: '/common/v2.0/.well-known/openid-configuration',
} as const;

const SIGN_IN = {
  ...ENTRA,
  ...DISCOVERY,
  resourceType: 'AzureActiveDirectory',
  purpose: 'Microsoft Entra ID: sign-in, Microsoft Graph, authentication to Key Vault',
} as const;

export const identity: readonly CatalogRow[] = [
  {
    ...SIGN_IN,
    hosts: { public: ['login.microsoftonline.com'] },
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2023.asOf,
    why: 'The port table and NetworkStatus call it optional, while the text says that the service needs it to operate properly. Microsoft Graph is named without a host.',
  },
  {
    ...SIGN_IN,
    hosts: { government: ['login.microsoftonline.us'], china: ['login.chinacloudapi.cn'] },
    source: DOCUMENTS.nationalClouds,
    since: DOCUMENTS.nationalClouds.asOf,
    why: 'The virtual network reference names the public host alone; this is the sign-in host of the cloud.',
  },
  {
    ...SIGN_IN,
    hosts: { china: ['login.partner.microsoftonline.cn'] },
    source: DOCUMENTS.nationalClouds,
    why: 'The newer alias of login.chinacloudapi.cn; the version read names the older host, and the alias is what Entra itself reports.',
  },
  {
    ...SIGN_IN,
    hosts: { public: ['login.windows.net'] },
    source: DOCUMENTS.networkStatus,
    since: DOCUMENTS.networkStatus2022.asOf,
    why: 'The host that NetworkStatus checks, optional; the virtual network reference names login.microsoftonline.com.',
  },
  {
    ...ENTRA,
    ...DISCOVERY,
    resourceType: 'RegionalAzureActiveDirectory',
    hosts: { public: ['{region}.login.microsoft.com'] },
    purpose: 'Microsoft Entra ID: sign-in in the region',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2023.asOf,
  },
  {
    ...ENTRA,
    resourceType: null,
    hosts: inEveryCloud(),
    peer: '<azure-active-directory>',
    ports: [80],
    protocol: 'http',
    purpose: 'Microsoft Entra ID over plain HTTP',
    source: DOCUMENTS.network2019,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.network2019.asOf,
    why: 'Listed beside 443 in 2019 only.',
    notTestable: NO_HOST,
  },
];
