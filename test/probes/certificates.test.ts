import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import t, { type Test } from 'tap';
import { sendsAndCloses } from '../servers/behaviours.ts';
import { authority } from '../servers/certificates.ts';
import { openPeer } from '../servers/peer.ts';
import { PRODUCTS, reply, talk } from './products.ts';

const LIST = PRODUCTS.certificates;
const ISSUER = { host: 'cacerts.digicert.com', path: '/DigiCertGlobalRootG2.crt' };
const CABINET = {
  host: 'ctldl.windowsupdate.com',
  path: '/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab',
};
const OTHER = { host: 'www.microsoft.com', path: '/' };
const STATUS = {
  host: 'ocsp.digicert.com',
  path: '/MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ50otx%2Fh0Ztl%2Bz8SiPI7wEWVxDlQQUTiJUIBiV5uNu5g%2F6%2Brk%3D',
};

const root = await authority('CN=CRL test root, O=Test');
const certificate = new Uint8Array(root.certificate.rawData);
const revocations = await revocationList(0);
const longList = await revocationList(1800);

async function revocationList(entries: number): Promise<Uint8Array> {
  const list = await x509.X509CrlGenerator.create({
    issuer: root.certificate.subject,
    entries: Array.from({ length: entries }, (_, index) => ({
      // As long as those of public CAs (RFC 5280, 4.1.2.2, allows 20 octets): 1,800 entries exceed 64 KiB.
      serialNumber: `7f${index.toString(16).padStart(38, '0')}`,
      revocationDate: new Date('2026-01-01T00:00:00Z'),
    })),
    signingKey: root.keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return new Uint8Array(list.rawData);
}

/** The header of a cabinet ([MS-CAB] 2.1), which gives its length as so many bytes less than are there. */
function cabinet(more: number): Uint8Array {
  const bytes = Buffer.alloc(253);
  bytes.write('MSCF', 'latin1');
  bytes.writeUInt32LE(bytes.length - more, 8);
  return bytes;
}

/** An OCSP response without a certificate's status (RFC 6960, 4.2.1). */
function refusal(status: number): Uint8Array {
  return Uint8Array.of(0x30, 0x03, 0x0a, 0x01, status);
}

function served(type: string, body: Uint8Array, status = '200 OK'): Uint8Array {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Without Content-Length: the end of the connection ends the body. */
function unmeasured(body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'), body]);
}

async function asked(
  t: Test,
  target: { readonly host: string; readonly path: string },
  text: string | Uint8Array,
) {
  return talk('certificates', await openPeer(t, sendsAndCloses(text)), target);
}

const PROVED = { failure: null, facts: { proof: 'reply', contentProved: true } };
const NOT_PROVED = { failure: null, facts: { proof: 'reply', contentProved: false } };
const OTHER_CONTENT = { failure: 'protocol_mismatch', facts: { proof: 'connect', contentProved: false } };

t.test('a real revocation list and a real certificate', async (t) => {
  t.match(await asked(t, LIST, served('application/pkix-crl', revocations)), {
    ...PROVED,
    steps: ['connect', 'request'],
  });
  t.match(await asked(t, ISSUER, served('application/pkix-cert', certificate)), PROVED);
  t.match(await asked(t, ISSUER, served('application/octet-stream', certificate)), PROVED);
  t.match(await asked(t, ISSUER, unmeasured(certificate)), PROVED, 'without Content-Length');
  t.match(
    await asked(t, CABINET, served('application/vnd.ms-cab-compressed', cabinet(2))),
    PROVED,
    'with a signature behind it',
  );
});

t.test('a long list is proved by its beginning and its Content-Length', async (t) => {
  t.ok(longList.length > 65_536);
  t.match(await asked(t, LIST, served('application/pkix-crl', longList)), {
    ...PROVED,
    facts: { ...PROVED.facts, http: { bodyBytes: 65_536 } },
  });
  t.match(await asked(t, LIST, unmeasured(longList)), NOT_PROVED, 'which is not given');
  const encoded = reply('200 OK', { 'content-encoding': 'compress' }).replace(
    /Content-Length.*\r\n\r\n$/,
    '',
  );
  const head = Buffer.from(`${encoded}Content-Length: ${longList.length}\r\n\r\n`);
  t.match(await asked(t, LIST, Buffer.concat([head, longList])), NOT_PROVED, 'which counts other bytes');
  const longer = Buffer.concat([longList, Buffer.alloc(1)]);
  t.match(await asked(t, LIST, served('application/pkix-crl', longer)), {
    ...OTHER_CONTENT,
    error: /^a revocation list of \d+ bytes in a body of \d+: status 200/,
  });
});

t.test('anything else with a status of success is a mismatch', async (t) => {
  const page = Buffer.from('<html>Please log in</html>');
  for (const [what, body] of [
    ['one byte', Uint8Array.of(0x30)],
    ['a certificate', certificate],
    ['an OCSP refusal', refusal(6)],
    ['a list cut after 20 bytes', revocations.subarray(0, 20)],
    ['a list cut at its end', revocations.subarray(0, -1)],
    ['a list with a byte behind it', Buffer.concat([revocations, Buffer.alloc(1)])],
    ['text as a file', Buffer.from('access denied')],
    ['text that begins like DER', Buffer.from('0 results')],
    ['a page', page],
    ['nothing', Buffer.alloc(0)],
  ] as const) {
    for (const type of ['application/pkix-crl', 'application/octet-stream', 'text/html']) {
      t.match(await asked(t, LIST, served(type, body)), OTHER_CONTENT, `${what}, ${type}`);
    }
  }
  t.match(await asked(t, ISSUER, served('application/pkix-cert', revocations)), OTHER_CONTENT);
  t.match(await asked(t, CABINET, served('application/octet-stream', cabinet(-1))), OTHER_CONTENT);
  t.match(await asked(t, CABINET, served('application/octet-stream', certificate)), OTHER_CONTENT);
  t.match(await asked(t, LIST, reply('204 No Content', {})), OTHER_CONTENT);
});

t.test('an HTTP error or a redirection in its place proves nothing, and is not a failure', async (t) => {
  for (const target of [LIST, ISSUER, CABINET, STATUS]) {
    for (const status of [
      '302 Found',
      '400 Bad Request',
      '403 Forbidden',
      '404 Not Found',
      '503 Unavailable',
    ]) {
      const tried = await asked(t, target, served('application/pkix-crl', revocations, status));
      t.match(tried, NOT_PROVED, status);
    }
  }
});

t.test('an OCSP responder answers in DER, also when it refuses', async (t) => {
  // RFC 6960, 4.2.1: malformedRequest, internalError, tryLater, sigRequired, unauthorized.
  for (const status of [1, 2, 3, 5, 6]) {
    t.match(await asked(t, STATUS, served('application/ocsp-response', refusal(status))), PROVED);
  }
  t.match(await asked(t, STATUS, served('application/ocsp-response', revocations)), OTHER_CONTENT);
  const page = reply('200 OK', { 'content-type': 'text/html' }, '<html>Please log in</html>');
  t.match(await asked(t, STATUS, page), OTHER_CONTENT);
});

t.test('for an unknown path any reply except a server error is accepted', async (t) => {
  for (const status of ['200 OK', '302 Found', '400 Bad Request', '404 Not Found']) {
    const tried = await asked(t, OTHER, reply(status, {}));
    t.match(tried, { failure: null, facts: { proof: 'reply' } }, status);
    t.equal(tried.facts.contentProved, undefined);
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
