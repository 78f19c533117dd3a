import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import t from 'tap';
import { readCertificateFields } from '../../../probes/wire/certificate-fields.ts';
import { readElements, readOid } from '../../../probes/wire/der.ts';
import { canonicalName } from '../../../probes/wire/distinguished-name.ts';
import { authority, forClients, server } from '../../servers/certificates.ts';
import { BRIDGE } from '../../servers/public-certificates.ts';

const derOf = (pem: string) => Buffer.from(new x509.X509Certificate(pem).rawData);

t.test('a public certificate', async (t) => {
  const fields = readCertificateFields(derOf(BRIDGE));
  t.match(fields, {
    isCa: true,
    pathLength: null,
    maySignCertificates: true,
    purposes: ['1.3.6.1.5.5.7.3.1'],
    constraints: null,
    unknownCritical: [],
    malformed: null,
  });
  t.match(fields.subject, 'microsoft tls rsa root g2');
});

t.test('the fields of certificates that another program wrote', async (t) => {
  const issuer = await authority('O=Contoso, CN=Some CA', {
    pathLength: 3,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.cRLSign, true),
      forClients(),
      new x509.Extension('1.2.840.113549.1.9.99', true, new Uint8Array([5, 0])),
    ],
  });
  const fields = readCertificateFields(derOf(issuer.pem));
  t.match(fields, {
    isCa: true,
    pathLength: 3,
    maySignCertificates: false,
    purposes: ['1.3.6.1.5.5.7.3.2'],
    unknownCritical: ['1.2.840.113549.1.9.99'],
  });
  const leaf = readCertificateFields(derOf((await server(issuer, ['a.test', '10.0.0.1'])).pem));
  t.equal(leaf.issuer, fields.subject);
  t.same(
    leaf.readNames().map(({ tag }) => tag),
    [0xa4, 0x82, 0x87],
  );
});

/** String types of X.690, by their tags. */
const UTF8 = 0x0c;
const PRINTABLE = 0x13;
const BMP = 0x1e;
/** Last bytes of the attributes' OIDs, below 2.5.4. */
const CN = 3;
const O = 10;

t.test('names are equal whatever their case, spaces and string type', async (t) => {
  const der = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
  const attribute = (type: number, tag: number, text: string) => {
    const value = tag === BMP ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text);
    const pair = Buffer.concat([der(0x06, Buffer.from([0x55, 4, type])), der(tag, value)]);
    return der(0x31, der(0x30, pair));
  };
  const name = (...attributes: Buffer[]) => canonicalName(Buffer.concat(attributes));
  const written = name(attribute(O, UTF8, 'Contoso  Ltd'), attribute(CN, PRINTABLE, 'Root'));
  t.same(name(attribute(O, BMP, 'contoso ltd '), attribute(CN, UTF8, 'ROOT')), written);
  t.notSame(name(attribute(CN, UTF8, 'Root'), attribute(O, UTF8, 'Contoso Ltd')), written);
  t.notSame(name(attribute(O, UTF8, 'Contoso'), attribute(CN, UTF8, 'Root')), written);
});

t.test('damaged certificates are read or refused, and nothing else', async (t) => {
  const der = derOf(BRIDGE);
  let refused = 0;
  const damaged = fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(der.length));
  fc.assert(
    fc.property(damaged, ([at, byte, length]) => {
      const copy = Buffer.from(der);
      copy[at] = byte;
      for (const bytes of [copy, copy.subarray(0, length)]) {
        try {
          readCertificateFields(bytes);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          refused += 1;
        }
      }
    }),
  );
  t.ok(refused > 0);
});

t.test('DER', async (t) => {
  for (const bytes of [
    [0x30],
    [0x30, 0x80],
    [0x30, 0x02, 0x00],
    [0x1f, 0x01, 0x00],
    [0x30, 0x84, 0, 0, 0, 0],
    [0x30, 0x82, 1],
  ]) {
    t.throws(() => readElements(Buffer.from(bytes)), RangeError, String(bytes));
  }
  t.equal(readElements(Buffer.from([0x04, 0x81, 0x01, 0x07])).length, 1);
  t.equal(readOid(Buffer.from('2a864886f70d010101', 'hex')), '1.2.840.113549.1.1.1');
  t.equal(readOid(Buffer.from('883703', 'hex')), '2.999.3');
});
