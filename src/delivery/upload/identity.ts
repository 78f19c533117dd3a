/** The token of the VM's managed identity, from the instance metadata service: plain HTTP, never through a proxy. */
import { z } from 'zod';
import { printable } from '../../../probes/printable.ts';
import { type Client, createClient, type Reply } from './client.ts';
import { later, type Settled, stuck } from './outcome.ts';

/** One resource for all clouds. */
const RESOURCE = 'https://storage.azure.com/';
const API_VERSION = '2018-02-01';
/** ms; the service is on this very host. */
const PATIENCE = 5000;
/** ms before its end at which a token is renewed */
const MARGIN = 300_000;

const Token = z.object({
  access_token: z
    .string()
    .min(1)
    .max(32_768)
    .regex(/^[\x21-\x7e]+$/),
  /** Seconds since the epoch, as text. */
  expires_on: z.coerce.number().int().min(0),
});
const Refusal = z.object({ error: z.string(), error_description: z.string().catch('') });

type TokenResult =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly outcome: Settled };

export interface Identity {
  /** The same token until shortly before its end. Never throws. */
  token(signal: AbortSignal): Promise<TokenResult>;
  /** The service refused the token: the next one is asked for anew. */
  forget(): void;
  close(): Promise<void>;
}

export function createIdentity(
  clientId: string | null,
  connectTo: Parameters<typeof createClient>[0]['connectTo'],
  now: () => number,
): Identity {
  const client = createClient({ env: {}, caFile: [], connectTo, answerMs: PATIENCE });
  let held: { readonly token: string; readonly until: number } | null = null;
  return {
    token: async (signal) => {
      if (held !== null && now() < held.until - MARGIN) return { kind: 'token', token: held.token };
      const asked = await ask(client, clientId, signal);
      if (asked.kind === 'none') return asked;
      held = { token: asked.token, until: asked.until };
      return asked;
    },
    forget: () => {
      held = null;
    },
    close: () => client.close(),
  };
}

type Asked =
  | { readonly kind: 'token'; readonly token: string; readonly until: number }
  | { readonly kind: 'none'; readonly outcome: Settled };

async function ask(client: Client, clientId: string | null, signal: AbortSignal): Promise<Asked> {
  const query = new URLSearchParams({ 'api-version': API_VERSION, resource: RESOURCE });
  if (clientId !== null) query.set('client_id', clientId);
  const result = await client.exchange(
    {
      method: 'GET',
      origin: 'http://169.254.169.254',
      path: `/metadata/identity/oauth2/token?${query}`,
      headers: { metadata: 'true' },
    },
    signal,
  );
  if (result.kind === 'failed') {
    const reason = `no token of a managed identity: the instance metadata service (169.254.169.254) failed: ${result.reason}`;
    return { kind: 'none', outcome: later(reason) };
  }
  return read(result.reply);
}

/** Microsoft names 404, 410, 429 and 5xx as worth another attempt ("How to use managed identities… on a VM"). */
function read(reply: Reply): Asked {
  const { status, body } = reply;
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    document = null;
  }
  const token = Token.safeParse(document);
  if (status === 200 && token.success) {
    return {
      kind: 'token',
      token: token.data.access_token,
      until: token.data.expires_on * 1000,
    };
  }
  if (status === 404 || status === 410 || status === 429 || status >= 500) {
    return { kind: 'none', outcome: later(`no token: the metadata service answered with status ${status}`) };
  }
  const refusal = Refusal.safeParse(document);
  const said = refusal.success
    ? printable(`${refusal.data.error}: ${refusal.data.error_description}`, 200)
    : 'its answer holds none';
  return {
    kind: 'none',
    outcome: stuck(
      `no token (status ${status}, ${said}). Give the VM a managed identity (az vm identity assign), or correct uploadIdentity`,
    ),
  };
}
