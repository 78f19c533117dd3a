/** Azure Monitor: diagnostics, metrics, Resource Health, Application Insights. */
import { DOCUMENTS } from './documents.ts';
import { inEveryCloud, NO_HOST, OPTIONAL, REQUIRED, WILDCARD } from './text.ts';
import type { CatalogRow } from './types.ts';

const RULE = {
  group: 'azure-monitor',
  resourceType: 'Monitoring',
  transport: 'tcp',
  protocol: 'https',
  required: OPTIONAL,
  serviceTag: 'AzureMonitor',
  direction: 'outbound',
} as const;
const MONITOR = { ...RULE, path: '/' } as const;

const METRICS_EVERYWHERE = [
  'global.prod.microsoftmetrics.com',
  'shoebox2.prod.microsoftmetrics.com',
  'shoebox2-red.prod.microsoftmetrics.com',
  'shoebox2-black.prod.microsoftmetrics.com',
  'prod3.prod.microsoftmetrics.com',
  'prod3-red.prod.microsoftmetrics.com',
];
const PROD3_BLACK = 'prod3-black.prod.microsoftmetrics.com';
const PROD5 = [
  'prod5.prod.microsoftmetrics.com',
  'prod5-black.prod.microsoftmetrics.com',
  'prod5-red.prod.microsoftmetrics.com',
];
const METRICS = {
  hosts: {
    public: [...METRICS_EVERYWHERE, PROD3_BLACK],
    government: [...METRICS_EVERYWHERE, PROD3_BLACK, ...PROD5],
    china: [...METRICS_EVERYWHERE, ...PROD5],
  },
  source: DOCUMENTS.network,
  since: DOCUMENTS.network2021.asOf,
} as const;

const current: readonly CatalogRow[] = [
  {
    ...MONITOR,
    hosts: { public: ['gcs.prod.monitoring.core.windows.net'] },
    ports: [443],
    required: REQUIRED,
    purpose: 'Azure Monitor: diagnostics logs, metrics, Resource Health',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2021.asOf,
    why: 'Required since 2025: the AzureMonitor row of the port table became bold, and NetworkStatus changed this host from optional (2022) to required.',
  },
  {
    ...MONITOR,
    hosts: {
      government: ['fairfax.warmpath.usgovcloudapi.net'],
      china: ['mooncake.warmpath.chinacloudapi.cn'],
    },
    ports: [443],
    required: REQUIRED,
    purpose: 'Azure Monitor: diagnostics logs, metrics, Resource Health',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2019.asOf,
    why: 'The AzureMonitor row is bold in every cloud, but no example of NetworkStatus shows one of this cloud. This host stands in the list where the public cloud has its required one, and did so in 2019 beside prod.warmpath.msftcloudes.com, which NetworkStatus marked as required; so it is the one required here. An inference, not a statement of the documents: --optional azure-monitor overrules it.',
  },
  {
    ...MONITOR,
    hosts: {
      public: ['gcs.prod.warm.ingestion.monitoring.azure.com'],
      government: ['gcs.prod.warm.ingestion.monitoring.azure.us'],
      china: ['gcs.prod.warm.ingestion.monitoring.azure.cn'],
    },
    ports: [443],
    purpose: 'Azure Monitor: ingestion of logs',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2021.asOf,
    why: 'Optional in NetworkStatus, although the AzureMonitor row of the port table is bold.',
  },
  {
    ...MONITOR,
    ...METRICS,
    ports: [443],
    purpose: 'Azure Monitor: metrics',
    why: 'Optional in NetworkStatus (global.prod.microsoftmetrics.com), although the AzureMonitor row of the port table is bold.',
  },
  {
    ...MONITOR,
    ...METRICS,
    resourceType: 'Metrics',
    ports: [1886],
    path: '/RecoveryService',
    purpose: 'Azure Monitor: metrics and Resource Health',
    why: 'HTTPS on a port of its own: NetworkStatus names https://prod3.prod.microsoftmetrics.com:1886/RecoveryService, optional.',
  },
  {
    ...RULE,
    hosts: inEveryCloud(),
    peer: '<azure-monitor>',
    ports: [1886],
    required: REQUIRED,
    purpose: 'Azure Monitor: the rule for the whole service tag',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2021.asOf,
    why: 'The port table opens 443 and 1886 to the whole tag, in bold. Only the metrics hosts are known to answer on 1886, so those alone are tested there.',
    notTestable: NO_HOST,
  },
];

const insights: readonly CatalogRow[] = [
  {
    ...MONITOR,
    resourceType: null,
    hosts: { public: ['rt.services.visualstudio.com', '{region}.livediagnostics.monitor.azure.com'] },
    ports: [443],
    purpose: 'Application Insights: live metrics',
    source: DOCUMENTS.selfHostedGateway,
    since: DOCUMENTS.selfHostedGateway.asOf,
    why: 'The virtual network reference asks for the telemetry endpoint without naming it; this is the least set that the self-hosted gateway needs, beside dc.services.visualstudio.com (group portal-diagnostics).',
  },
  {
    ...RULE,
    resourceType: null,
    hosts: {
      public: ['*.in.applicationinsights.azure.com'],
      government: ['*.in.applicationinsights.azure.us'],
    },
    ports: [443],
    purpose: 'Application Insights: ingestion, regional form (REGION-NUMBER.in.applicationinsights…)',
    source: DOCUMENTS.selfHostedGateway,
    since: DOCUMENTS.selfHostedGateway.asOf,
    notTestable: WILDCARD,
  },
];

const observed: readonly CatalogRow[] = [
  {
    ...MONITOR,
    resourceType: null,
    hosts: {
      public: [
        'qos.prod.warm.ingest.monitor.core.windows.net',
        '{region}-shared.prod.warm.ingest.monitor.core.windows.net',
      ],
    },
    ports: [443],
    serviceTag: null,
    purpose: 'Azure Monitor: ingestion of logs',
    source: DOCUMENTS.firewallLog,
    why: 'Seen in a real firewall log; no version of the documents lists it.',
  },
];

const dropped: readonly CatalogRow[] = [
  {
    ...MONITOR,
    hosts: { public: ['prod.warmpath.msftcloudes.com'] },
    ports: [443],
    purpose: 'Azure Monitor: logs, old name',
    source: DOCUMENTS.networkStatus2022,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.networkStatus2022.asOf,
    why: 'Required in the example of 2022, gone from the newest one; gcs.prod.monitoring.core.windows.net took its place.',
  },
  {
    ...MONITOR,
    hosts: {
      public: ['prod.warm.ingestion.msftcloudes.com', '{region}.warm.ingestion.msftcloudes.com'],
    },
    ports: [443],
    purpose: 'Azure Monitor: ingestion of logs, old names',
    source: DOCUMENTS.network2019,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.network2019.asOf,
  },
  {
    ...MONITOR,
    hosts: {
      public: [
        'shoebox2.metrics.nsatc.net',
        'prod3.metrics.nsatc.net',
        'prod3-black.prod3.metrics.nsatc.net',
        'prod3-red.prod3.metrics.nsatc.net',
      ],
      government: ['shoebox2.metrics.nsatc.net', 'prod3.metrics.nsatc.net'],
      china: ['shoebox2.metrics.nsatc.net', 'prod3.metrics.nsatc.net'],
    },
    ports: [443],
    purpose: 'Azure Monitor: metrics, old names',
    source: DOCUMENTS.network2019,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.network2019.asOf,
    why: 'Renamed from nsatc.net to microsoftmetrics.com; the addresses stayed.',
  },
  {
    ...MONITOR,
    hosts: inEveryCloud(
      'shoebox2-red.shoebox2.metrics.nsatc.net',
      'shoebox2-black.shoebox2.metrics.nsatc.net',
    ),
    ports: [443],
    purpose: 'Azure Monitor: metrics, old names',
    source: DOCUMENTS.network2021,
    since: DOCUMENTS.network2021.asOf,
    until: DOCUMENTS.network2021.asOf,
    why: 'Renamed from nsatc.net to microsoftmetrics.com; the addresses stayed.',
  },
  {
    ...MONITOR,
    resourceType: 'Metrics',
    hosts: { public: ['prod2.metrics.nsatc.net'] },
    ports: [1886],
    path: '/RecoveryService',
    purpose: 'Azure Monitor: metrics and Resource Health, old name',
    source: DOCUMENTS.networkStatus2022,
    since: DOCUMENTS.networkStatus2022.asOf,
    until: DOCUMENTS.networkStatus2022.asOf,
  },
  {
    ...RULE,
    hosts: inEveryCloud(),
    peer: '<azure-monitor>',
    ports: [12000],
    protocol: 'tcp',
    purpose: 'Azure Monitor: diagnostics',
    source: DOCUMENTS.networkApril2026,
    since: DOCUMENTS.networkApril2026.asOf,
    until: DOCUMENTS.networkApril2026.asOf,
    why: 'Stood beside 443 and 1886 in the text of 2026-04-10 alone; gone again on 2026-04-30.',
    notTestable: NO_HOST,
  },
];

export const monitor: readonly CatalogRow[] = [...current, ...insights, ...observed, ...dropped];
