/** Creates valid and invalid certificates, so that no test depends on a date or a file. */
import { isIP } from 'node:net';
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ELLIPTIC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A key and its certificate: of a root, an intermediate or a server. */
export interface Party {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

export interface Request {
  /** RFC 4514, for instance `CN=Some CA, O=Some Org`. */
  readonly subject: string;
  /** The issuer; without one the certificate is self-signed. */
  readonly issuer?: Party;
  /** Of basicConstraints; null leaves that out. */
  readonly ca?: boolean | null;
  readonly pathLength?: number;
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
  /** The algorithm of the key and of signatures by it. */
  readonly algorithm?: typeof ELLIPTIC | { name: 'RSASSA-PKCS1-v1_5'; modulusLength: number; hash: string };
  /** An existing key, for a cross-signed certificate. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly extensions?: readonly x509.Extension[];
  /** Of the issuer's signature; SHA-256 by default. */
  readonly digest?: 'SHA-1' | 'SHA-256';
}

/** One certificate, by default valid from yesterday for a month. */
export async function certify(request: Request): Promise<Party> {
  const keys = request.keys ?? (await newKeys(request.algorithm ?? ELLIPTIC));
  const signer = request.issuer?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: request.subject,
    issuer: request.issuer?.certificate.subjectName ?? new x509.Name(request.subject),
    notBefore: new Date(Date.now() + (request.from ?? -1) * DAY_MS),
    notAfter: new Date(Date.now() + (request.until ?? 30) * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: { ...signer.privateKey.algorithm, hash: request.digest ?? 'SHA-256' },
    extensions: [
      ...(request.ca === null
        ? []
        : [new x509.BasicConstraintsExtension(request.ca ?? false, request.pathLength, true)]),
      ...(request.extensions ?? []),
    ],
  });
  return { certificate, keys, pem: certificate.toString('pem') };
}

/** A CA: self-signed without an issuer. */
export function authority(subject: string, request: Omit<Request, 'subject'> = {}): Promise<Party> {
  return certify({ subject, ca: true, ...request });
}

/** A server's certificate for these DNS names, or addresses. */
export function server(
  issuer: Party,
  names: readonly string[],
  request: Partial<Omit<Request, 'issuer'>> = {},
): Promise<Party> {
  return certify({
    subject: `CN=${names[0]}`,
    issuer,
    ...request,
    extensions: [
      alternativeNames(names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
      ...(request.extensions ?? []),
    ],
  });
}

export function alternativeNames(names: x509.JsonGeneralNames): x509.Extension {
  return new x509.SubjectAlternativeNameExtension(names);
}

/** For clients only. */
export function forClients(): x509.Extension {
  return new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]);
}

/** The options of a TLS server: its certificate, further certificates, and its key. */
export function identity(leaf: Party, ...alongside: readonly Party[]): { cert: string; key: string } {
  const key = KeyObject.from(leaf.keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: [leaf, ...alongside].map(({ pem }) => pem).join('\n'), key };
}

async function newKeys(algorithm: NonNullable<Request['algorithm']>): Promise<webcrypto.CryptoKeyPair> {
  const exponent = { publicExponent: new Uint8Array([1, 0, 1]) };
  return (await webcrypto.subtle.generateKey({ ...algorithm, ...exponent }, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
}

/** The bytes in one block of PEM. */
export function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}
