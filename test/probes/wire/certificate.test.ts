import { X509Certificate } from 'node:crypto';
import type * as x509 from '@peculiar/x509';
import t from 'tap';
import { certificateFacts, chainFacts, holdsName, organization } from '../../../probes/wire/certificate.ts';
import { alternativeNames, authority, certify, server } from '../../servers/certificates.ts';

const root = await authority('C=US, O=Some Org, CN=Root');

async function withNames(names: x509.JsonGeneralNames): Promise<X509Certificate> {
  const { pem } = await certify({ subject: 'CN=leaf', issuer: root, extensions: [alternativeNames(names)] });
  return new X509Certificate(pem);
}

t.test('a certificate as evidence', async (t) => {
  const { pem } = await server(root, ['known.test', '*.known.test'], { subject: 'O=Contoso, CN=known.test' });
  const certificate = new X509Certificate(pem);
  t.same(certificateFacts(certificate), {
    subject: 'O=Contoso, CN=known.test',
    issuer: 'C=US, O=Some Org, CN=Root',
    issuerOrganization: 'Some Org',
    names: ['known.test', '*.known.test'],
    serialNumber: certificate.serialNumber,
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
    fingerprint256: certificate.fingerprint256,
    der: null,
  });
});

t.test('names that imitate several names, or none', async (t) => {
  const certificate = await withNames([
    { type: 'dns', value: 'known.test' },
    { type: 'dns', value: 'a.test, DNS:login.microsoftonline.com' },
    { type: 'dns', value: 'say "quoted", DNS:b.test' },
    { type: 'dns', value: "it's.test" },
    { type: 'url', value: 'https://known.test/a,b' },
    { type: 'ip', value: '192.0.2.7' },
    { type: 'email', value: 'who@known.test' },
    { type: 'dn', value: 'O=Some, CN=one' },
    { type: 'dns', value: 'line\nfeed\u001b[2J.test' },
    { type: 'dns', value: '' },
  ]);
  const { names } = certificateFacts(certificate);
  t.equal(names.length, 10, 'one for each entry');
  t.equal(names[0], 'known.test');
  t.equal(names[1], '"a.test\\u002c DNS:login.microsoftonline.com"');
  t.equal(names[2], '"say \\"quoted\\"\\u002c DNS:b.test"');
  t.equal(names[4], 'URI:"https://known.test/a\\u002cb"');
  t.equal(names[5], 'IP Address:192.0.2.7');
  t.equal(names[6], 'email:who@known.test');
  t.match(names[7], /^DirName:/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  t.notMatch(names[8], /[\u0000-\u001f]/);
  t.equal(holdsName(certificate, 'login.microsoftonline.com'), false);
  t.equal(holdsName(certificate, 'b.test'), false);
});

t.test('a certificate with a thousand names shows fifty', async (t) => {
  const names = Array.from({ length: 1000 }, (_, index) => `n${index}.known.test`);
  const certificate = new X509Certificate((await server(root, names)).pem);
  t.same(certificateFacts(certificate).names, names.slice(0, 50));
  t.equal(holdsName(certificate, 'n999.known.test'), true, 'all of them count');
});

t.test('a certificate without a subject, without names, and from an issuer without a name', async (t) => {
  const nameless = await authority('', { issuer: root });
  const { pem } = await certify({ subject: '', issuer: nameless });
  t.match(certificateFacts(new X509Certificate(pem)), {
    subject: '',
    issuer: '',
    issuerOrganization: null,
    names: { length: 0 },
  });
});

t.test('names that imitate several attributes', async (t) => {
  const { pem } = await certify({ subject: 'CN=x\\0AO=DigiCert Inc, O=Evil \u202e' });
  const { subject, issuerOrganization } = certificateFacts(new X509Certificate(pem));
  t.notMatch(subject, /\n/);
  t.match(issuerOrganization, /^Evil/, 'a line feed inside a value begins no attribute');
  t.notMatch(issuerOrganization, /\u202e/);
});

t.test('which host names a certificate contains', async (t) => {
  const certificate = await withNames([
    { type: 'dns', value: 'known.test' },
    { type: 'dns', value: '*.blob.test' },
    { type: 'dns', value: 'f*.part.test' },
    { type: 'ip', value: '192.0.2.7' },
    { type: 'ip', value: '2001:db8::7' },
    { type: 'dns', value: '192.0.2.8' },
  ]);
  const holds = ['known.test', 'KNOWN.test', 'a.blob.test', '192.0.2.7', '2001:db8::7', '2001:db8:0:0::7'];
  for (const host of holds) t.equal(holdsName(certificate, host), true, host);
  const holdsNot = [
    'other.test',
    'a.known.test',
    'blob.test',
    'a.b.blob.test',
    'foo.part.test',
    'leaf',
    '192.0.2.8',
    '2001:db8::8',
    '',
  ];
  for (const host of holdsNot) t.equal(holdsName(certificate, host), false, host);
});

t.test('the common name is not a host name', async (t) => {
  const { pem } = await certify({ subject: 'CN=known.test', issuer: root });
  t.equal(holdsName(new X509Certificate(pem), 'known.test'), false);
});

t.test('the organisation of a name', async (t) => {
  t.equal(
    organization('C=US\nO=Microsoft Corporation\nCN=Microsoft Azure RSA TLS Issuing CA 07'),
    'Microsoft Corporation',
  );
  t.equal(organization('C=US\nO=DigiCert\\, Inc.\nCN=x'), 'DigiCert, Inc.');
  t.equal(organization('O=a\\\\\\,\\0A\\+b'), 'a\\,\\0A+b');
  t.equal(organization('CN=O=not this'), null);
  t.equal(organization(undefined), null);
});

t.test('a certificate beyond 32 KiB of a chain has no DER, but a later one may fit', async (t) => {
  const names = Array.from({ length: 900 }, (_, index) => `host-${index}.known.test`);
  const [small, large] = [await server(root, ['known.test']), await server(root, names)].map(
    ({ pem }) => new X509Certificate(pem),
  );
  if (small === undefined || large === undefined) throw new Error('no certificate');
  t.ok(large.raw.length > 16 * 1024 && large.raw.length < 32 * 1024);
  t.same(
    chainFacts([small, large, large, small], false).map(({ der }) => der),
    [small.raw.toString('base64'), large.raw.toString('base64'), null, small.raw.toString('base64')],
  );
  t.same(
    chainFacts([small], true).map(({ der }) => der),
    [null],
  );
});
