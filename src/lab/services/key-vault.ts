import { randomUUID } from 'node:crypto';
import { EGRESS_ADDRESS, REGION, TENANT } from '../subnet.ts';
import { json, type Service } from './reply.ts';

/** `/healthstatus` is public and returns the caller's address; everything else requires a token. */
export const keyVault: Service = ({ url }) => {
  if (url.pathname === '/healthstatus')
    return { status: 200, headers: { ...common(), 'content-type': 'text/plain' }, body: 'True' };
  const message = 'AKV10000: Request is missing a Bearer or PoP token.';
  return json(
    401,
    { error: { code: 'Unauthorized', message } },
    {
      ...common(),
      'www-authenticate': `Bearer authorization="https://login.windows.net/${TENANT}", resource="https://vault.azure.net"`,
    },
  );
};

function common(): Record<string, string> {
  return {
    'cache-control': 'no-cache',
    'x-ms-keyvault-region': REGION,
    'x-ms-keyvault-service-version': '1.9.2489.1',
    'x-ms-keyvault-network-info': `conn_type=Ipv4;addr=${EGRESS_ADDRESS};act_addr_fam=InterNetwork;`,
    'x-ms-request-id': randomUUID(),
  };
}
