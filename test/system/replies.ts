/** What the services say, as nginx directives: replies that Microsoft documents or that were captured. */
import type { Group } from '../../src/report/vocabulary.ts';

/** Where the instance metadata service answers on every VM. */
export const METADATA_ADDRESS = '169.254.169.254';

const reply = (status: number, type: string, body: string): string =>
  `default_type ${type}; return ${status} '${body}';`;

const REPLIES: Readonly<Partial<Record<Group, string>>> = {
  'key-vault': [
    `location = /healthstatus { add_header x-ms-keyvault-service-version 1.9.1.1;`,
    `add_header x-ms-keyvault-network-info "conn_type=Ipv4;addr=$remote_addr;act_addr_fam=InterNetwork;";`,
    `${reply(200, 'application/json', 'true')} }`,
    `location / { ${reply(401, 'application/json', '{"error":{"code":"Unauthorized"}}')} }`,
  ].join(' '),
  'event-hubs': reply(
    200,
    'application/atom+xml',
    '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title></feed>',
  ),
  'entra-id': reply(200, 'application/json', '{"cloud_instance_name":"microsoftonline.com"}'),
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
