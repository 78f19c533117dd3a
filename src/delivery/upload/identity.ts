/** The token of the VM's managed identity, from the instance metadata service: plain HTTP, never through a proxy. */
import { z } from 'zod';
import { printable } from '../../../probes/printable.ts';
import { rememberSecret } from '../redaction/known-secrets.ts';
import { type Client, type ClientSettings, createClient, type Exchange } from './client.ts';
import { needsAction, retryLater, type Settled } from './outcome.ts';

/** ms; the service is on this very host. */
const ANSWER_TIMEOUT_MS = 5000;
/** What fits into a header; a token is far shorter. */
const TOKEN = /^[\x21-\x7e]{1,32768}$/;

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
  return {
    token: (signal) => ask(client, clientId, signal),
    close: () => client.close(),
  };
}

interface Observed {
  readonly exchange: Exchange;
  readonly host: string;
}

async function ask(client: Client, clientId: string | null, signal: AbortSignal): Promise<TokenResult> {
  const exchanges: Observed[] = [];
  const observe = (exchange: Exchange, host: string): void => void exchanges.push({ exchange, host });
  try {
    // Loaded only by a run that uploads by managed identity.
    const { managedIdentityToken } = await import('./managed-identity.ts');
    const token = await managedIdentityToken(clientId, { client, signal, observe });
    if (!TOKEN.test(token)) return refused('its answer holds none');
    rememberSecret(token);
    return { kind: 'token', token };
  } catch (error) {
    const last = exchanges.at(-1);
    if (last !== undefined) return explainFailure(last);
    // No request was sent: variables that configure the SDK contradict each other.
    return refused(printable(error instanceof Error ? error.message : 'unknown error', 200));
  }
}

function refused(why: string): TokenResult {
  const fix = 'Give the VM a managed identity (az vm identity assign), or correct uploadIdentity';
  return { kind: 'none', outcome: needsAction(`no token (${why}). ${fix}`) };
}

/** Microsoft names 404, 410, 429 and 5xx as worth another attempt ("How to use managed identities… on a VM"). */
function explainFailure({ exchange, host }: Observed): TokenResult {
  const metadata = `the instance metadata service (${host})`;
  if (exchange.kind === 'failed') {
    const reason = `no token of a managed identity: ${metadata} failed: ${exchange.reason}`;
    return { kind: 'none', outcome: retryLater(reason) };
  }
  const { status, body } = exchange.reply;
  if (status === 404 || status === 410 || status === 429 || status >= 500) {
    return { kind: 'none', outcome: retryLater(`no token: ${metadata} answered with status ${status}`) };
  }
  return refused(`status ${status}, ${refusalText(body)}`);
}

function refusalText(body: string): string {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    document = null;
  }
  const refusal = Refusal.safeParse(document);
  if (!refusal.success) return 'its answer holds none';
  return printable(`${refusal.data.error}: ${refusal.data.error_description}`, 200);
}
