import { insideFirst } from '../routes.ts';
import type { Place, Scenario } from '../scenario.ts';

/** Application rules that an administrator would write for API Management; the optional hosts are forgotten. */
const MIDDLEBOX: Place = {
  kind: 'middlebox',
  allows: [
    '*.core.windows.net',
    '*.vault.azure.net',
    '*.servicebus.windows.net',
    '*.microsoftmetrics.com',
    '*.monitoring.azure.com',
    '*.microsoftonline.com',
    '*.microsoft.com',
    '*.windows.net',
    '*.digicert.com',
    '*.digicert.cn',
    '*.geotrust.com',
    '*.msocsp.com',
    '*.windowsupdate.com',
  ],
};

export const transparentProxy: Scenario = {
  name: 'transparent-proxy',
  summary: 'A firewall completes every TCP handshake itself and passes on the names that it has rules for.',
  expected: { verdict: 'degraded', exitCode: 0, causes: ['transparent-proxy'] },
  routes: insideFirst(
    { host: null, port: 443, to: MIDDLEBOX },
    { host: null, port: 1886, to: MIDDLEBOX },
    { host: null, port: 80, to: MIDDLEBOX },
    { host: null, port: null, to: { kind: 'mute' } },
  ),
};
