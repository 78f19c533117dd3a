import { ProbeError } from './failures.ts';
import { printable } from './printable.ts';
import type { EntraIdFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import type { HttpReply } from './wire/exchange.ts';
import { describeSender, get, headerOf, requestTo } from './wire/http.ts';
import { parseJson, valueAt } from './wire/json.ts';

/** Hosts of the sign-in service of each cloud, and of the issuers in its discovery documents. */
const CLOUDS: readonly (readonly string[])[] = [
  ['login.microsoftonline.com', 'login.windows.net', 'sts.windows.net', 'login.microsoft.com'],
  ['login.microsoftonline.us'],
  ['login.chinacloudapi.cn', 'login.partner.microsoftonline.cn', 'sts.chinacloudapi.cn'],
];

/**
 * Microsoft Entra ID: the OpenID configuration names an issuer of the host's cloud (OpenID Connect Discovery 1.0).
 * An error with Entra's own code or headers is proof too.
 *
 * Proof: a valid certificate and one of these replies. No reply makes the probe ask for less.
 */
export const entraId: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    await get(session, socket, requestTo('https', session.target), (reply) => {
      const facts = readEntraId(reply, session.target.host);
      if (facts === null) {
        throw new ProbeError('protocol_mismatch', `not Microsoft Entra ID: ${describeSender(reply)}`);
      }
      session.facts.entraId = facts;
    });
    session.facts.proof = 'reply';
  },
};

/** Reads the facts from a reply; null when it is not from Entra ID. Pure. */
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
  // The document of `common` has a placeholder for the tenant: `{tenantid}`.
  const url = URL.parse(issuer);
  const cloud = CLOUDS.find((hosts) => hosts.some((name) => isUnder(host.toLowerCase(), name)));
  return url?.protocol === 'https:' && (cloud ?? [host]).some((name) => isUnder(url.hostname, name));
}

function isUnder(host: string, name: string): boolean {
  return host === name || host.endsWith(`.${name}`);
}
