import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { kindOfPath, recogniseFile } from '../../probes/known-file.ts';
import { BRIDGE, ISSUER } from '../servers/public-certificates.ts';

/** Of OpenSSL 3.0.22: `openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey k.pem -resp_no_certs`. */
const RESPONSE =
  '3081f90a0100a081f33081f006092b06010505073001010481e23081df308187a10e300c310a300806035504030c0172' +
  '180f32303236313133303136313134305a30643062303a300906052b0e03021a05000414522146de997b485841dd7ce6' +
  '3164486d47a478950414108d4778e2f5a563088d4c8a62a103863e42d3a10201058200180f3230323631313330313631' +
  '3134305aa011180f32303236313230313136313134305a300a06082a8648ce3d0403020347003044022066a971e210d8' +
  'f28da472b7fdc767a8ea2e6f9a9044b3ca19559ded774cc1678602207247ba418f3aa77bf90317de13c38c8eae54a20e' +
  '0d6820fdc666d800e68ca053';

t.test('the kind of file by the path', async (t) => {
  t.same(
    [
      '/DigiCertGlobalRootG2.crt',
      '/pkiops/certs/A%20CA%20-%20xsign.CER',
      '/a.crl?x=1',
      '/msdownload/disallowedcertstl.cab?556e6917',
      `/ocsp/MFQ${'a'.repeat(40)}/+%2F${'b'.repeat(30)}%3D`,
      '/',
      '/crl',
      '/a.crl/',
      '/a.html?x=.crl',
      '/MFQw',
    ].map(kindOfPath),
    [
      'certificate',
      'certificate',
      'revocation list',
      'cabinet',
      'OCSP response',
      null,
      null,
      null,
      null,
      null,
    ],
  );
});

t.test('published certificates', async (t) => {
  for (const pem of [BRIDGE, ISSUER]) {
    const { raw } = new X509Certificate(pem);
    t.same(recogniseFile(raw), { kind: 'certificate', length: raw.length });
    t.same(
      recogniseFile(raw.subarray(0, 1000)),
      { kind: 'certificate', length: raw.length },
      'its beginning',
    );
    for (const cut of [0, 1, 4, 20]) t.equal(recogniseFile(raw.subarray(0, cut)), null, `${cut} bytes`);
  }
});

t.test('an OCSP response with a status, and one without', async (t) => {
  const whole = Buffer.from(RESPONSE, 'hex');
  t.same(recogniseFile(whole), { kind: 'OCSP response', length: 252 });
  t.equal(recogniseFile(whole.subarray(0, 20))?.length, 252, 'its beginning');
  t.same(recogniseFile(Buffer.from('30030a0106', 'hex')), { kind: 'OCSP response', length: 5 });
});

t.test('what is not DER in its shortest form, or has other elements, is not a file', async (t) => {
  const { raw } = new X509Certificate(BRIDGE);
  const changed = (at: number, byte: number) => {
    const bytes = Buffer.from(raw);
    bytes[at] = byte;
    return recogniseFile(bytes);
  };
  t.equal(raw.toString('hex', 0, 8), '3082058930820471');
  t.equal(changed(0, 0x31), null, 'a SET');
  t.equal(changed(1, 0x80), null, 'an indefinite length');
  t.equal(changed(1, 0x85), null, 'a length of five bytes');
  t.equal(changed(2, 0x00), null, 'a length with a zero in front');
  t.equal(changed(4, 0x04), null, 'an OCTET STRING in the place of what is signed');
  t.equal(changed(6, 0x06), null, 'an element that exceeds the one around it');
  t.equal(changed(8, 0xa1), null, 'another element in the place of the version');
  t.equal(recogniseFile(Buffer.from('0 results')), null);
});

t.test('no bytes are read beyond the end', async () => {
  const { raw } = new X509Certificate(ISSUER);
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat(raw.length), fc.nat(raw.length - 1), fc.nat(255)).map(([length, at, byte]) => {
      const bytes = Buffer.from(raw.subarray(0, length));
      if (at < length) bytes[at] = byte;
      return bytes;
    }),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      const file = recogniseFile(Buffer.from(bytes));
      return file === null || file.length > 0;
    }),
  );
});
