import t from 'tap';
import { isAzureOrganization } from '../../src/diagnosis/azure-issuer.ts';

t.test('recognises the issuers of Azure’s certificates', async (t) => {
  for (const organization of [
    'Microsoft Corporation',
    'DigiCert Inc',
    'DigiCert, Inc.',
    'DigiCert',
    'GeoTrust Inc.',
  ])
    t.equal(isAzureOrganization(organization), true, organization);
  for (const organization of ['Fortinet', 'Microsoft Corporation Inspection', 'DigiCertificates', '', null])
    t.equal(isAzureOrganization(organization), false, String(organization));
});
