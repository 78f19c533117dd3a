/** Checks `--ca-file` before anything is sent, so that a wrong path does not look like a wrong certificate. */
import { X509Certificate } from 'node:crypto';
import { readBounded } from '../common/bounded-file.ts';

const LARGEST_FILE = 8 * 1024 * 1024;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * @param path absolute
 * @returns the problem as a predicate; null when the file has certificates and all of them can be read
 */
export function caFileProblem(path: string): string | null {
  const file = readBounded(path, LARGEST_FILE, 'a file of PEM certificates');
  if (!file.ok) return file.problem;
  const certificates = file.bytes.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    return 'holds no PEM certificate ("-----BEGIN CERTIFICATE-----"); convert DER with: openssl x509 -inform der -in FILE -out FILE.pem';
  }
  for (const [index, pem] of certificates.entries()) {
    try {
      new X509Certificate(pem);
    } catch {
      return `holds a PEM block that is not a certificate (number ${index + 1} of ${certificates.length}); export it again`;
    }
  }
  return null;
}
