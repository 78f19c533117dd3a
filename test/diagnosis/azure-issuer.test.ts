import t from 'tap';
import { isAzureIssuer } from '../../src/diagnosis/azure-issuer.ts';

t.test('recognises the issuers of Azure’s certificates', async (t) => {
  for (const organization of [
    'Microsoft Corporation',
    'DigiCert Inc',
    'DigiCert, Inc.',
    'DigiCert',
    'GeoTrust Inc.',
  ])
    t.equal(isAzureIssuer(organization), true, organization);
  for (const organization of ['Fortinet', 'Microsoft Corporation Inspection', 'DigiCertificates', '', null])
    t.equal(isAzureIssuer(organization), false, String(organization));
});
