/** Certificates as evidence. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../facts.ts';
import { printable } from '../printable.ts';

const MOST_CERTIFICATES = 10;
const MOST_NAMES = 50;

/** The peer's chain, leaf first, as presented and then completed from the roots; empty without a certificate. */
export function peerChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current = socket.getPeerX509Certificate();
  while (current !== undefined && chain.length < MOST_CERTIFICATES) {
    chain.push(current);
    const issuer: X509Certificate | undefined = current.issuerCertificate;
    current = issuer?.fingerprint256 === current.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

/** One certificate as data, with every string bounded and printable. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const issuerOrganization = organization(certificate.issuer);
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    issuerOrganization: issuerOrganization === null ? null : printable(issuerOrganization, 128),
    names: subjectAltNames(certificate.subjectAltName),
    serialNumber: certificate.serialNumber.slice(0, 64),
    validFrom: instant(certificate.validFromDate),
    validTo: instant(certificate.validToDate),
    fingerprint256: certificate.fingerprint256,
  };
}

/** Whether the certificate holds this host name (RFC 6125; subjectAltName only) or address. */
export function holdsName(certificate: X509Certificate, host: string): boolean {
  if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined;
  return certificate.checkHost(host, { subject: 'never' }) !== undefined;
}

/** The O of a distinguished name in Node's form, one attribute a line. */
export function organization(name: string): string | null {
  const line = name.split('\n').find((attribute) => attribute.startsWith('O='));
  return line === undefined ? null : line.slice(2);
}

function distinguishedName(name: string): string {
  return printable((name ?? '').split('\n').join(', '), 512);
}

/** Node joins the entries by ", " and quotes an entry that holds a comma of its own. */
function subjectAltNames(names: string | undefined): string[] {
  const entries = (names ?? '').match(/[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return entries.slice(0, MOST_NAMES).map((entry) => printable(entry.trim().replace(/^DNS:/, ''), 256));
}

function instant(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
