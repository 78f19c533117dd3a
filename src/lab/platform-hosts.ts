import type { LabHost, ServiceName } from './lab-host.ts';
import { REGION, TIME_SERVER } from './subnet.ts';

/**
 * Host names that every API Management instance of the public cloud shares, as the virtual network reference
 * and the certificate authority details page list them. The lab keeps its own list: were it to read the
 * agent's catalogue, it would answer for a host that the catalogue misspells.
 */
export const PLATFORM_HOSTS: readonly LabHost[] = [
  ...family('monitor', '13.69.106', [
    'gcs.prod.monitoring.core.windows.net',
    'global.prod.microsoftmetrics.com',
    'shoebox2.prod.microsoftmetrics.com',
    'shoebox2-red.prod.microsoftmetrics.com',
    'shoebox2-black.prod.microsoftmetrics.com',
    'prod3.prod.microsoftmetrics.com',
    'prod3-red.prod.microsoftmetrics.com',
    'prod3-black.prod.microsoftmetrics.com',
    'gcs.prod.warm.ingestion.monitoring.azure.com',
    'qos.prod.warm.ingest.monitor.core.windows.net',
    `${REGION}-shared.prod.warm.ingest.monitor.core.windows.net`,
    'prod.warmpath.msftcloudes.com',
    'prod.warm.ingestion.msftcloudes.com',
    `${REGION}.warm.ingestion.msftcloudes.com`,
    'shoebox2.metrics.nsatc.net',
    'shoebox2-red.shoebox2.metrics.nsatc.net',
    'shoebox2-black.shoebox2.metrics.nsatc.net',
    'prod2.metrics.nsatc.net',
    'prod3.metrics.nsatc.net',
    'prod3-red.prod3.metrics.nsatc.net',
    'prod3-black.prod3.metrics.nsatc.net',
  ]),
  ...family('entra', '20.190.160', [
    'login.microsoftonline.com',
    'login.windows.net',
    `${REGION}.login.microsoft.com`,
  ]),
  ...family('insights', '20.50.88', [
    'dc.services.visualstudio.com',
    'rt.services.visualstudio.com',
    `${REGION}.livediagnostics.monitor.azure.com`,
  ]),
  ...family('web', '13.107.246', [
    'client.hip.live.com',
    'partner.hip.live.com',
    'partner.prod.repmap.microsoft.com',
    'azurewatsonanalysis-prod.core.windows.net',
    'azureprofiler.trafficmanager.net',
    'shavamanifestazurecdnprod1.azureedge.net',
    'shavamanifestcdnprod1.azureedge.net',
    'issuer.pki.azure.com',
    'go.microsoft.com',
    'wdcp.microsoft.com',
    'wdcpalt.microsoft.com',
    'flighting.cp.wd.microsoft.com',
    'client.wns.windows.com',
    'v10.events.data.microsoft.com',
    'management.azure.com',
  ]),
  ...family('updates', '23.62.226', ['ctldl.windowsupdate.com', 'download.windowsupdate.com']),
  ...family('ntp', '20.101.57', [TIME_SERVER]),
  ...family('smtp', '13.82.100', [
    'smtpi-co1.msn.com',
    'smtpi-ch1.msn.com',
    'smtpi-db3.msn.com',
    'smtpi-sin.msn.com',
    'ies.global.microsoft.com',
  ]),
  host('plain', 'azkms.core.windows.net', ['20.118.99.224', '40.83.235.53']),
  host('plain', 'kms.core.windows.net', ['23.102.135.246']),
];

/** Hosts of revocation lists, OCSP and issuing certificates; current and dropped ones alike. */
export const CERTIFICATE_HOSTS: readonly LabHost[] = family('certificates', '23.63.118', [
  'cacerts.digicert.com',
  'cacerts.digicert.cn',
  'cacerts.geotrust.com',
  'caissuers.microsoft.com',
  'www.microsoft.com',
  'crl3.digicert.com',
  'crl4.digicert.com',
  'crl2.microsoft.com',
  'crl.digicert.cn',
  'ocsp.digicert.com',
  'ocsp.digicert.cn',
  'oneocsp.microsoft.com',
  'csp.digicert.com',
  'crl.microsoft.com',
  'mscrl.microsoft.com',
  'ocsp.msocsp.com',
  'oneocsp.msocsp.com',
]);

/** Hosts of one service, each with an address of its own under the first three octets. */
function family(service: ServiceName, prefix: string, names: readonly string[]): readonly LabHost[] {
  return names.map((name, index) => host(service, name, [`${prefix}.${index + 10}`]));
}

function host(service: ServiceName, name: string, addresses: readonly [string, ...string[]]): LabHost {
  return { name, service, aliases: [], addresses, certificateName: name };
}
