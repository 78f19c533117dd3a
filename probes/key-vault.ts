import type { Socket } from 'node:net';
import { ProbeError } from './failures.ts';
import { readSource, sourceScope } from './key-vault-source.ts';
import { printable } from './printable.ts';
import type { KeyVaultFacts } from './product-facts.ts';
import type { Probe } from './types.ts';
import { within } from './wire/budget.ts';
import { exchange, type HttpReply } from './wire/exchange.ts';
import { describeSender, get, headerOf, requestTo } from './wire/http.ts';
import { codeIn, parseJson, valueAt } from './wire/json.ts';
import type { Session } from './wire/session.ts';

/** A data path; without a token the vault answers with a challenge, never with data. */
const DATA_PATH = '/keys?api-version=7.4';

/**
 * Azure Key Vault: /healthstatus needs no login and reports the source address ("Diagnose private links configuration
 * issues on Azure Key Vault"). The request to the data path adds evidence only.
 *
 * Proof: a valid certificate and the service's version in the reply to /healthstatus. No reply makes the probe ask for
 * less; a failed request to the data path changes nothing.
 */
export const keyVault: Probe = {
  over: 'tls',
  alpn: ['http/1.1'],
  converse: async (session, socket) => {
    const own = session.localAddress;
    const health = await get(session, socket, requestTo('https', session.target), (reply) => {
      if (headerOf(reply, 'x-ms-keyvault-service-version') === '') {
        throw new ProbeError('protocol_mismatch', `not Key Vault: ${describeSender(reply)}`);
      }
    });
    session.facts.proof = 'reply';
    session.facts.keyVault = readKeyVault(health, null, own);
    const data = await askForData(session, socket);
    session.facts.keyVault = readKeyVault(health, data, own);
  },
};

/** Null when the request fails, which does not matter: the vault has already been reached. */
function askForData(session: Session, socket: Socket): Promise<HttpReply | null> {
  const request = { ...requestTo('https', session.target), path: DATA_PATH };
  const { budget } = session;
  return within(budget, 'protocol', exchange(socket, request, budget.signal)).catch(() => null);
}

/**
 * Reads the facts from the replies. Pure.
 * @param own the local address of the connection
 */
export function readKeyVault(health: HttpReply, data: HttpReply | null, own: string | null): KeyVaultFacts {
  const replies = data === null ? [health] : [health, data];
  const first = (name: string): string =>
    replies.map((reply) => headerOf(reply, name)).find((value) => value !== '') ?? '';
  const region = first('x-ms-keyvault-region');
  const sourceAddress = readSource(first('x-ms-keyvault-network-info'));
  return {
    serviceVersion: printable(headerOf(health, 'x-ms-keyvault-service-version'), 64),
    region: region === '' ? null : printable(region, 64),
    sourceAddress,
    source: sourceScope(sourceAddress, own),
    challenge: data?.status === 401 && /^Bearer\b/i.test(headerOf(data, 'www-authenticate')),
    errorCode: replies.map(errorCode).findLast((code) => code !== null) ?? null,
  };
}

/** The code of a network denial where it is a word of the message: `[ForbiddenByNsp (Forbidden)]`. */
const NAMED_DENIAL = /\bForbiddenBy(?:Firewall|Connection|Nsp)\b/;

/** The innermost code is the most precise: `Forbidden` contains `ForbiddenByFirewall`. */
function errorCode({ body }: HttpReply): string | null {
  const reply = parseJson(body.toString('utf8'));
  const inner = codeIn(valueAt(reply, 'error', 'innererror', 'code'));
  const code = inner ?? codeIn(valueAt(reply, 'error', 'code'));
  const message = valueAt(reply, 'error', 'message');
  const named = typeof message === 'string' ? NAMED_DENIAL.exec(message)?.[0] : undefined;
  return code?.startsWith('Forbidden') ? (codeIn(named) ?? code) : code;
}
