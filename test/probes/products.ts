/** Recorded replies over HTTP and HTTPS, for the conversations that tell one product from another. */
import { createSystem } from '../../probes/wire/system.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import { authority, identity, server } from '../servers/certificates.ts';
import { type Behaviour, type Owner, openPeer, openTlsPeer, type Peer } from '../servers/peer.ts';
import { type Circumstances, type Tried, tryOnce } from './try.ts';

export type Product = Parameters<typeof tryOnce>[0];

const root = await authority('CN=products test root, O=Test');
const trust = new TrustStore([root.pem]);

/** A reply as it stands on the wire; its length is added, and nothing else. */
export function reply(status: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export interface Played {
  readonly peer: Peer;
  /** What was asked, head by head. */
  readonly asked: readonly string[];
}

/** A server certified for this host that gives each request what `answer` makes of its first line. */
export async function playing(
  t: Owner,
  host: string,
  answer: (requestLine: string) => string,
): Promise<Played> {
  const asked: string[] = [];
  const behave: Behaviour = (socket) =>
    void socket.on('data', (bytes: Buffer) => {
      const head = bytes.toString('latin1');
      asked.push(head);
      socket.write(answer(head.slice(0, head.indexOf('\r\n'))));
    });
  return { peer: await certified(t, host, behave), asked };
}

/** A TLS server with a good certificate for this host. */
async function certified(t: Owner, host: string, behave: Behaviour): Promise<Peer> {
  return openTlsPeer(t, identity(await server(root, [host])), behave);
}

/** The certificate and its key, for servers that are programs of their own. */
export async function identityFor(names: readonly string[]): Promise<{ cert: string; key: string }> {
  return identity(await server(root, names));
}

/** One attempt at a host whose connections all end up at the peer. */
export function talk(
  product: Product,
  peer: { readonly address: string; readonly port: number },
  target: { readonly host: string; readonly path: string },
  more: Pick<Circumstances, 'stepMs'> = {},
): Promise<Tried> {
  const system = createSystem([{ host: null, port: null, address: peer.address, toPort: peer.port }]);
  return tryOnce(product, peer, { system, trust, target: { ...target, port: 443 }, ...more });
}

/** Host and path of each product, as the catalogue has them. */
export const PRODUCTS = {
  storage: { host: 'acct.blob.core.windows.net', path: '/?restype=service&comp=properties' },
  'key-vault': { host: 'kv.vault.azure.net', path: '/healthstatus' },
  'event-hubs': { host: 'ns.servicebus.windows.net', path: '/' },
  'entra-id': {
    host: 'login.microsoftonline.com',
    path: '/common/v2.0/.well-known/openid-configuration',
  },
  gateway: { host: 'contoso.azure-api.net', path: '/status-0123456789abcdef' },
  certificates: { host: 'crl3.digicert.com', path: '/DigiCertGlobalRootG2.crl' },
} as const satisfies Partial<Record<Product, { host: string; path: string }>>;

/** A peer for a product's own transport: certificates are handed out in the clear. */
export function peerFor(t: Owner, product: keyof typeof PRODUCTS, behave: Behaviour): Promise<Peer> {
  return product === 'certificates' ? openPeer(t, behave) : certified(t, PRODUCTS[product].host, behave);
}
