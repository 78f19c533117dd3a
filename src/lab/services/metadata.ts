import { REGION, SUBNET, VM_ADDRESS } from '../subnet.ts';
import { json, type Reply, type Service } from './reply.ts';

const VERSIONS = [
  '2025-04-07',
  '2023-11-15',
  '2021-12-13',
  '2021-02-01',
  '2020-10-01',
  '2019-06-01',
  '2017-08-01',
];

/** The instance metadata service: answers only a request that no proxy could have made by mistake. */
export const metadata: Service = ({ url, headers }) => {
  const { metadata: marker, 'x-forwarded-for': forwarded } = headers;
  if (String(marker).toLowerCase() !== 'true' || forwarded !== undefined)
    return json(400, { error: 'Bad request. Required metadata header not specified' });
  if (url.pathname === '/metadata/versions') return json(200, { apiVersions: VERSIONS.toReversed() });
  const version = url.searchParams.get('api-version');
  if (version === null || !VERSIONS.includes(version)) return badVersion();
  if (url.pathname.replace(/\/$/, '') !== '/metadata/instance') return json(404, { error: 'Not found' });
  return json(200, INSTANCE);
};

function badVersion(): Reply {
  const error = 'Bad request. api-version is invalid or was not specified in the request.';
  return json(400, { error, 'newest-versions': VERSIONS.slice(0, 3) });
}

const INSTANCE = {
  compute: {
    azEnvironment: 'AzurePublicCloud',
    location: REGION,
    name: 'lab-probe-vm',
    osType: 'Linux',
    offer: 'debian-12',
    publisher: 'Debian',
    resourceGroupName: 'lab',
    subscriptionId: '00000000-0000-4000-8000-00000000d0e5',
    sku: '12-gen2',
    vmId: '00000000-0000-4000-8000-00000000cafe',
    vmScaleSetName: '',
    vmSize: 'Standard_B2s',
    zone: '1',
  },
  network: {
    interface: [
      {
        ipv4: {
          ipAddress: [{ privateIpAddress: VM_ADDRESS, publicIpAddress: '' }],
          subnet: [SUBNET],
        },
        ipv6: { ipAddress: [] },
        macAddress: '000D3A123456',
      },
    ],
  },
};
