/** The instance's own endpoints, once it exists. */
import type { Cloud } from '../model/vocabulary.ts';
import { DOCUMENTS } from './documents.ts';
import { SERVICES } from './suffixes.ts';
import { OPTIONAL, REQUIRED } from './text.ts';
import type { CatalogRow } from './types.ts';

/** `label` is what stands between the instance's name and the suffix; the gateway has none. */
function endpoint(label: string | null): CatalogRow['hosts'] {
  const host = (cloud: Cloud) => [
    ['{apim}', label, SERVICES.apim.suffix[cloud]].filter((part) => part !== null).join('.'),
  ];
  return { public: host('public'), government: host('government'), china: host('china') };
}

const ENDPOINT = {
  group: 'gateway',
  resourceType: null,
  ports: [443],
  transport: 'tcp',
  protocol: 'https',
  conversation: 'gateway',
  required: OPTIONAL,
  serviceTag: 'VirtualNetwork',
  direction: 'outbound',
  source: DOCUMENTS.internalMode,
} as const;

const STATUS_PATH = '/status-0123456789abcdef';

export const gateway: readonly CatalogRow[] = [
  {
    ...ENDPOINT,
    role: 'gateway',
    hosts: endpoint(null),
    required: REQUIRED,
    v2: DOCUMENTS.injectionV2,
    path: STATUS_PATH,
    purpose: 'Gateway: the APIs themselves',
  },
  {
    ...ENDPOINT,
    role: 'portal',
    hosts: endpoint('portal'),
    path: '/signin',
    purpose: 'Legacy developer portal',
    why: 'For the government cloud the name comes from “Compare Azure Government and global Azure”, 2020-09-09; later versions were not read.',
  },
  {
    ...ENDPOINT,
    role: 'developer',
    hosts: endpoint('developer'),
    path: '/internal-status-0123456789abcdef',
    purpose: 'Developer portal',
    why: 'In the government cloud the name was seen in use rather than documented.',
  },
  {
    ...ENDPOINT,
    group: 'control-plane',
    role: 'management',
    hosts: endpoint('management'),
    path: '/servicestatus',
    purpose: 'Direct management API',
    source: DOCUMENTS.directManagementRetirement,
    since: DOCUMENTS.internalMode.asOf,
    until: '2025-03-15',
    why: 'Retired on 2025-03-15 in favour of Azure Resource Manager. The host may still answer; on 3443 it is the control plane’s, which stays.',
  },
  {
    ...ENDPOINT,
    group: 'control-plane',
    role: 'management',
    resourceType: 'ApiManagement Control Plane - inbound',
    hosts: endpoint('management'),
    ports: [3443],
    path: '/servicestatus?api-version=2018-01-01',
    purpose: 'Control plane: management endpoint for the Azure portal and PowerShell',
    source: DOCUMENTS.networkStatus,
    since: DOCUMENTS.networkStatus.asOf,
    why: 'The one of its own endpoints that API Management checks and calls required. Optional here: the source of this traffic is the service tag ApiManagement, and a rule may admit that alone. What it answers to an anonymous caller, and which CA issues its certificate, is unconfirmed.',
  },
  {
    ...ENDPOINT,
    role: 'scm',
    resourceType: 'SourceControl',
    hosts: endpoint('scm'),
    path: '/',
    purpose: 'Git repository of the configuration',
    source: DOCUMENTS.gitRetirement,
    since: DOCUMENTS.internalMode.asOf,
    until: '2025-03-15',
    why: 'Retired on 2025-03-15. The host may still resolve and answer.',
  },
  {
    ...ENDPOINT,
    role: 'configuration',
    hosts: { public: ['{apim}.configuration.azure-api.net'] },
    path: '/',
    purpose: 'Configuration endpoint for self-hosted gateways',
    source: DOCUMENTS.selfHostedGateway,
    since: DOCUMENTS.selfHostedGateway.asOf,
  },
  {
    ...ENDPOINT,
    hosts: { public: ['{apim}-{region}-01.regional.azure-api.net'] },
    eachLocation: true,
    path: STATUS_PATH,
    purpose: 'Gateway of one region',
    why: 'It has no role, since no custom domain can be given to it.',
  },
];
