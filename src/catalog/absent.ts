/** Host names that the documents give and a cloud's catalogue leaves out on purpose, with the reason. */
import type { Cloud } from '../model/vocabulary.ts';

interface Absence {
  readonly hosts: readonly string[];
  readonly clouds: readonly Cloud[];
  readonly reason: string;
}

const UNCONFIRMED = 'The documents give the public name alone; a counterpart in this cloud is unconfirmed.';
const SOVEREIGN = ['government', 'china'] as const;

const ABSENCES: readonly Absence[] = [
  {
    hosts: ['cacerts.digicert.cn', 'crl.digicert.cn', 'ocsp.digicert.cn'],
    clouds: ['public', 'government'],
    reason:
      'They serve DigiCert’s Chinese issuing CAs, whose certificates services in China present. Asking hosts in China from any other cloud would alarm its security team and prove nothing.',
  },
  {
    hosts: ['prod3-black.prod.microsoftmetrics.com'],
    clouds: ['china'],
    reason: 'The list for China leaves it out, in every version read.',
  },
  {
    hosts: [
      'prod5.prod.microsoftmetrics.com',
      'prod5-black.prod.microsoftmetrics.com',
      'prod5-red.prod.microsoftmetrics.com',
    ],
    clouds: ['public'],
    reason: 'Listed for the government and China clouds alone.',
  },
  {
    hosts: ['{region}.login.microsoft.com', 'login.windows.net'],
    clouds: SOVEREIGN,
    reason: UNCONFIRMED,
  },
  {
    hosts: [
      'azurewatsonanalysis-prod.core.windows.net',
      '*.data.microsoft.com',
      'azureprofiler.trafficmanager.net',
      'shavamanifestazurecdnprod1.azureedge.net',
      'shavamanifestcdnprod1.azureedge.net',
      'issuer.pki.azure.com',
      '*.update.microsoft.com',
      '*.ctldl.windowsupdate.com',
      'ctldl.windowsupdate.com',
      'download.windowsupdate.com',
      'go.microsoft.com',
      'wdcp.microsoft.com',
      'wdcpalt.microsoft.com',
    ],
    clouds: SOVEREIGN,
    reason: UNCONFIRMED,
  },
  {
    hosts: ['client.hip.live.com', 'partner.hip.live.com'],
    clouds: SOVEREIGN,
    reason: UNCONFIRMED,
  },
  {
    hosts: ['partner.prod.repmap.microsoft.com'],
    clouds: ['china'],
    reason: UNCONFIRMED,
  },
  {
    hosts: [
      'smtpi-co1.msn.com',
      'smtpi-ch1.msn.com',
      'smtpi-db3.msn.com',
      'smtpi-sin.msn.com',
      'ies.global.microsoft.com',
    ],
    clouds: SOVEREIGN,
    reason: 'The relay’s hosts were given without a cloud and are dropped; the port rule is listed.',
  },
  {
    hosts: ['rt.services.visualstudio.com', '{region}.livediagnostics.monitor.azure.com'],
    clouds: SOVEREIGN,
    reason: UNCONFIRMED,
  },
  {
    hosts: ['*.in.applicationinsights.azure.com'],
    clouds: ['china'],
    reason: UNCONFIRMED,
  },
  {
    hosts: ['management.azure.com'],
    clouds: SOVEREIGN,
    reason: UNCONFIRMED,
  },
  {
    hosts: ['{apim}.configuration.azure-api.net', '{apim}-{region}-01.regional.azure-api.net'],
    clouds: SOVEREIGN,
    reason: UNCONFIRMED,
  },
  {
    hosts: [
      'qos.prod.warm.ingest.monitor.core.windows.net',
      '{region}-shared.prod.warm.ingest.monitor.core.windows.net',
      'flighting.cp.wd.microsoft.com',
      'client.wns.windows.com',
      'v10.events.data.microsoft.com',
    ],
    clouds: SOVEREIGN,
    reason: 'Seen once, in a log of the public cloud.',
  },
  {
    hosts: ['kms.core.cloudapi.de'],
    clouds: ['public', 'government', 'china'],
    reason: 'It belongs to Azure Germany, which is closed.',
  },
];

/** The host names left out of one cloud's catalogue. */
export function absencesFor(cloud: Cloud): readonly Absence[] {
  return ABSENCES.filter(({ clouds }) => clouds.includes(cloud));
}
