/** What path validation needs of a certificate (RFC 5280) and the runtime does not show. */

import type { X509Certificate } from 'node:crypto';
import { type Element, readContent, readElements, readOid, TAGS, visitElements } from './der.ts';
import { canonicalName } from './distinguished-name.ts';

/** An entry of a subjectAltName, or the base of a subtree, with a tag of GeneralName. */
export type GeneralName = Pick<Element, 'tag' | 'content'>;

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

export interface CertificateFields {
  /** Canonical, so that it can be compared with an issuer; empty for an empty name. */
  readonly subject: string;
  readonly issuer: string;
  /** SubjectPublicKeyInfo, for comparison. */
  readonly key: string;
  /** Null without basicConstraints, as in version 1. */
  readonly isCa: boolean | null;
  /** CAs that may follow below this one; null for any number. */
  readonly pathLength: number | null;
  /** Whether keyUsage, if it is present, allows to sign certificates. */
  readonly maySignCertificates: boolean;
  /** OIDs of extendedKeyUsage; null without it. */
  readonly purposes: readonly string[] | null;
  readonly constraints: NameConstraints | null;
  /** The subject, unless it is empty, and the subjectAltName; read when asked for, because there may be thousands. */
  readonly readNames: () => readonly GeneralName[];
  /** OIDs of critical extensions that are not processed here. */
  readonly unknownCritical: readonly string[];
  /** OID of an extension that is malformed or occurs twice. */
  readonly malformed: string | null;
}

/** A certificate and what was read from it. */
export interface Parsed {
  readonly certificate: X509Certificate;
  readonly fields: CertificateFields;
}

const OIDS = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Those above, and those of revocation lists and policies, by which neither Go nor OpenSSL refuses a server. */
const PROCESSED: ReadonlySet<string> = new Set([
  ...Object.values(OIDS),
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.36',
  '2.5.29.54',
]);

/** Never critical (section 4.2.2.1), so not among those. */
const AUTHORITY_INFO_ACCESS = '1.3.6.1.5.5.7.1.1';

const DIRECTORY_NAME = 0xa4;
const EMPTY = Buffer.alloc(0);

/** Null if it is malformed outside its extensions; such a certificate is on no path. */
export function parseCertificate(certificate: X509Certificate): Parsed | null {
  try {
    return { certificate, fields: readCertificateFields(certificate.raw) };
  } catch {
    return null;
  }
}

/**
 * @param der a whole certificate
 * @throws RangeError if it is malformed outside its extensions
 */
export function readCertificateFields(der: Buffer): CertificateFields {
  const { issuer, subject, name, key, extensions } = readTbs(der);
  const seen = readExtensions(extensions);
  let malformed = seen.repeated;
  const read = <T>(oid: string, parse: (value: Buffer) => T, absent: T): T => {
    const value = seen.values.get(oid);
    if (value === undefined) return absent;
    try {
      return parse(value);
    } catch {
      malformed ??= oid;
      return absent;
    }
  };
  const basic = read(OIDS.basicConstraints, readBasicConstraints, { isCa: null, pathLength: null });
  read(AUTHORITY_INFO_ACCESS, checkedSequenceIn, null);
  const alternatives = read(OIDS.subjectAltName, checkedSequenceIn, EMPTY);
  return {
    subject,
    issuer,
    key,
    ...basic,
    maySignCertificates: read(OIDS.keyUsage, readKeyCertSign, true),
    purposes: read(OIDS.extendedKeyUsage, readPurposes, null),
    constraints: read(OIDS.nameConstraints, readNameConstraints, null),
    readNames: () => [
      ...(subject === '' ? [] : [{ tag: DIRECTORY_NAME, content: name.encoded }]),
      ...readElements(alternatives),
    ],
    unknownCritical: seen.critical.filter((oid) => !PROCESSED.has(oid)),
    malformed,
  };
}

/** The subject alone, in the form of the fields. */
export function readSubject(der: Buffer): string {
  return readTbs(der).subject;
}

function readTbs(der: Buffer) {
  const [certificate] = readElements(der);
  const [tbs] = readElements(readContent(certificate, TAGS.sequence));
  const parts = readElements(readContent(tbs, TAGS.sequence));
  // The version is absent in version 1.
  const isVersion1 = parts[0]?.tag !== 0xa0;
  const first = isVersion1 ? 0 : 1;
  const issuer = readContent(parts[first + 2], TAGS.sequence);
  const name = parts[first + 4];
  if (name === undefined) throw new RangeError('no subject');
  const wrapped = parts.find(({ tag }, index) => index > first + 4 && tag === 0xa3);
  return {
    issuer: canonicalName(issuer).join('\n'),
    subject: canonicalName(readContent(name, TAGS.sequence)).join('\n'),
    name,
    key: readContent(parts[first + 5], TAGS.sequence).toString('latin1'),
    extensions: wrapped === undefined ? null : sequenceIn(wrapped.content),
  };
}

function readExtensions(extensions: Buffer | null) {
  const values = new Map<string, Buffer>();
  const critical: string[] = [];
  let repeated: string | null = null;
  for (const extension of extensions === null ? [] : readElements(extensions)) {
    const [type, ...others] = readElements(readContent(extension, TAGS.sequence));
    const oid = readOid(readContent(type, TAGS.oid));
    const isCritical = others[0]?.tag === TAGS.boolean && others[0].content[0] !== 0;
    if (isCritical) critical.push(oid);
    if (values.has(oid)) repeated ??= oid;
    values.set(oid, others.at(-1)?.content ?? EMPTY);
  }
  return { values, critical, repeated };
}

function readBasicConstraints(value: Buffer): Pick<CertificateFields, 'isCa' | 'pathLength'> {
  const parts = readElements(sequenceIn(value));
  const isCa = parts[0]?.tag === TAGS.boolean && parts[0].content[0] !== 0;
  const length = parts.find(({ tag }) => tag === TAGS.integer)?.content;
  return { isCa, pathLength: length === undefined ? null : readNumber(length) };
}

function readNumber(content: Buffer): number {
  if (content.length === 0 || (content[0] ?? 0) >= 0x80) throw new RangeError('not a positive number');
  return content.reduce((number, byte) => number * 256 + byte, 0);
}

/** Bit 5 of keyUsage (section 4.2.1.3); the first byte counts unused bits. */
function readKeyCertSign(value: Buffer): boolean {
  const [bits] = readElements(value);
  return ((readContent(bits, TAGS.bits)[1] ?? 0) & 0x04) !== 0;
}

function readPurposes(value: Buffer): readonly string[] {
  return readElements(sequenceIn(value)).map((purpose) => readOid(readContent(purpose, TAGS.oid)));
}

function readNameConstraints(value: Buffer): NameConstraints {
  const subtrees = readElements(sequenceIn(value));
  const bases = (wanted: number) =>
    subtrees
      .filter(({ tag }) => tag === wanted)
      .flatMap(({ content }) => readElements(content))
      .map((subtree) => {
        const [base] = readElements(readContent(subtree, TAGS.sequence));
        if (base === undefined) throw new RangeError('a subtree without a base');
        return base;
      });
  const constraints = { permitted: bases(0xa0), excluded: bases(0xa1) };
  if (constraints.permitted.length + constraints.excluded.length === 0) {
    throw new RangeError('no constraint, which section 4.2.1.10 forbids');
  }
  return constraints;
}

function sequenceIn(value: Buffer): Buffer {
  return readContent(readElements(value)[0], TAGS.sequence);
}

/** The same, if it consists of elements. */
function checkedSequenceIn(value: Buffer): Buffer {
  const sequence = sequenceIn(value);
  visitElements(sequence, () => undefined);
  return sequence;
}
