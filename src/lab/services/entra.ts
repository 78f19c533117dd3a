import { empty, json, type Service } from './reply.ts';

const AUTHORITY = 'https://login.microsoftonline.com';
const CONFIGURATION = /^\/([^/]+)(\/v2\.0)?\/\.well-known\/openid-configuration$/;

/** The discovery document of any tenant; no client can sign in here. */
export const entra: Service = ({ url }) => {
  const tenant = CONFIGURATION.exec(url.pathname)?.[1];
  if (tenant === undefined)
    return empty(url.pathname === '/' ? 302 : 404, { location: 'https://www.office.com/login' });
  return json(
    200,
    {
      token_endpoint: `${AUTHORITY}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${AUTHORITY}/${tenant}/discovery/v2.0/keys`,
      issuer: `${AUTHORITY}/{tenantid}/v2.0`,
      tenant_region_scope: null,
      cloud_instance_name: 'microsoftonline.com',
    },
    { 'cache-control': 'max-age=86400, private' },
  );
};
