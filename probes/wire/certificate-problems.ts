/** Why a certificate does not count in a path to a root (RFC 5280 section 6, and the strength of keys and signatures). */
import type { X509Certificate } from 'node:crypto';
import type { ChainProblem } from '../facts.ts';
import { printable } from '../printable.ts';
import { subjectOf } from './certificate.ts';
import type { Parsed } from './certificate-fields.ts';

/** The purpose of a server in extendedKeyUsage, and any purpose (RFC 5280 section 4.2.1.12). */
const FOR_SERVERS = new Set(['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']);

/** 112 bits of security, as OpenSSL and Windows require of public chains. */
const SMALLEST_RSA = 2048;
const SMALLEST_CURVE = 224;

const WEAK_DIGEST = /MD[245]|SHA-?1(?!\d)/i;

/** Problems of a certificate in any place of a path but for its dates. */
export function findProblems({ certificate, fields }: Parsed): ChainProblem[] {
  const key = weakKeyOf(certificate);
  const { purposes, unknownCritical, malformed } = fields;
  const isForServers = purposes === null || purposes.some((purpose) => FOR_SERVERS.has(purpose));
  return [
    ...(key === null ? [] : [problem(certificate, 'weak-key', key)]),
    ...(isForServers ? [] : [problem(certificate, 'purpose')]),
    ...unknownCritical.slice(0, 1).map((oid) => problem(certificate, 'critical-extension', oid)),
    ...(malformed === null ? [] : [problem(certificate, 'malformed-extension', malformed)]),
  ];
}

/** Problems of a certificate as the issuer of others; `below` counts the CAs between it and the leaf. */
export function findIssuerProblems({ certificate, fields }: Parsed, below: number): ChainProblem[] {
  const { isCa, maySignCertificates, pathLength } = fields;
  return [
    ...(isCa === true ? [] : [problem(certificate, 'not-a-ca')]),
    ...(maySignCertificates ? [] : [problem(certificate, 'may-not-sign')]),
    ...(pathLength === null || below <= pathLength
      ? []
      : [problem(certificate, 'path-length', String(pathLength))]),
  ];
}

/** The problem of the signature on a certificate; that of a root on itself does not count. */
export function findSignatureProblems(certificate: X509Certificate): ChainProblem[] {
  const algorithm = certificate.signatureAlgorithm ?? certificate.signatureAlgorithmOid;
  return WEAK_DIGEST.test(algorithm) ? [problem(certificate, 'weak-signature', algorithm)] : [];
}

/** @param now in milliseconds; certificates count whole seconds */
export function findDateProblems(certificate: X509Certificate, now: number): ChainProblem[] {
  const validity = validityOf(certificate, now);
  return validity === 'valid' ? [] : [problem(certificate, validity)];
}

/** Whether a certificate is valid at this time, in milliseconds; certificates count whole seconds. */
export function validityOf(
  { validFromDate, validToDate }: X509Certificate,
  now: number,
): 'valid' | 'expired' | 'not-yet-valid' {
  const second = Math.floor(now / 1000) * 1000;
  if (second > validToDate.getTime()) return 'expired';
  return second < validFromDate.getTime() ? 'not-yet-valid' : 'valid';
}

export function problem(
  certificate: X509Certificate,
  kind: ChainProblem['kind'],
  detail: string | null = null,
): ChainProblem {
  return { kind, subject: subjectOf(certificate), detail: detail === null ? null : printable(detail, 100) };
}

/** The kind and size of a key that is too weak; null for a good one, and for one that OpenSSL cannot use. */
function weakKeyOf(certificate: X509Certificate): string | null {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const { modulusLength = 0, namedCurve } = details ?? {};
    if (type === 'dsa') return 'DSA';
    if (type === 'rsa' || type === 'rsa-pss') {
      return modulusLength < SMALLEST_RSA ? `RSA, ${modulusLength.toLocaleString('en')} bits` : null;
    }
    const bits = Number(/\d{3}/.exec(namedCurve ?? '')?.[0] ?? 0);
    return type === 'ec' && bits < SMALLEST_CURVE ? `EC, ${namedCurve ?? 'explicit parameters'}` : null;
  } catch {
    return null;
  }
}
