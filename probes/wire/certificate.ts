/** Certificates as evidence. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../facts.ts';
import { printable } from '../printable.ts';
import { fromLibrary } from './failure.ts';

const MOST_CERTIFICATES = 10;
const MOST_NAMES = 50;

/**
 * What the peer presented, leaf first and in its order, which need not be that of issuers; empty without a
 * certificate. Cut at 10, so that a hostile chain cannot keep this machine busy with signatures.
 */
export function peerChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current = fromLibrary('tls', () => socket.getPeerX509Certificate());
  while (current !== undefined && chain.length < MOST_CERTIFICATES) {
    const certificate = current;
    chain.push(certificate);
    current = fromLibrary('tls', () => certificate.issuerCertificate);
  }
  return chain;
}

/** One certificate as data, with every string bounded and printable. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const { subject, issuer, subjectAltName, serialNumber, validFromDate, validToDate, fingerprint256 } =
    fromLibrary('tls', () => fields(certificate));
  const issuerOrganization = organization(issuer);
  return {
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    issuerOrganization: issuerOrganization === null ? null : printable(issuerOrganization, 128),
    names: subjectAltNames(subjectAltName),
    serialNumber: serialNumber.slice(0, 64),
    validFrom: instant(validFromDate),
    validTo: instant(validToDate),
    fingerprint256,
  };
}

/** Each is a getter that reads the peer's bytes when it is first asked. */
function fields(certificate: X509Certificate) {
  const { subject, issuer, subjectAltName, serialNumber, validFromDate, validToDate, fingerprint256 } =
    certificate;
  return { subject, issuer, subjectAltName, serialNumber, validFromDate, validToDate, fingerprint256 };
}

/** Whether the certificate holds this host name (RFC 9525: subjectAltName only, whole labels) or address. */
export function holdsName(certificate: X509Certificate, host: string): boolean {
  return fromLibrary('tls', () =>
    isIP(host) === 0
      ? certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined
      : certificate.checkIP(host) !== undefined,
  );
}

/** In Node's form, one attribute a line; the types do not say that an empty name is undefined. */
type DistinguishedName = string | undefined;

/** The O of a distinguished name, without the backslashes that RFC 4514 section 2.4 puts before punctuation. */
export function organization(name: DistinguishedName): string | null {
  const line = name?.split('\n').find((attribute) => attribute.startsWith('O='));
  return line === undefined ? null : line.slice(2).replace(/\\([,+"\\<>;# ])/g, '$1');
}

function distinguishedName(name: DistinguishedName): string {
  return printable((name ?? '').replaceAll('\n', ', '), 512);
}

/** Node joins the entries by ", " and writes one with a comma or a quote of its own as a JSON string. */
function subjectAltNames(names: string | undefined): string[] {
  const entries = (names ?? '').match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  return entries.slice(0, MOST_NAMES).map((entry) => printable(entry.trim().replace(/^DNS:/, ''), 256));
}

function instant(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
