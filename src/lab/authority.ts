import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A leaf as a TLS server wants it: the chain without the root, and its key. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A root and the issuing CA under it, made when the lab starts; no other machine trusts them. */
export interface Authority {
  readonly rootPem: string;
  /** The issuing CA's own certificate and an empty list of revocations, DER. */
  readonly issuerDer: Uint8Array;
  readonly revocationsDer: Uint8Array;
  issue(names: readonly [string, ...string[]]): Promise<Identity>;
}

interface Party {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Distinguished names of the two certificates, as RFC 4514 strings. */
export interface AuthorityNames {
  readonly root: string;
  readonly issuer: string;
}

/** Makes a CA; every key is ECDSA P-256, valid from yesterday for 90 days. */
export async function createAuthority(names: AuthorityNames): Promise<Authority> {
  const root = await createRoot(names.root);
  const issuer = await createIssuer(names.issuer, root);
  const leafKeys = await newKeys();
  const key = pem(leafKeys.privateKey);
  return {
    rootPem: root.certificate.toString('pem'),
    issuerDer: new Uint8Array(issuer.certificate.rawData),
    revocationsDer: await emptyRevocationList(issuer),
    async issue(hosts) {
      const leaf = await createLeaf(hosts, leafKeys.publicKey, issuer);
      return { key, cert: `${leaf.toString('pem')}\n${issuer.certificate.toString('pem')}\n` };
    },
  };
}

async function createRoot(name: string): Promise<Party> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [await keyId(keys), ...caExtensions(1)],
  });
  return { certificate, keys };
}

async function createIssuer(subject: string, root: Party): Promise<Party> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    subject,
    issuer: root.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    signingAlgorithm: SIGNATURE,
    extensions: [await keyId(keys), await issuedBy(root), ...caExtensions(0)],
  });
  return { certificate, keys };
}

async function createLeaf(
  hosts: readonly [string, ...string[]],
  publicKey: webcrypto.CryptoKey,
  issuer: Party,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    ...validity(),
    subject: [
      { C: ['US'] },
      { ST: ['WA'] },
      { L: ['Redmond'] },
      { O: ['Microsoft Corporation'] },
      { CN: [hosts[0]] },
    ],
    issuer: issuer.certificate.subject,
    publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value }))),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await issuedBy(issuer),
    ],
  });
}

async function emptyRevocationList(issuer: Party): Promise<Uint8Array> {
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.certificate.subject,
    thisUpdate: new Date(Date.now() - DAY_MS),
    nextUpdate: new Date(Date.now() + 7 * DAY_MS),
    signingAlgorithm: SIGNATURE,
    signingKey: issuer.keys.privateKey,
  });
  return new Uint8Array(list.rawData);
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 89 * DAY_MS) };
}

function caExtensions(pathLength: number): x509.Extension[] {
  const usage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(usage, true),
  ];
}

function keyId(keys: webcrypto.CryptoKeyPair): Promise<x509.Extension> {
  return x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
}

function issuedBy(issuer: Party): Promise<x509.Extension> {
  return x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey);
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
}

function pem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}
