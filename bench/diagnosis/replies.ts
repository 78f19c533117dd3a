/** Replies of services and devices, as nginx directives or as they stand on the wire; each with its public source. */

import { header, reply } from '../../test/system/replies.ts';

const REQUEST_ID = header('x-ms-request-id', '4f5ee8ad-101e-0012-3d6c-8f8a44000000');

/** Storage's refusal of a network ("Common REST API error codes", Azure Storage REST reference). */
export const AZURE_STORAGE_DENIAL = storageDenial(
  'This request is not authorized to perform this operation.',
);

/** The same by a network security perimeter ("What is a network security perimeter?"). */
export const STORAGE_PERIMETER_DENIAL = storageDenial(
  'This request is not authorized by network security perimeter to perform this operation.',
);

function storageDenial(message: string): string {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationFailure</Code><Message>${message}</Message></Error>`;
  return `location / { ${REQUEST_ID} ${header('x-ms-error-code', 'AuthorizationFailure')} ${reply(403, 'application/xml', body)} }`;
}

const VAULT_VERSION = header('x-ms-keyvault-service-version', '1.9.1.1');

/** Key Vault's refusals ("Azure Key Vault REST API error codes"), with a health check that passes. */
export function vaultDenial(code: string, message: string): string {
  const body = JSON.stringify({ error: { code: 'Forbidden', message, innererror: { code } } });
  return [
    `location = /healthstatus { ${VAULT_VERSION} ${header('x-ms-keyvault-network-info', 'conn_type=Ipv4;addr=$remote_addr;act_addr_fam=InterNetwork;')} ${reply(200, 'application/json', 'true')} }`,
    `location / { ${VAULT_VERSION} ${reply(403, 'application/json', body)} }`,
  ].join(' ');
}

/** Event Hubs' refusal ("Allow access to Azure Event Hubs namespaces from specific IP addresses"). */
export const EVENT_HUBS_DENIAL = `location / { ${reply(
  401,
  'application/xml',
  '<Error><Code>401</Code><Detail>Ip has been prevented to connect to the endpoint. TrackingId:00000000-0000-4000-8000-00000000abcd_G2</Detail></Error>',
)} }`;

/** Pages of devices, as they stand in the place of a TLS handshake; the marks are public (probes/blocking-products.ts). */
export const PAGES = {
  azureFirewall: page(
    '470 Status Code Not Defined',
    'HTTPS request from 10.1.0.4:49152. Action: Deny. Reason: SNI TLS extension was missing.',
  ),
  fortiGate: page(
    '403 Forbidden',
    '<html><head><title>Web Filter Violation</title></head><body>FortiGuard Intrusion Prevention - Access Blocked. Powered by FortiGuard.</body></html>',
  ),
  zscaler: page(
    '403 Forbidden',
    '<html><head><title>Internet Security by Zscaler</title></head><body>Not allowed. Internet Security by Zscaler.</body></html>',
    'Server: Zscaler/6.2\r\n',
  ),
  paloAlto: page(
    '503 Service Unavailable',
    '<html><head><title>Web Page Blocked</title></head><body><h1>Web Page Blocked</h1>Access has been blocked in accordance with company policy.</body></html>',
  ),
  unknown: page(
    '403 Forbidden',
    '<html><head><title>Access restricted</title></head><body>Rule 7.</body></html>',
  ),
} as const;

function page(status: string, body: string, more = ''): string {
  return `HTTP/1.1 ${status}\r\n${more}Content-Type: text/html\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
}
