import { empty, type Reply, type Service } from './reply.ts';

const STATUS_PATH = '/status-0123456789abcdef';
const PORTAL_STATUS_PATH = '/internal-status-0123456789abcdef';

/** The gateway without an API: its status path, and the 404 by which it is known. */
export const gateway: Service = ({ url }) => (url.pathname === STATUS_PATH ? empty(200) : notFound());

export const developerPortal: Service = ({ url }) =>
  url.pathname === PORTAL_STATUS_PATH ? empty(200) : page('Developer portal');

/** The management endpoint, on 443 and 3443 alike. */
export const management: Service = ({ url }) =>
  url.pathname.toLowerCase() === '/servicestatus' ? empty(200) : unauthorised();

/** The Git repository asks for a password first. */
export const scm: Service = () => empty(401, { 'www-authenticate': 'Basic realm="Git"' });

export const configuration: Service = () => unauthorised();

/** Exactly as the gateway spaces it; the spacing is part of what it is recognised by. */
function notFound(): Reply {
  return {
    status: 404,
    headers: { 'content-type': 'application/json' },
    body: '{ "statusCode": 404, "message": "Resource not found" }',
  };
}

function unauthorised(): Reply {
  return empty(401, { 'www-authenticate': 'SharedAccessSignature' });
}

function page(title: string): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html><html><head><title>${title}</title></head><body></body></html>`,
  };
}
