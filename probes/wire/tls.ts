/** The TLS step: a handshake that never refuses a certificate, so that a bad one becomes evidence. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsFacts } from '../facts.ts';
import { ProbeError } from '../failures.ts';
import { certificateFacts, holdsName, peerChain } from './certificate.ts';
import { toPeerError } from './failure.ts';
import type { Session } from './session.ts';
import { TlsCarrier } from './tls-carrier.ts';
import { hasAzureIssuer, isRejected } from './trust.ts';

/**
 * Bytes of a handshake whose certificates are looked at although they do not verify. The runtime copies all of them at
 * once, and 300 small ones take 1.3 MB; real servers stay below 10 KiB.
 */
const LARGEST_UNTRUSTED = 16_384;

export interface HandshakeOptions {
  /** Sent in SNI; null sends none. */
  readonly serverName: string | null;
  readonly alpn?: readonly string[];
  /** The trust store's own unless a protocol needs another one of its. */
  readonly secureContext?: SecureContext;
}

/**
 * TLS over a connected socket, or over whatever carries it, with the target's own name, and the certificate judged.
 * @throws ProbeError tls_*, after the evidence is in the session's facts
 */
export async function secure(
  session: Session,
  socket: Duplex,
  alpn?: readonly string[],
  secureContext: SecureContext = session.trust.context,
): Promise<TLSSocket> {
  const { host, azureIssuer } = session.target;
  const serverName = isIP(host) === 0 ? host : null;
  const secured = await session.step('tls', 'tls', async () => {
    const established = await handshake(session, socket, {
      serverName,
      secureContext,
      ...(alpn && { alpn }),
    });
    const isLarge = isLargeAndRejected(session, established);
    const chain = isLarge ? [] : peerChain(established);
    const facts = tlsFacts(session, established, chain, { host, serverName });
    session.facts.tls = facts;
    if (isLarge) {
      throw new ProbeError(
        'tls_untrusted',
        `the chain does not verify: ${facts.trustError}; it is too large to look at (${session.bytesReceived} bytes)`,
      );
    }
    requireValidCertificate(facts, {
      host,
      acceptableIssuer: !azureIssuer || (chain[0] !== undefined && hasAzureIssuer(chain[0])),
      now: session.system.now(),
    });
    return established;
  });
  session.facts.proof = 'certificate';
  return secured;
}

/**
 * The bare handshake, for whoever wants no judgement: the control with another name.
 * @throws ProbeError tls_*
 */
export function handshake(session: Session, socket: Duplex, options: HandshakeOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const carrier = session.own(new TlsCarrier(socket));
    const secured = connect({
      socket: carrier,
      secureContext: options.secureContext ?? session.trust.context,
      rejectUnauthorized: false,
      // Names are judged here, apart from trust: the runtime would let a wrong one hide a good chain.
      checkServerIdentity: () => undefined,
      ...(options.serverName !== null && { servername: options.serverName }),
      ...(options.alpn && { ALPNProtocols: [...options.alpn] }),
    });
    session.own(secured);
    secured.once('secureConnect', () => {
      carrier.established();
      resolve(secured);
    });
    secured.once('error', (error) => reject(toPeerError(error, 'tls')));
    // What carries TLS may know better why it ended.
    socket.once('error', (error) => reject(toPeerError(error, 'tls')));
    secured.once('close', () => reject(new ProbeError('tls_closed', 'closed during the TLS handshake')));
  });
}

/** Whether the certificates lead nowhere and are too many, or too large, to be evidence. */
function isLargeAndRejected({ bytesReceived }: Session, socket: TLSSocket): boolean {
  return isRejected(verifierErrorOf(socket)) && (bytesReceived ?? 0) > LARGEST_UNTRUSTED;
}

/** OpenSSL's word for what is wrong with the chain: the types say Error. */
function verifierErrorOf(socket: TLSSocket): string | null {
  return socket.authorized ? null : String(socket.authorizationError);
}

function tlsFacts(
  session: Session,
  socket: TLSSocket,
  chain: readonly X509Certificate[],
  names: { host: string; serverName: string | null },
): TlsFacts {
  const leaf = chain[0];
  const verifierError = verifierErrorOf(socket);
  return {
    serverName: names.serverName,
    version: socket.getProtocol(),
    cipher: socket.getCipher()?.standardName ?? null,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    trust: session.trust.anchor(chain, verifierError),
    trustError: verifierError,
    nameMatches: leaf !== undefined && holdsName(leaf, names.host),
    validity: validity(verifierError),
    chain: chain.map(certificateFacts),
  };
}

/** Whom to blame first: a chain from nowhere says more than a wrong name, and a wrong name more than a date. */
function requireValidCertificate(
  facts: TlsFacts,
  expected: { host: string; acceptableIssuer: boolean; now: number },
): void {
  const leaf = facts.chain[0];
  if (leaf === undefined) throw new ProbeError('tls_untrusted', 'the server showed no certificate');
  if (facts.trust === 'none') {
    const why = facts.validity === 'valid' ? facts.trustError : 'it leads to no trusted root';
    throw new ProbeError('tls_untrusted', `the chain does not verify: ${why}; issued by ${leaf.issuer}`);
  }
  if (facts.trust === 'extra' && !expected.acceptableIssuer) {
    throw new ProbeError('tls_untrusted', `not issued for Azure; issued by ${leaf.issuer}`);
  }
  if (!facts.nameMatches) {
    throw new ProbeError(
      'tls_name_mismatch',
      `${expected.host} is not among ${leaf.names.slice(0, 5).join(', ') || 'its (no) names'}`,
    );
  }
  if (facts.validity === 'expired') throw new ProbeError('tls_expired', whenValid(facts, expected.now));
  if (facts.validity === 'not-yet-valid') {
    throw new ProbeError('tls_not_yet_valid', whenValid(facts, expected.now));
  }
}

/**
 * By OpenSSL's word, which is about the path that it took to a root: a server may well send along a certificate
 * that has expired and that nobody needs. A date is the last thing that it looks at, so its word for one wins.
 */
function validity(verifierError: string | null): TlsFacts['validity'] {
  if (verifierError === 'CERT_HAS_EXPIRED') return 'expired';
  return verifierError === 'CERT_NOT_YET_VALID' ? 'not-yet-valid' : 'valid';
}

/** The first certificate that is out of date, in words; a root is not among those that a server sends. */
function whenValid({ chain }: TlsFacts, now: number): string {
  const culprit = chain.find(
    ({ validFrom, validTo }) => now < Date.parse(validFrom ?? '') || now > Date.parse(validTo ?? ''),
  );
  return culprit === undefined
    ? 'a root that the server did not send is out of date'
    : `${culprit.subject} is valid from ${culprit.validFrom} until ${culprit.validTo}`;
}
