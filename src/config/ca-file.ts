/** `--ca-file`: looked at before anything is sent, so that a wrong path is not taken for a wrong certificate. */
import { X509Certificate } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { systemReason } from './system-reason.ts';

const LARGEST_FILE = 8 * 1024 * 1024;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function readText(path: string): string | { readonly problem: string } {
  try {
    const handle = openSync(path, 'r');
    try {
      const status = fstatSync(handle);
      if (!status.isFile()) return { problem: 'is no regular file; name a file of PEM certificates' };
      if (status.size > LARGEST_FILE)
        return { problem: 'is larger than 8 MiB; name a file of PEM certificates' };
      return readFileSync(handle, 'latin1');
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return { problem: `cannot be read: ${systemReason(error)}` };
  }
}

/**
 * @param path absolute
 * @returns what is wrong with it, as a predicate; null when it holds certificates and each of them can be read
 */
export function caFileProblem(path: string): string | null {
  const text = readText(path);
  if (typeof text !== 'string') return text.problem;
  const certificates = text.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    return 'holds no PEM certificate ("-----BEGIN CERTIFICATE-----"); convert DER with: openssl x509 -inform der -in FILE -out FILE.pem';
  }
  for (const [index, pem] of certificates.entries()) {
    try {
      new X509Certificate(pem);
    } catch {
      return `holds a PEM block that is no certificate (number ${index + 1} of ${certificates.length}); export it again`;
    }
  }
  return null;
}
