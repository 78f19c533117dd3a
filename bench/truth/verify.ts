/** Shows certificate chains to the product over real TLS. */
import { createServer } from 'node:tls';
import { probeFor } from '../../probes/registry.ts';
import { createSystem } from '../../probes/wire/system.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import { attempt } from '../../src/run/attempt.ts';
import { sends } from '../../test/servers/behaviours.ts';
import { certificateFlight } from '../../test/servers/certificate-message.ts';
import { derOf } from '../../test/servers/certificates.ts';
import { listen, type Owner, openPeer, type Peer } from '../../test/servers/peer.ts';
import { withPeers } from './peers.ts';

/** A chain and the result that it is to get; the form of the public vectors. PEM. */
export interface ChainCase {
  readonly id: string;
  readonly suite: string;
  readonly roots: readonly string[];
  /** Leaf first. */
  readonly chain: readonly string[];
  readonly key: string;
  /** RFC 3339; now without one. */
  readonly time?: string;
  /** Without one, only the chain is judged. */
  readonly host?: string;
  readonly expected: 'SUCCESS' | 'FAILURE';
  /** A client may differ. */
  readonly soft?: boolean;
}

/** `accepted`, or `rejected` and the failure. */
export type ChainResult = `accepted` | `rejected, ${string}`;

/** One attempt of the product's TLS probe, as in a run, at a server that shows this chain; its roots are the public ones. */
export function verifyOverTls(chainCase: ChainCase): Promise<ChainResult> {
  return withPeers(async (owner): Promise<ChainResult> => {
    const peer = await openChainServer(owner, chainCase);
    const { failure, facts } = (
      await attempt(probeFor('tls'), {
        target: {
          host: chainCase.host ?? 'name-is-not-judged.example',
          port: 443,
          path: '/',
          question: '',
          azureService: false,
        },
        address: '192.0.2.10',
        system: createSystem([{ host: null, port: null, address: peer.address, toPort: peer.port }]),
        trust: new TrustStore([], chainCase.roots),
        budget: { stepMs: 5000, signal: new AbortController().signal },
      })
    ).attempt;
    const judged = chainCase.host === undefined && failure === 'tls_name_mismatch' ? null : failure;
    const validity = facts.tls?.validity;
    if (judged === null && validity !== undefined && validity !== 'valid') return `rejected, ${validity}`;
    return judged === null ? 'accepted' : `rejected, ${judged}`;
  });
}

/** A chain that the server's own library refuses is sent without a library, to the end of the certificates. */
async function openChainServer(owner: Owner, { chain, key }: ChainCase): Promise<Peer> {
  try {
    const server = createServer({ cert: chain.join('\n'), key, ciphers: 'DEFAULT:@SECLEVEL=0' });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.on('secureConnection', (socket) => socket.on('error', () => socket.destroy()));
    return await listen(owner, server);
  } catch {
    const der = chain.map(derOf);
    return openPeer(owner, sends(certificateFlight(...der)));
  }
}
