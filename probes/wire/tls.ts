/** The TLS step: the handshake accepts every certificate, so that an invalid one becomes evidence. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { CertificateFacts, TlsFacts } from '../facts.ts';
import { ProbeError } from '../failures.ts';
import { chainFacts, holdsName, peerChain, rootFacts, subjectOf } from './certificate.ts';
import { toPeerError } from './failure.ts';
import type { Session } from './session.ts';
import { TlsCarrier } from './tls-carrier.ts';
import { isRejected, type Verification } from './trust.ts';

/**
 * Bytes of a handshake up to which an unverified chain is read. The runtime copies all certificates at once, and 300
 * small ones take 1.3 MB; real servers stay below 10 KiB.
 */
const LARGEST_UNTRUSTED = 20_480;

/** A path has few; each has a subject that the peer chose. */
const MOST_PROBLEMS = 10;

export interface HandshakeOptions {
  /** Sent in SNI; null sends none. */
  readonly serverName: string | null;
  readonly alpn?: readonly string[];
  /** Default: the trust store's context for all TLS versions. */
  readonly secureContext?: SecureContext;
  /** Sends the handshake in segments of at most this many bytes. */
  readonly segmentBytes?: number;
}

/**
 * Starts TLS over a connected socket or stream, with the target's name. The certificate must verify, contain the name
 * and be valid now. The diagnosis decides whether its issuer is expected.
 * @throws ProbeError tls_*, after the evidence is recorded in the session's facts
 */
export async function secure(
  session: Session,
  socket: Duplex,
  alpn?: readonly string[],
  secureContext: SecureContext = session.trust.context,
): Promise<TLSSocket> {
  const { host } = session.target;
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
    requireValidCertificate(facts, session);
    return established;
  });
  session.facts.proof = 'certificate';
  return secured;
}

/**
 * Performs the handshake without checking the certificate; the control with another name uses it directly.
 * @throws ProbeError tls_*
 */
export function handshake(session: Session, socket: Duplex, options: HandshakeOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const carrier = session.own(new TlsCarrier(socket, options.segmentBytes));
    const secured = connect({
      socket: carrier,
      secureContext: options.secureContext ?? session.trust.context,
      rejectUnauthorized: false,
      // The name is checked separately: in the runtime a wrong name hides whether the chain verifies.
      checkServerIdentity: () => undefined,
      ...(options.serverName !== null && { servername: options.serverName }),
      ...(options.alpn && { ALPNProtocols: [...options.alpn] }),
    });
    session.own(secured);
    secured.once('secureConnect', () => {
      carrier.liftLimit();
      resolve(secured);
    });
    secured.once('error', (error) => {
      const alert = receivedAlert(error);
      if (alert !== null) session.facts.tlsAlert = alert;
      reject(toPeerError(error, 'tls'));
    });
    // The carrier's error may be more precise.
    socket.once('error', (error) => reject(toPeerError(error, 'tls')));
    secured.once('close', () => reject(new ProbeError('tls_closed', 'closed during the TLS handshake')));
  });
}

/** The number of the peer's fatal alert, which OpenSSL names only in its text; null for any other error. */
function receivedAlert({ message }: Error): number | null {
  const number = /SSL alert number (\d{1,3})/.exec(message)?.[1];
  return number === undefined ? null : Number(number);
}

/** Whether the chain does not verify and is too large to be evidence. */
function isLargeAndRejected({ bytesReceived }: Session, socket: TLSSocket): boolean {
  return isRejected(verifierErrorOf(socket)) && (bytesReceived ?? 0) > LARGEST_UNTRUSTED;
}

/** OpenSSL's error code for the chain; the types wrongly say Error. */
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
  const verification = session.trust.verify(chain, verifierError, session.system.now());
  const { anchor, validity, asSent, completedWith } = verification;
  return {
    serverName: names.serverName,
    version: socket.getProtocol(),
    cipher: socket.getCipher()?.standardName ?? null,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    trust: anchor,
    trustError: verifierError,
    nameMatches: leaf !== undefined && holdsName(leaf, names.host),
    validity,
    chain: chainFacts(chain, anchor !== 'none' && completedWith.length === 0),
    ...(!asSent && completionFacts(verification)),
  };
}

/** What was found out about a chain that does not verify to a public root as sent. */
function completionFacts({
  azureKey,
  completedWith,
  root,
  problems,
}: Verification): Pick<TlsFacts, 'azureKey' | 'completedWith' | 'root' | 'chainProblems'> {
  return {
    azureKey: azureKey === null ? null : subjectOf(azureKey),
    ...(completedWith.length > 0 && { completedWith: completedWith.map(subjectOf) }),
    ...(root !== null && { root: rootFacts(root) }),
    ...(problems.length > 0 && { chainProblems: problems.slice(0, MOST_PROBLEMS) }),
  };
}

/**
 * Reports the most important problem first: trust, then name, then dates. A known key of Azure proves a chain that does
 * not verify: only its issuers are at fault.
 */
function requireValidCertificate(facts: TlsFacts, session: Session): void {
  const { host, azureService } = session.target;
  const now = session.system.now();
  const leaf = facts.chain[0];
  if (leaf === undefined) throw new ProbeError('tls_bad_certificate', 'the server sent no certificate');
  const isProved = (facts.azureKey ?? null) !== null;
  if (facts.trust === 'none' && !isProved) {
    throw new ProbeError(
      'tls_untrusted',
      `the chain does not verify: ${whyUntrusted(facts)}; issued by ${leaf.issuer}`,
    );
  }
  if (!facts.nameMatches) {
    throw new ProbeError(
      'tls_name_mismatch',
      `${host} is not among ${leaf.names.slice(0, 5).join(', ') || 'its (no) names'}`,
    );
  }
  if (facts.validity === 'valid') return;
  // Clients that fetch issuers, such as Windows, do not need the outdated CA that an Azure service sends.
  const mayHaveOldIssuers = isProved || (azureService && facts.trust === 'public');
  if (mayHaveOldIssuers && isValidAt(leaf, now)) return;
  throw new ProbeError(
    facts.validity === 'expired' ? 'tls_expired' : 'tls_not_yet_valid',
    whenValid(facts, now),
  );
}

/** The first problem of a path to a root, else OpenSSL's code if that tells anything about the root. */
function whyUntrusted({ root, chainProblems: [first] = [], validity, trustError }: TlsFacts): string {
  const code = trustError === null || trustError === 'UNSPECIFIED' ? '' : ` (${trustError})`;
  if (root !== undefined && first !== undefined) {
    const detail = first.detail === null ? '' : ` ${first.detail}`;
    return `${first.kind}${detail} at ${first.subject}${code}`;
  }
  return validity === 'valid' && trustError !== null && code !== ''
    ? trustError
    : 'it leads to no trusted root';
}

/** Describes the first certificate that is not valid now. */
function whenValid({ chain, root, trust }: TlsFacts, now: number): string {
  const culprit = chain.find((certificate) => !isValidAt(certificate, now));
  if (culprit !== undefined) return validityText(culprit.subject, culprit);
  if (root === undefined || isValidAt(root, now)) return 'a root that the server did not send is out of date';
  const place = trust === 'extra' ? 'root of --ca-file' : 'root';
  return validityText(`${root.subject}, the ${place},`, root);
}

type Dates = Pick<CertificateFacts, 'validFrom' | 'validTo'>;

function validityText(subject: string, { validFrom, validTo }: Dates): string {
  return `${subject} is valid from ${validFrom} until ${validTo}`;
}

function isValidAt({ validFrom, validTo }: Dates, now: number): boolean {
  return !(now < Date.parse(validFrom ?? '') || now > Date.parse(validTo ?? ''));
}
