import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import t, { type Test } from 'tap';
import { sendsAndCloses } from '../servers/behaviours.ts';
import { authority } from '../servers/certificates.ts';
import { openPeer } from '../servers/peer.ts';
import { PRODUCTS, reply, talk } from './products.ts';

const LIST = PRODUCTS.certificates;
const ISSUER = { host: 'cacerts.digicert.com', path: '/DigiCertGlobalRootG2.crt' };
const OTHER = { host: 'www.microsoft.com', path: '/' };
const STATUS = {
  host: 'ocsp.digicert.com',
  path: '/MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ50otx%2Fh0Ztl%2Bz8SiPI7wEWVxDlQQUTiJUIBiV5uNu5g%2F6%2Brk%3D',
};

const root = await authority('CN=CRL test root, O=Test');
const certificate = new Uint8Array(root.certificate.rawData);
const revocations = new Uint8Array(
  (
    await x509.X509CrlGenerator.create({
      issuer: root.certificate.subject,
      signingKey: root.keys.privateKey,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    })
  ).rawData,
);

function served(type: string, body: Uint8Array, status = '200 OK'): Uint8Array {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

async function asked(
  t: Test,
  target: { readonly host: string; readonly path: string },
  text: string | Uint8Array,
) {
  return talk('certificates', await openPeer(t, sendsAndCloses(text)), target);
}

t.test('a real revocation list and a real certificate', async (t) => {
  const proven = { failure: null, steps: ['connect', 'request'], facts: { proof: 'reply' } };
  t.match(await asked(t, LIST, served('application/pkix-crl', revocations)), proven);
  t.match(await asked(t, ISSUER, served('application/pkix-cert', certificate)), proven);
  t.match(await asked(t, ISSUER, served('application/octet-stream', certificate)), proven);
  const large = Buffer.concat([certificate, Buffer.alloc(200_000)]);
  t.match(await asked(t, LIST, served('application/pkix-crl', large)), {
    ...proven,
    facts: { http: { bodyBytes: 65_536 } },
  });
});

t.test('a web page instead of the file is a mismatch', async (t) => {
  const page = Buffer.from('<html>Please log in</html>');
  for (const text of [
    served('text/html', page),
    served('application/pkix-crl', page),
    served('text/html; charset=utf-8', Buffer.from('0 results')),
    served('application/pkix-crl', Buffer.alloc(0)),
  ]) {
    const tried = await asked(t, LIST, text);
    t.match(tried, {
      failure: 'protocol_mismatch',
      error: /^not a certificate, revocation list or OCSP reply: status 200/,
    });
    t.equal(tried.facts.proof, 'connect');
  }
});

t.test('a redirection or an error in its place is not the list', async (t) => {
  for (const status of ['302 Found', '403 Forbidden', '404 Not Found', '503 Unavailable']) {
    const tried = await asked(t, LIST, served('application/pkix-crl', revocations, status));
    t.match(tried, { failure: 'http_unexpected', facts: { proof: 'connect' } }, status);
  }
});

t.test('an OCSP responder answers in DER, or with an error of HTTP', async (t) => {
  // RFC 6960, 4.2.1: malformedRequest, internalError, tryLater, sigRequired, unauthorized.
  for (const status of [1, 2, 3, 5, 6]) {
    const body = Uint8Array.of(0x30, 0x03, 0x0a, 0x01, status);
    t.match(await asked(t, STATUS, served('application/ocsp-response', body)), {
      failure: null,
      facts: { proof: 'reply' },
    });
  }
  t.match(await asked(t, STATUS, reply('405 Not Allowed', {})), { failure: null });
  t.match(await asked(t, STATUS, reply('503 Unavailable', {})), { failure: 'http_unexpected' });
  const page = reply('200 OK', { 'content-type': 'text/html' }, '<html>Please log in</html>');
  t.match(await asked(t, STATUS, page), { failure: 'protocol_mismatch', facts: { proof: 'connect' } });
});

t.test('for an unknown path any reply except a server error is accepted', async (t) => {
  for (const status of ['200 OK', '302 Found', '400 Bad Request', '404 Not Found']) {
    const tried = await asked(t, OTHER, reply(status, {}));
    t.match(tried, { failure: null, facts: { proof: 'reply' } }, status);
  }
  t.match(await asked(t, OTHER, reply('503 Unavailable', {})), { failure: 'http_unexpected' });
});

t.test('a block page instead of a list is recognised', async (t) => {
  for (const target of [LIST, STATUS, OTHER]) {
    const page = reply(
      '200 OK',
      {},
      'Action: Deny. Reason: No rule matched. Proceeding with default action.',
    );
    t.match(await asked(t, target, page), {
      failure: 'http_blocked',
      facts: { http: { blockPage: 'Azure Firewall' } },
    });
  }
});
