import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import type { EntraIdFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { answeredBy, get, headerOf, requestTo } from './wire/http.ts';
import { parseJson, valueAt } from './wire/json.ts';

/** Hosts of each cloud's sign-in service, and of the issuers in its discovery documents. */
const CLOUDS: readonly (readonly string[])[] = [
  ['login.microsoftonline.com', 'login.windows.net', 'sts.windows.net', 'login.microsoft.com'],
  ['login.microsoftonline.us'],
  ['login.chinacloudapi.cn', 'login.partner.microsoftonline.cn', 'sts.chinacloudapi.cn'],
];

/**
 * Microsoft Entra ID: the OpenID configuration names an issuer of the host's own cloud (OpenID Connect
 * Discovery 1.0). Its errors are its own as well, and no less a proof.
 */
export const entraId: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target), (reply) => {
      const facts = readEntraId(reply, session.target.host);
      if (facts === null) {
        throw new ProbeError('protocol_mismatch', `not Microsoft Entra ID: ${answeredBy(reply)}`);
      }
      session.facts.entraId = facts;
    });
    session.facts.proof = 'reply';
  },
};

/** What the reply shows of Entra ID, or null when something else wrote it. Pure. */
export function readEntraId(reply: HttpReply, host: string): EntraIdFacts | null {
  const document = parseJson(reply.body.toString('utf8'));
  const issuer = valueAt(document, 'issuer');
  if (typeof issuer === 'string') {
    return isOfSameCloud(issuer, host) ? { issuer: printable(issuer, 256), errorCode: null } : null;
  }
  const description = valueAt(document, 'error_description');
  const errorCode = typeof description === 'string' ? /^AADSTS\d{4,8}\b/.exec(description)?.[0] : undefined;
  const signed = headerOf(reply, 'x-ms-ests-server') !== '' && headerOf(reply, 'x-ms-request-id') !== '';
  return errorCode === undefined && !signed ? null : { issuer: null, errorCode: errorCode ?? null };
}

function isOfSameCloud(issuer: string, host: string): boolean {
  // The document of `common` holds a placeholder where the tenant would be: `{tenantid}`.
  const url = URL.parse(issuer);
  const cloud = CLOUDS.find((hosts) => hosts.some((name) => isUnder(host.toLowerCase(), name)));
  return url?.protocol === 'https:' && (cloud ?? [host]).some((name) => isUnder(url.hostname, name));
}

function isUnder(host: string, name: string): boolean {
  return host === name || host.endsWith(`.${name}`);
}
