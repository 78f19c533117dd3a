/** Certificates as evidence. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificateFacts, TlsFacts } from '../facts.ts';
import { printable } from '../printable.ts';
import { fromLibrary } from './failure.ts';

/** Certificates of a chain that are read, and that are stored. */
const MOST_READ = 40;
const MOST_STORED = 10;
const MOST_NAMES = 50;
/** Bytes of a chain; a chain of Azure has 5 KiB. */
const MOST_DER = 32 * 1024;
const MOST_URLS = 4;

/**
 * The certificates that the peer presented: leaf first, in the peer's order. Empty without a certificate. At most
 * 40, because each takes memory; the search for a root bounds its own work.
 */
export function peerChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current = readCertificate(() => socket.getPeerX509Certificate());
  while (current !== undefined && chain.length < MOST_READ) {
    const certificate = current;
    chain.push(certificate);
    current = readCertificate(() => certificate.issuerCertificate);
  }
  return chain;
}

/**
 * The first ten certificates as data, in the same order.
 * @param verified whether the chain verified as sent. If not, the DER is stored, at most 32 KiB for a chain (a
 *   certificate that does not fit has null), and where the issuers can be fetched
 */
export function chainFacts(chain: readonly X509Certificate[], verified: boolean): CertificateFacts[] {
  let bytesLeft = verified ? 0 : MOST_DER;
  return chain.slice(0, MOST_STORED).map((certificate) => {
    const fits = certificate.raw.length <= bytesLeft;
    if (fits) bytesLeft -= certificate.raw.length;
    const facts = certificateFacts(certificate, fits);
    return verified ? facts : { ...facts, caIssuers: caIssuers(certificate) };
  });
}

/** One certificate as data, with every string bounded and printable. */
export function certificateFacts(certificate: X509Certificate, withDer = false): CertificateFacts {
  const { subject, issuer, subjectAltName, serialNumber, validFromDate, validToDate, fingerprint256 } =
    readCertificate(() => readFields(certificate));
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
    der: withDer ? certificate.raw.toString('base64') : null,
  };
}

/** The subject, in the form of the facts. */
export function subjectOf(certificate: X509Certificate): string {
  return distinguishedName(readCertificate(() => certificate.subject));
}

/** The subject and dates of a root, in the form of the certificates. */
export function rootFacts(certificate: X509Certificate): NonNullable<TlsFacts['root']> {
  const { subject, validFrom, validTo } = certificateFacts(certificate);
  return { subject, validFrom, validTo };
}

/** Reads all fields at once, because each getter parses the peer's bytes on first use. */
function readFields(certificate: X509Certificate) {
  const { subject, issuer, subjectAltName, serialNumber, validFromDate, validToDate, fingerprint256 } =
    certificate;
  return { subject, issuer, subjectAltName, serialNumber, validFromDate, validToDate, fingerprint256 };
}

/** Whether the certificate holds this host name (RFC 9525: subjectAltName only, whole labels) or address. */
export function holdsName(certificate: X509Certificate, host: string): boolean {
  return readCertificate(() =>
    isIP(host) === 0
      ? certificate.checkHost(host, { subject: 'never', partialWildcards: false }) !== undefined
      : certificate.checkIP(host) !== undefined,
  );
}

/** Node's form: one attribute per line. An empty name is undefined, although the types do not say so. */
type DistinguishedName = string | undefined;

/** The O of a distinguished name, without the backslashes that RFC 4514 section 2.4 puts before punctuation. */
export function organization(name: DistinguishedName): string | null {
  const line = name?.split('\n').find((attribute) => attribute.startsWith('O='));
  return line === undefined ? null : line.slice(2).replace(/\\([,+"\\<>;# ])/g, '$1');
}

function distinguishedName(name: DistinguishedName): string {
  return printable((name ?? '').replaceAll('\n', ', '), 512);
}

/** Node joins the entries with ", " and writes an entry that contains a comma or a quote as a JSON string. */
function subjectAltNames(names: string | undefined): string[] {
  const entries = (names ?? '').match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  return entries.slice(0, MOST_NAMES).map((entry) => printable(entry.trim().replace(/^DNS:/, ''), 256));
}

/** Node writes one access description per line: "CA Issuers - URI:http://…" (RFC 5280 section 4.2.2.1). */
function caIssuers(certificate: X509Certificate): string[] {
  // The types do not say that it is undefined without the extension.
  const access = readCertificate(() => certificate.infoAccess as string | undefined);
  const urls = (access ?? '').match(/^CA Issuers - URI:.*$/gm) ?? [];
  return urls.slice(0, MOST_URLS).map((line) => printable(line.slice('CA Issuers - URI:'.length), 256));
}

/** Calls OpenSSL on a peer's certificate, and attributes its errors to the certificate. */
function readCertificate<T>(call: () => T): T {
  return fromLibrary('tls', call, 'tls_bad_certificate');
}

function instant(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
