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
 * An OCSP request in the form for GET (RFC 6960, A.1): the status of DigiCert Global Root G2, by the SHA-1 hashes
 * of its name and key and its serial number. A responder answers it in DER, if only that it is not responsible.
 */
const STATUS_REQUEST =
  'MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ50otx%2Fh0Ztl%2Bz8SiPI7wEWVxDlQQUTiJUIBiV5uNu5g%2' +
  'F6%2BrkS7QYXjzkCEAM68eanEamguyhksR0J%2BuU%3D';

const CURRENT = {
  ...HTTP,
  required: REQUIRED,
  source: DOCUMENTS.certificateAuthorities,
  since: DOCUMENTS.certificateAuthorities.asOf,
} as const;

const LEGACY = { ...HTTP, required: OPTIONAL } as const;

const current: readonly CatalogRow[] = [
  {
    ...CURRENT,
    hosts: inEveryCloud('cacerts.digicert.com'),
    path: '/DigiCertGlobalRootG2.crt',
    purpose: 'Issuer certificates (AIA), which complete a chain',
    why: 'The path is that of a root which DigiCert publishes there, valid until 2038.',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('cacerts.geotrust.com', 'caissuers.microsoft.com', 'www.microsoft.com'),
    purpose: 'Issuer certificates (AIA), which complete a chain; www.microsoft.com also serves CRLs',
    why: 'The row “certificates, 80” of the port table is bold since 2025-06-17; since 2026-04-30 its hosts are those of the certificate authority page.',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('crl3.digicert.com', 'crl4.digicert.com'),
    path: '/DigiCertGlobalRootG2.crl',
    purpose: 'Certificate revocation lists (CRL)',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('ocsp.digicert.com'),
    path: `/${STATUS_REQUEST}`,
    purpose: 'Certificate status (OCSP)',
  },
  {
    ...CURRENT,
    hosts: inEveryCloud('oneocsp.microsoft.com'),
    path: `/ocsp/${STATUS_REQUEST}`,
    purpose: 'Certificate status (OCSP)',
    why: 'The path in front of the request is the one that Microsoft’s certificates name.',
  },
  {
    ...CURRENT,
    hosts: { china: ['cacerts.digicert.cn', 'crl.digicert.cn', 'ocsp.digicert.cn'] },
    purpose: 'Issuer certificates, CRLs and OCSP of DigiCert’s Chinese issuing CAs',
    why: 'The page lists them for all clouds together. The CAs that they serve (DigiCert Basic … CN …) issue for services in China, so they are required there and left out elsewhere.',
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
    hosts: inEveryCloud('mscrl.microsoft.com', 'crl.microsoft.com'),
    purpose: 'Certificate revocation lists (CRL), old names',
    source: DOCUMENTS.networkApril2026,
    since: DOCUMENTS.network2019.asOf,
    until: DOCUMENTS.networkApril2026.asOf,
    why: 'Removed from the certificate authority page on 2024-10-08; the virtual network reference named them until 2026-04-10.',
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
