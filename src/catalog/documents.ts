import type { Provenance } from './types.ts';

/**
 * The documents that the catalogue was read from, by public name, with the date that each version bears.
 * An API's example bears the date of its version; a source with only a year is given that year's first day.
 */
export const DOCUMENTS = {
  network2019: {
    document: 'How to use Azure API Management with virtual networks',
    asOf: '2019-03-01',
  },
  network2021: {
    document: 'How to use Azure API Management with virtual networks',
    asOf: '2021-04-12',
  },
  network2023: {
    document: 'Virtual network configuration reference: API Management',
    asOf: '2023-08-29',
  },
  network2025: {
    document: 'Virtual network configuration reference: API Management',
    asOf: '2025-06-17',
  },
  networkApril2026: {
    document: 'Virtual network configuration reference: API Management',
    asOf: '2026-04-10',
  },
  network: {
    document: 'Virtual network configuration reference: API Management',
    asOf: '2026-04-30',
  },
  injectionV2: {
    document: 'Inject an Azure API Management instance in a private virtual network - Premium v2 tier',
    asOf: '2025-12-01',
  },
  certificateAuthorities: {
    document: 'Azure Certificate Authority details',
    asOf: '2025-11-17',
  },
  bridgeCertificate: {
    document: 'Certificate “Microsoft TLS RSA Root G2”, signed by DigiCert Global Root G2',
    asOf: '2025-05-21',
  },
  issuerCertificate: {
    document: 'Certificate “Microsoft TLS G2 RSA CA OCSP 02”',
    asOf: '2025-08-01',
  },
  olderIssuerCertificate: {
    document: 'Certificate “Microsoft Azure TLS Issuing CA 01”',
    asOf: '2020-07-29',
  },
  rootInstaller: {
    document: 'Azure HPC images: install_microsoft_tls_root_g2.sh',
    asOf: '2026-07-29',
  },
  entraAuthorities: {
    document: 'Certificate authorities used by Azure Active Directory',
    asOf: '2020-10-10',
  },
  geoTrustLeaves: {
    document: 'Certificates issued by GeoTrust TLS RSA CA G1',
    asOf: '2026-01-01',
  },
  codeSigning: {
    document: 'Certificate “Microsoft Code Signing PCA 2011”',
    asOf: '2011-07-08',
  },
  windowsTrust: {
    document: 'Certificates and trust in Windows',
    asOf: '2023-08-22',
  },
  captchaChange: {
    document: 'Azure API Management: CAPTCHA endpoint update (September 2025)',
    asOf: '2022-09-06',
  },
  gitRetirement: {
    document: 'Azure API Management: Git configuration retirement (March 2025)',
    asOf: '2024-05-16',
  },
  directManagementRetirement: {
    document: 'Azure API Management: Direct management API retirement (March 2025)',
    asOf: '2024-05-16',
  },
  networkStatus2022: {
    document: 'API Management REST API 2022-08-01: example reply of network status',
    asOf: '2022-08-01',
  },
  networkStatus: {
    document: 'API Management REST API 2025-09-01-preview: example reply of network status',
    asOf: '2025-09-01',
  },
  internalMode: {
    document: 'Deploy your Azure API Management instance to a virtual network - internal mode',
    asOf: '2022-01-03',
  },
  selfHostedGateway: {
    document: 'Self-hosted gateway overview: Azure API Management',
    asOf: '2025-09-30',
  },
  activation: {
    document: 'Use Azure custom routes to enable KMS activation with forced tunneling',
    asOf: '2024-07-17',
  },
  nationalClouds: {
    document: 'Authentication using Azure Active Directory in national clouds',
    asOf: '2019-08-28',
  },
  insightsEndpoints: {
    document: 'Application Insights overriding default endpoints',
    asOf: '2019-06-10',
  },
  firewallLog: {
    document: 'README of an API Management lab behind Azure Firewall, with its log',
    asOf: '2021-01-01',
  },
} as const satisfies Readonly<Record<string, Provenance>>;
