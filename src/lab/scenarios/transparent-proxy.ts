import { insideFirst } from '../routes.ts';
import type { Route, RouteEnd, Scenario } from '../scenario.ts';

/** Application rules as an administrator would write them for API Management, who forgot Key Vault. */
const MIDDLEBOX: RouteEnd = {
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

/** Rules for addresses and ports alone let through what is not HTTP. */
const NETWORK_RULES = [25, 123, 445, 587, 1433, 1688, 5672, 25_028];

export const transparentProxy: Scenario = {
  name: 'transparent-proxy',
  summary: 'A firewall completes every TCP handshake itself, and has no rule for Key Vault.',
  expected: { verdict: 'blocked', exitCode: 1, causes: ['transparent-proxy'] },
  routes: insideFirst(
    { host: null, port: 443, to: MIDDLEBOX },
    { host: null, port: 1886, to: MIDDLEBOX },
    { host: null, port: 5671, to: MIDDLEBOX },
    { host: null, port: 80, to: MIDDLEBOX },
    ...NETWORK_RULES.map((port): Route => ({ host: null, port, to: { kind: 'services' } })),
    { host: null, port: null, to: { kind: 'mute' } },
  ),
};
