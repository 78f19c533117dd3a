/** The services' replies, as nginx directives: replies that Microsoft documents or that were captured. */
import { extname } from 'node:path';
import type { Group } from '../../src/model/vocabulary.ts';
import { CABINET, ISSUER, REFUSAL, REVOKED } from './certificates.ts';

/** Where the instance metadata service answers on every VM. */
export const METADATA_ADDRESS = '169.254.169.254';

/** Directives that answer with this body. */
export const reply = (status: number, type: string, body: string): string =>
  `default_type ${type}; return ${status} '${body}';`;

/** A file that the authority has published in nginx's folder. */
const file = (name: string, type: string): string =>
  `root .; default_type ${type}; rewrite ^ /${name} break;`;

/** The file for every path with its ending. */
const published = (name: string, type: string): string =>
  `location ~ \\${extname(name)}$ { ${file(name, type)} }`;

const TENANT = '00000000-0000-4000-8000-00000000abcd';

/** A header of every reply, whatever its status. */
export const header = (name: string, value: string): string => `add_header ${name} '${value}' always;`;

/** What Storage answers to a request without credentials, whichever of its services is asked. */
const STORAGE = [
  header('x-ms-request-id', '4f5ee8ad-101e-0012-3d6c-8f8a44000000'),
  header('x-ms-error-code', 'NoAuthenticationInformation'),
  reply(401, 'application/xml', '<Error><Code>NoAuthenticationInformation</Code></Error>'),
].join(' ');

const REPLIES: Readonly<Partial<Record<Group, string>>> = {
  certificates: [
    published(REVOKED, 'application/pkix-crl'),
    published(ISSUER, 'application/pkix-cert'),
    // An OCSP request in a path begins with its DER's SEQUENCE in Base64.
    `location ~ ^/(ocsp/)?M { ${file(REFUSAL, 'application/ocsp-response')} }`,
    'location / { return 404; }',
  ].join(' '),
  infrastructure: [
    published(CABINET, 'application/vnd.ms-cab-compressed'),
    'location / { return 404; }',
  ].join(' '),
  'storage-blob': STORAGE,
  'storage-file': STORAGE,
  'storage-queue': STORAGE,
  'storage-table': STORAGE,
  'key-vault': [
    header('x-ms-keyvault-service-version', '1.9.1.1'),
    header('x-ms-keyvault-region', 'westeurope'),
    header('x-ms-keyvault-network-info', 'conn_type=Ipv4;addr=$remote_addr;act_addr_fam=InterNetwork;'),
    `location = /healthstatus { ${reply(200, 'application/json', 'true')} }`,
    // Headers of a location stand in the place of those around it.
    `location / { ${header('x-ms-keyvault-service-version', '1.9.1.1')}`,
    header(
      'www-authenticate',
      `Bearer authorization="https://login.windows.net/${TENANT}", resource="https://vault.azure.net"`,
    ),
    `${reply(401, 'application/json', '{"error":{"code":"Unauthorized"}}')} }`,
  ].join(' '),
  'event-hubs': reply(
    200,
    'application/atom+xml',
    '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title></feed>',
  ),
  'entra-id': reply(200, 'application/json', '{"issuer":"https://$host/{tenantid}/v2.0"}'),
  gateway: `location = /status-0123456789abcdef { return 200; } location = /internal-status-0123456789abcdef { return 200; }
    location = /signin { return 200; } location = /servicestatus { return 200; }
    location / { ${reply(404, 'application/json', '{ "statusCode": 404, "message": "Resource not found" }')} }`,
  'control-plane': 'location = /servicestatus { return 200; } location / { return 404; }',
};

/** The directives for a service of this group; a bare 404 where no anonymous reply is known. */
export const contentOf = (group: Group): string => REPLIES[group] ?? 'location / { return 404; }';

/** The instance metadata service's reply for a VM in this place, in the shape that Azure gives it. */
export function metadata(
  place: { readonly azEnvironment: string; readonly region: string },
  vmAddress: string,
  subnet: { readonly address: string; readonly prefix: string },
): string {
  const instance = {
    compute: {
      azEnvironment: place.azEnvironment,
      location: place.region,
      name: 'system-test',
      osType: 'Linux',
      vmId: '00000000-0000-4000-8000-000000000000',
      vmSize: 'Standard_B2s',
      zone: '1',
    },
    network: {
      interface: [
        {
          ipv4: { ipAddress: [{ privateIpAddress: vmAddress, publicIpAddress: '' }], subnet: [subnet] },
          ipv6: { ipAddress: [] },
          macAddress: '000D3A000001',
        },
      ],
    },
  };
  return [
    `if ($http_metadata != "true") { return 400; } if ($http_x_forwarded_for) { return 400; }`,
    `location = /metadata/instance { if ($arg_api-version = "") { return 400; }`,
    `${reply(200, 'application/json', JSON.stringify(instance))} } location / { return 404; }`,
  ].join(' ');
}
