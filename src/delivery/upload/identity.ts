/** The token of the VM's managed identity, from the instance metadata service: plain HTTP, never through a proxy. */
import { z } from 'zod';
import { printable } from '../../../probes/printable.ts';
import { rememberSecret } from '../redaction/known-secrets.ts';
import { type Client, type ClientSettings, createClient, type Exchange } from './client.ts';
import { needsAction, retryLater, type Settled } from './outcome.ts';

/** ms; the service is on this very host. */
const ANSWER_TIMEOUT_MS = 5000;
const METADATA = '169.254.169.254';
/** ms: a token is not used when it is about to expire. */
const MARGIN_MS = 300_000;

const Issued = z.object({
  /** What fits into a header; a token is far shorter. */
  access_token: z.string().regex(/^[\x21-\x7e]{1,32768}$/),
  /** s since the epoch */
  expires_on: z.coerce.number(),
});

const Refusal = z.object({ error: z.string(), error_description: z.string().catch('') });

type TokenResult =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly outcome: Settled };

export interface Identity {
  /** Never throws: a missing token is an outcome. */
  token(signal: AbortSignal): Promise<TokenResult>;
  close(): Promise<void>;
}

/** @param clientId of a user-assigned identity; null for the VM's own */
export function createIdentity(clientId: string | null, connectTo: ClientSettings['connectTo']): Identity {
  const client = createClient({ env: {}, caFile: [], connectTo, answerMs: ANSWER_TIMEOUT_MS });
  let held: Held | null = null;
  return {
    token: async (signal) => {
      if (held === null || held.expiresAt - MARGIN_MS < Date.now()) {
        const answer = await ask(client, clientId, signal);
        if ('kind' in answer) return { kind: 'none', outcome: answer };
        held = answer;
      }
      return { kind: 'token', token: held.token };
    },
    close: () => client.close(),
  };
}

interface Held {
  readonly token: string;
  /** ms since the epoch */
  readonly expiresAt: number;
}

async function ask(client: Client, clientId: string | null, signal: AbortSignal): Promise<Held | Settled> {
  const query = new URLSearchParams({
    'api-version': '2018-02-01',
    // One resource for all clouds.
    resource: 'https://storage.azure.com',
    ...(clientId === null ? {} : { client_id: clientId }),
  });
  const exchange = await client.exchange(
    {
      method: 'GET',
      origin: `http://${METADATA}`,
      path: `/metadata/identity/oauth2/token?${query}`,
      headers: { metadata: 'true' },
    },
    signal,
  );
  if (exchange.kind === 'failed' || exchange.reply.status !== 200) return explainFailure(exchange);
  const issued = Issued.safeParse(jsonOf(exchange.reply.body));
  if (!issued.success) return refused('its answer holds none');
  const { access_token: token, expires_on } = issued.data;
  rememberSecret(token);
  return { token, expiresAt: expires_on * 1000 };
}

function refused(why: string): Settled {
  const fix = 'Give the VM a managed identity (az vm identity assign), or correct uploadIdentity';
  return needsAction(`no token (${why}). ${fix}`);
}

/** Microsoft names 404, 410, 429 and 5xx as worth another attempt ("How to use managed identities… on a VM"). */
function explainFailure(exchange: Exchange): Settled {
  const metadata = `the instance metadata service (${METADATA})`;
  if (exchange.kind === 'failed')
    return retryLater(`no token of a managed identity: ${metadata} failed: ${exchange.reason}`);
  const { status, body } = exchange.reply;
  if (status === 404 || status === 410 || status === 429 || status >= 500)
    return retryLater(`no token: ${metadata} answered with status ${status}`);
  return refused(`status ${status}, ${refusalText(body)}`);
}

function refusalText(body: string): string {
  const refusal = Refusal.safeParse(jsonOf(body));
  if (!refusal.success) return 'its answer holds none';
  return printable(`${refusal.data.error}: ${refusal.data.error_description}`, 200);
}

/** @returns null for what is not JSON */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
