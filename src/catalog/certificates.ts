/** Where certificate chains are completed and revocation is asked: AIA, CRL and OCSP, over plain HTTP. */
import { DOCUMENTS } from './documents.ts';
import { inEveryCloud, OPTIONAL, REQUIRED } from './text.ts';
import type { CatalogRow } from './types.ts';

const HTTP = {
  group: 'certificates',
  resourceType: null,
  ports: [80],
  transport: 'tcp',
  protocol: 'http',
  conversation: 'certificates',
  serviceTag: 'Internet',
  direction: 'outbound',
  path: '/',
} as const;

/**
 * OCSP requests in the form for GET (RFC 6960, A.1), without a nonce. Each names a certificate by the SHA-1 hashes of
 * its issuer's name and key and by its serial number. A responder replies in DER, also when it refuses.
 */
const STATUS_OF = {
  /** “Microsoft TLS G2 RSA CA OCSP 02”, issued by Microsoft TLS RSA Root G2, which ends on 2029-06-03. */
  microsoftIssuer:
    'MFQwUjBQME4wTDAJBgUrDgMCGgUABBR0TBEVYklX7A9yLoLD9hqmCWDxFgQU3pGGSLehMVkx8UtfB6nciHna' +
    'qHYCEzMAAAAMSWShb0QgOyIAAAAAAAw%3D',
  /** “Microsoft TLS RSA Root G2”, issued by DigiCert Global Root G2, which ends on 2029-06-19. */
  bridge:
    'MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ50otx%2Fh0Ztl%2Bz8SiPI7wEWVxDlQQUTiJUIBiV5uNu5g%2F6%2BrkS' +
    '7QYXjzkCEAsMayxGaRewR3PGR9SvwMg%3D',
} as const;

const CURRENT = {
  ...HTTP,
  required: REQUIRED,
  source: DOCUMENTS.certificateAuthorities,
  since: DOCUMENTS.certificateAuthorities.asOf,
} as const;

/** Why the rows with hosts of the certificate authority page are required. */
const REQUIRED_SINCE =
  'The row “certificates, 80” of the port table is bold since 2025-06-17; since 2026-04-30 its hosts are those of the certificate authority page.';

const CHINESE = {
  ...CURRENT,
  why: 'The page lists it for all clouds together. The CAs that it serves (DigiCert Basic … CN …) issue for services in China, so it is required there and left out elsewhere.',
} as const;

const LEGACY = { ...HTTP, required: OPTIONAL } as const;

const current: readonly CatalogRow[] = [
  {
    ...CURRENT,
    hosts: inEveryCloud('cacerts.digicert.com'),
    path: '/DigiCertGlobalRootG2.crt',
    file: { evidence: 'certificate', ...DOCUMENTS.bridgeCertificate },
    purpose: 'Issuer certificates (AIA), which complete a chain',
    why: 'The path is that of a root which DigiCert publishes there, valid until 2038.',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('cacerts.geotrust.com'),
    path: '/GeoTrustTLSRSACAG1.crt',
    file: { evidence: 'reported', ...DOCUMENTS.geoTrustLeaves },
    purpose: 'Issuer certificates (AIA), which complete a chain',
    why: `${REQUIRED_SINCE} The path is that of an issuing CA which is valid until 2027-11-02.`,
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('caissuers.microsoft.com'),
    path: '/pkiops/certs/Microsoft%20TLS%20RSA%20Root%20G2%20-%20xsign.crt',
    file: { evidence: 'certificate', ...DOCUMENTS.issuerCertificate },
    purpose: 'Issuer certificates (AIA), which complete a chain',
    why: `${REQUIRED_SINCE} The path is that of the certificate which services leave out of their chain most often.`,
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('www.microsoft.com'),
    path: '/pkiops/certs/Microsoft%20TLS%20RSA%20Root%20G2.crt',
    file: { evidence: 'downloaded', ...DOCUMENTS.rootInstaller },
    purpose: 'Issuer certificates (AIA), which complete a chain; www.microsoft.com also serves CRLs',
    why: REQUIRED_SINCE,
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('crl3.digicert.com'),
    path: '/DigiCertGlobalRootG2.crl',
    file: { evidence: 'certificate', ...DOCUMENTS.bridgeCertificate },
    purpose: 'Certificate revocation lists (CRL)',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('crl4.digicert.com'),
    path: '/DigiCertGlobalRootG2.crl',
    file: { evidence: 'certificate', ...DOCUMENTS.olderIssuerCertificate },
    purpose: 'Certificate revocation lists (CRL)',
  },
  {
    ...HTTP,
    hosts: inEveryCloud('crl2.microsoft.com'),
    alternativeTo: 'www.microsoft.com',
    path: '/pkiops/crl/Microsoft%20TLS%20RSA%20Root%20G2.crl',
    file: { evidence: 'certificate', ...DOCUMENTS.issuerCertificate },
    required: OPTIONAL,
    source: DOCUMENTS.issuerCertificate,
    since: DOCUMENTS.issuerCertificate.asOf,
    purpose: 'Certificate revocation lists (CRL), the second host for those of www.microsoft.com',
    why: 'The certificates of Azure’s newer issuing CAs name it beside www.microsoft.com; the certificate authority page does not list it, so it is optional.',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('ocsp.digicert.com'),
    path: `/${STATUS_OF.bridge}`,
    file: { evidence: 'certificate', ...DOCUMENTS.bridgeCertificate },
    purpose: 'Certificate status (OCSP)',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('oneocsp.microsoft.com'),
    path: `/ocsp/${STATUS_OF.microsoftIssuer}`,
    file: { evidence: 'certificate', ...DOCUMENTS.issuerCertificate },
    purpose: 'Certificate status (OCSP)',
    why: 'The path in front of the request is the one that Microsoft’s certificates name. The host was seen to answer requests by GET with status 400, which does not show a block.',
  },
  {
    ...CHINESE,
    hosts: { china: ['cacerts.digicert.cn'] },
    path: '/DigiCertBasicRSACNCAG2.crt',
    file: { evidence: 'documented', ...DOCUMENTS.entraAuthorities },
    purpose: 'Issuer certificates (AIA) of DigiCert’s Chinese issuing CAs',
  },
  {
    ...CHINESE,
    hosts: { china: ['crl.digicert.cn'] },
    path: '/DigiCertBasicRSACNCAG2.crl',
    file: { evidence: 'documented', ...DOCUMENTS.entraAuthorities },
    purpose: 'Certificate revocation lists (CRL) of DigiCert’s Chinese issuing CAs',
  },
  {
    ...CHINESE,
    hosts: { china: ['ocsp.digicert.cn'] },
    purpose: 'Certificate status (OCSP) of DigiCert’s Chinese issuing CAs',
  },
];

const dropped: readonly CatalogRow[] = [
  {
    ...LEGACY,
    hosts: inEveryCloud('ocsp.msocsp.com'),
    purpose: 'Certificate status (OCSP), old name',
    source: DOCUMENTS.network2023,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.network2023.asOf,
    why: 'Removed from the certificate authority page on 2024-10-08.',
  },
  {
    ...LEGACY,
    hosts: inEveryCloud('oneocsp.msocsp.com'),
    purpose: 'Certificate status (OCSP), old name',
    source: DOCUMENTS.network2023,
    since: DOCUMENTS.network2023.asOf,
    until: DOCUMENTS.network2023.asOf,
  },
  {
    ...LEGACY,
    hosts: inEveryCloud('mscrl.microsoft.com'),
    purpose: 'Certificate revocation lists (CRL), old name',
    source: DOCUMENTS.networkApril2026,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.networkApril2026.asOf,
    why: 'Removed from the certificate authority page on 2024-10-08; the virtual network reference named it until 2026-04-10. The CAs whose lists it served have ended.',
  },
  {
    ...LEGACY,
    hosts: inEveryCloud('crl.microsoft.com'),
    path: '/pki/crl/products/MicRooCerAut2011_2011_03_22.crl',
    file: { evidence: 'certificate', ...DOCUMENTS.codeSigning },
    purpose: 'Certificate revocation lists (CRL), old name',
    source: DOCUMENTS.networkApril2026,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.networkApril2026.asOf,
    why: 'Removed from the certificate authority page on 2024-10-08; the virtual network reference named it until 2026-04-10. The path is that of the list of a root for signed code.',
  },
  {
    ...LEGACY,
    hosts: inEveryCloud('csp.digicert.com'),
    purpose: 'Certificate status, as the documents spell it',
    source: DOCUMENTS.networkApril2026,
    since: DOCUMENTS.network2023.asOf,
    until: DOCUMENTS.networkApril2026.asOf,
    why: 'Probably a typing error for ocsp.digicert.com, which is the name on the certificate authority page. Kept because firewall rules were written from it.',
  },
  {
    group: 'certificates',
    resourceType: null,
    hosts: inEveryCloud(),
    peer: '<certificate-hosts>',
    ports: [443],
    transport: 'tcp',
    protocol: 'https',
    required: OPTIONAL,
    serviceTag: null,
    direction: 'outbound',
    purpose: 'The certificate hosts of those versions, over HTTPS',
    source: DOCUMENTS.networkApril2026,
    since: DOCUMENTS.network2023.asOf,
    until: DOCUMENTS.networkApril2026.asOf,
    why: 'The texts from 2023-08-29 to 2026-04-10 asked for 80 and 443; the certificate authority page asks for 80 alone.',
    notTestable:
      'Issuer certificates, CRLs and OCSP are served over plain HTTP. No document says that these hosts answer TLS, so a failure on 443 would prove nothing.',
  },
];

export const certificates: readonly CatalogRow[] = [...current, ...dropped];
