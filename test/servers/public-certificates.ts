/**
 * Certificates that Microsoft publishes at http://www.microsoft.com/pkiops/certs/. They name the hosts of revocation
 * lists, issuer certificates and OCSP. The program carries them; a test holds each to its documented SHA-256.
 */
import { AZURE_CAS } from '../../probes/wire/azure-cas.ts';

/** Microsoft TLS RSA Root G2, issued by DigiCert Global Root G2. */
export const BRIDGE = carried('ddcd1e8a20638d4aaff7201bb1d56452acd2c759f1686bdc38f73dd15732bdc2');

/** Microsoft TLS G2 RSA CA OCSP 02, issued by Microsoft TLS RSA Root G2. */
export const ISSUER = carried('ea7a25255d111fc3ce4cb8fabe3adf9c27bbe6db203f955066bab4c5a71f3d08');

/** @returns PEM */
function carried(sha256: string): string {
  const found = AZURE_CAS.certificates.find((known) => known.sha256 === sha256);
  if (found === undefined) throw new Error(`no certificate with the SHA-256 ${sha256}`);
  return found.pem;
}
