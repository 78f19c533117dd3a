/** Mail, the developer portal's CAPTCHA, and the diagnostics of the Azure portal. */
import { DOCUMENTS } from './documents.ts';
import { inEveryCloud, NO_HOST, OPTIONAL } from './text.ts';
import type { CatalogRow } from './types.ts';

const RELAY = {
  group: 'smtp',
  transport: 'tcp',
  ports: [25, 587, 25028],
  protocol: 'smtp',
  required: OPTIONAL,
  serviceTag: 'Internet',
  direction: 'outbound',
  source: DOCUMENTS.network2021,
  since: DOCUMENTS.network2019.asOf,
} as const;

const relay: readonly CatalogRow[] = [
  {
    ...RELAY,
    resourceType: 'Email',
    hosts: {
      public: ['smtpi-co1.msn.com', 'smtpi-db3.msn.com', 'smtpi-sin.msn.com', 'ies.global.microsoft.com'],
    },
    purpose: 'SMTP relay for e-mail',
    until: DOCUMENTS.network2021.asOf,
    why: 'Gone from the documents by 2023-08-29. NetworkStatus now shows a storage queue (SmtpQueue) instead, so mail probably leaves through that.',
  },
  {
    ...RELAY,
    resourceType: 'Email',
    hosts: { public: ['smtpi-ch1.msn.com'] },
    purpose: 'SMTP relay for e-mail',
    until: DOCUMENTS.networkStatus2022.asOf,
    why: 'Gone from the documents by 2023-08-29; NetworkStatus still showed it on 25028 in 2022, optional.',
  },
  {
    ...RELAY,
    resourceType: null,
    hosts: { government: [], china: [] },
    peer: '<smtp-relay>',
    purpose: 'SMTP relay for e-mail',
    until: DOCUMENTS.network2021.asOf,
    why: 'The port rule held for every cloud; whether the relay’s host names, given once and without a cloud, held too is not known.',
    notTestable: NO_HOST,
  },
  {
    group: 'smtp',
    resourceType: 'SmtpQueue',
    hosts: inEveryCloud(),
    peer: '<smtp-queue>',
    ports: [443],
    transport: 'tcp',
    protocol: 'https',
    required: OPTIONAL,
    serviceTag: 'Storage',
    direction: 'outbound',
    purpose: 'E-mail, handed over through a queue of a second storage account',
    source: DOCUMENTS.networkStatus,
    since: DOCUMENTS.networkStatus.asOf,
    notTestable:
      'The account’s name is known only to API Management. The target storage-queue tests the same path, once --storage is given.',
  },
];

const CAPTCHA = {
  group: 'captcha',
  resourceType: 'CaptchaEndpoint',
  ports: [443],
  transport: 'tcp',
  protocol: 'https',
  required: OPTIONAL,
  serviceTag: null,
  direction: 'outbound',
  path: '/',
  purpose: 'CAPTCHA of the developer portal',
} as const;

const captcha: readonly CatalogRow[] = [
  {
    ...CAPTCHA,
    hosts: { public: ['client.hip.live.com', 'partner.hip.live.com'] },
    source: DOCUMENTS.captchaChange,
    since: DOCUMENTS.network2019.asOf,
    until: '2025-09-30',
    why: 'Replaced by the new endpoint on 2025-09-30. The virtual network reference of 2026-04-30 still prints the old pair. The documents name no port; NetworkStatus shows its CAPTCHA host as an https URL.',
  },
  {
    ...CAPTCHA,
    hosts: {
      public: ['partner.prod.repmap.microsoft.com'],
      government: ['partner.prod.repmap.microsoft.us'],
    },
    source: DOCUMENTS.captchaChange,
    since: DOCUMENTS.captchaChange.asOf,
    why: 'The only CAPTCHA endpoint since 2025-09-30. Without it, sign-up and password reset in the developer portal stop, and the service itself does not. NetworkStatus checks it, optional; no version of the virtual network reference lists it.',
  },
];

const DIAGNOSTICS = {
  group: 'portal-diagnostics',
  resourceType: 'ApplicationInsightsIngestionEndpoint',
  ports: [443],
  transport: 'tcp',
  protocol: 'https',
  required: OPTIONAL,
  serviceTag: 'AzureMonitor',
  direction: 'outbound',
  path: '/',
} as const;

const diagnostics: readonly CatalogRow[] = [
  {
    ...DIAGNOSTICS,
    hosts: { public: ['dc.services.visualstudio.com'] },
    purpose: 'Diagnostics in the Azure portal, and ingestion of Application Insights',
    source: DOCUMENTS.network,
    since: DOCUMENTS.network2019.asOf,
  },
  {
    ...DIAGNOSTICS,
    hosts: {
      government: ['dc.applicationinsights.us'],
      china: ['dc.applicationinsights.azure.cn'],
    },
    purpose: 'Ingestion of Application Insights; possibly diagnostics in the Azure portal',
    source: DOCUMENTS.insightsEndpoints,
    since: DOCUMENTS.insightsEndpoints.asOf,
    why: 'The ingestion endpoint of this cloud. The documents name dc.services.visualstudio.com alone, and whether the portal’s diagnostics use this one here is unconfirmed.',
  },
];

export const mail: readonly CatalogRow[] = [...relay, ...captcha, ...diagnostics];
