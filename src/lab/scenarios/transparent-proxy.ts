import { insideFirst } from '../routes.ts';
import type { Place, Scenario } from '../scenario.ts';

/** Application rules as an administrator would write them for API Management, who forgot Key Vault. */
const MIDDLEBOX: Place = {
  kind: 'middlebox',
  allows: [
    '*.core.windows.net',
    '*.servicebus.windows.net',
    '*.microsoftmetrics.com',
    '*.metrics.nsatc.net',
    '*.msftcloudes.com',
    '*.monitoring.azure.com',
    '*.monitor.azure.com',
    '*.microsoftonline.com',
    '*.windows.net',
    '*.microsoft.com',
    '*.windowsupdate.com',
    '*.windows.com',
    'management.azure.com',
    'issuer.pki.azure.com',
    '*.digicert.com',
    '*.geotrust.com',
    '*.msocsp.com',
    '*.live.com',
    '*.visualstudio.com',
    '*.azureedge.net',
    'azureprofiler.trafficmanager.net',
  ],
};

export const transparentProxy: Scenario = {
  name: 'transparent-proxy',
  summary: 'A firewall completes every TCP handshake itself, and has no rule for Key Vault.',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['transparent-proxy', 'sni-filtered'] },
  routes: insideFirst(
    { host: null, port: 443, to: MIDDLEBOX },
    { host: null, port: 1886, to: MIDDLEBOX },
    { host: null, port: 5671, to: MIDDLEBOX },
    { host: null, port: 80, to: MIDDLEBOX },
    // Rules for addresses and ports alone let through what is not HTTP.
    { host: null, port: 5672, to: { kind: 'services' } },
    { host: null, port: 1433, to: { kind: 'services' } },
    { host: null, port: 445, to: { kind: 'services' } },
    { host: null, port: 1688, to: { kind: 'services' } },
    { host: null, port: null, to: { kind: 'mute' } },
  ),
};
