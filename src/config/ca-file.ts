/** Checks `--ca-file` before anything is sent, so that a wrong file does not look like a wrong certificate. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readBounded } from '../common/bounded-file.ts';
import { printable } from '../common/printable.ts';

const LARGEST_FILE = 8 * 1024 * 1024;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const BEGIN_LINE = /^([ \t]*)-----BEGIN ([A-Z0-9 #]{1,40})-----/gm;

type Reading =
  | { readonly ok: true; readonly certificates: readonly X509Certificate[] }
  /** A predicate: "is …", "holds …". */
  | { readonly ok: false; readonly problem: string };

/**
 * @param path absolute
 * @returns the problem as a predicate; null when the file has certificates and all of them can be read
 */
export function caFileProblem(path: string): string | null {
  const reading = readCaFile(path);
  return reading.ok ? null : reading.problem;
}

/**
 * The certificates of a good file that are out of date, each as a predicate.
 * @param now in milliseconds
 */
export function caFileNotes(path: string, now: number): readonly string[] {
  const reading = readCaFile(path);
  if (!reading.ok) return [];
  return reading.certificates.flatMap(({ subject, validFromDate, validToDate }) => {
    const name = `“${printable((subject ?? '').replaceAll('\n', ', '), 120)}”`;
    if (now > validToDate.getTime()) {
      return [`holds ${name}, which ended on ${dayOf(validToDate)}: no chain to it is valid any more`];
    }
    if (now < validFromDate.getTime()) {
      return [`holds ${name}, which begins on ${dayOf(validFromDate)}: no chain to it is valid yet`];
    }
    return [];
  });
}

function readCaFile(path: string): Reading {
  const file = readBounded(path, LARGEST_FILE, 'a file of PEM certificates');
  if (!file.ok) return file;
  const problem = formatProblem(file.bytes, shellWord(path));
  if (problem !== null) return { ok: false, problem };
  return readCertificates(textOf(file.bytes), shellWord(path));
}

/** The text of PEM is ASCII; comments between may have any encoding of bytes. */
function textOf(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
}

/** What a file without PEM text is. */
function formatProblem(bytes: Buffer, file: string): string | null {
  const text = textOf(bytes);
  if (text.trim() === '') return 'is empty; name a file of PEM certificates';
  const encoding = utf16Of(bytes);
  if (encoding !== null) {
    return `is UTF-16 text, as “>” of Windows PowerShell writes it; convert it: iconv -f ${encoding} -t UTF-8 ${file} >${file}.pem`;
  }
  if (bytes[0] === ASN1_SEQUENCE) return derProblem(bytes, file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return `is compressed with gzip; unpack it: gunzip -c ${file} >${file}.pem`;
  }
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text)) {
    return 'is a web page, such as a login page in the place of a download; download the certificate again';
  }
  return null;
}

function utf16Of([first, second]: Buffer): string | null {
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'UTF-16';
  if (second === 0) return 'UTF-16LE';
  return first === 0 ? 'UTF-16BE' : null;
}

/** The first byte of every DER structure here. */
const ASN1_SEQUENCE = 0x30;
/** The object identifier of PKCS #7 signedData (RFC 2315). */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');

function derProblem(bytes: Buffer, file: string): string {
  const content = contentOf(bytes);
  if (isCertificate(bytes)) {
    return `is a certificate in DER; convert it: openssl x509 -inform der -in ${file} -out ${file}.pem`;
  }
  if (content.subarray(0, SIGNED_DATA.length).equals(SIGNED_DATA)) {
    return `is PKCS #7 in DER; convert it: openssl pkcs7 -inform der -in ${file} -print_certs -out ${file}.pem`;
  }
  // A PFX begins with its version, 3 (RFC 7292 section 4).
  if (content.subarray(0, 3).equals(Buffer.from([2, 1, 3]))) {
    return `is PKCS #12 (PFX); take the certificates from it: openssl pkcs12 -in ${file} -nokeys -out ${file}.pem`;
  }
  if (isPrivateKey(bytes)) return PRIVATE_KEY;
  // A request begins with its inner sequence and that with version 0 (RFC 2986 section 4).
  if (
    content[0] === ASN1_SEQUENCE &&
    contentOf(content)
      .subarray(0, 3)
      .equals(Buffer.from([2, 1, 0]))
  ) {
    return REQUEST;
  }
  return 'is a binary file of no known kind; name a file of PEM certificates';
}

/** What is inside the first structure of some DER, without its tag and length. */
function contentOf(bytes: Buffer): Buffer {
  const length = bytes[1] ?? 0;
  return bytes.subarray(length <= 0x80 ? 2 : 2 + (length & 0x7f));
}

const PRIVATE_KEY =
  'is a private key, not a certificate; name the certificate of the authority, and keep the key away from this VM';
const REQUEST =
  'is a certificate request (CSR), not a certificate; name what the authority issued, or its root';

/** Takes every block of PEM, or says which one cannot be taken. */
function readCertificates(text: string, file: string): Reading {
  const begins = [...text.matchAll(BEGIN_LINE)].map(([, indent = '', label = '']) => ({ indent, label }));
  const refuse = (problem: string): Reading => ({ ok: false, problem });
  if (begins.some(({ indent }) => indent !== '')) {
    return refuse(
      `is indented, which PEM does not allow; remove it: sed 's/^[[:blank:]]*//' ${file} >${file}.pem`,
    );
  }
  const pems = text.match(PEM_CERTIFICATE) ?? [];
  const other = begins.find(({ label }) => label !== 'CERTIFICATE');
  if (other !== undefined) return refuse(blockProblem(other.label, pems.length, file));
  if (!isFolded(text) && isCertificate(Buffer.from(text.replace(/-----[A-Z ]+-----|\\n/g, ''), 'base64'))) {
    return refuse(
      `is the base64 of a certificate without the lines of PEM; make them: sed 's/-----[A-Z ]*-----//g; s/\\\\n//g' ${file} | base64 -di | openssl x509 -inform der -out ${file}.pem`,
    );
  }
  if (begins.length !== pems.length) {
    return refuse(
      `has ${begins.length} BEGIN lines and ${pems.length} complete certificates: one lacks its END line or is damaged; export it again`,
    );
  }
  if (pems.length === 0) {
    return refuse(
      'holds no PEM certificate ("-----BEGIN CERTIFICATE-----"); export the root of your authority as “Base-64 encoded X.509”',
    );
  }
  const certificates: X509Certificate[] = [];
  for (const [index, pem] of pems.entries()) {
    try {
      certificates.push(new X509Certificate(pem));
    } catch {
      return refuse(
        `holds a PEM block that is not a certificate (number ${index + 1} of ${pems.length}); export it again`,
      );
    }
  }
  return { ok: true, certificates };
}

/** Whether a first line of PEM stands alone. */
function isFolded(text: string): boolean {
  return /^-----BEGIN CERTIFICATE-----[ \t\r]*\n/m.test(text);
}

/** A block of PEM that holds something else, alone or beside certificates. */
function blockProblem(label: string, certificates: number, file: string): string {
  if (certificates > 0) {
    return `holds a block “${label}” beside ${certificates} certificate${certificates === 1 ? '' : 's'}, which would not be used; leave only BEGIN CERTIFICATE blocks in it`;
  }
  if (/PRIVATE KEY$|^EC PARAMETERS$/.test(label)) return PRIVATE_KEY;
  if (label.endsWith('CERTIFICATE REQUEST')) return REQUEST;
  if (label.startsWith('PKCS')) {
    return `is PKCS #7 in PEM; convert it: openssl pkcs7 -in ${file} -print_certs -out ${file}.pem`;
  }
  if (/^(?:TRUSTED|X509) CERTIFICATE$/.test(label)) {
    return `holds “${label}”, a form of OpenSSL’s own; convert it: openssl x509 -in ${file} -out ${file}.pem`;
  }
  return `holds “${label}”, not a certificate; name a file of PEM certificates`;
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).subject !== null;
  } catch {
    return false;
  }
}

function isPrivateKey(bytes: Buffer): boolean {
  return (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) => {
    try {
      return createPrivateKey({ key: bytes, format: 'der', type }).type === 'private';
    } catch {
      return false;
    }
  });
}

/** The path where a shell takes it as it is, else a placeholder. */
function shellWord(path: string): string {
  return /^[A-Za-z0-9/][A-Za-z0-9_./-]*$/.test(path) ? path : 'FILE';
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
