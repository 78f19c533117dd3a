import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type tls from 'node:tls';
import t from 'tap';
import { dial } from '../../../probes/wire/dial.ts';
import { handshake } from '../../../probes/wire/tls.ts';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { sends, sendsAndCloses } from '../../servers/behaviours.ts';
import { certificateFlight, certificateListFlight } from '../../servers/certificate-message.ts';
import {
  alternativeNames,
  authority,
  certify,
  forClients,
  identity,
  type Party,
  server,
} from '../../servers/certificates.ts';
import { type Owner, openPeer, openTlsPeer } from '../../servers/peer.ts';
import { type Circumstances, sessionWith, type Tried, tryOnce } from '../try.ts';

const publicRoot = await authority('CN=Public Root');
const azureIssuer = await authority('O=Microsoft Corporation, CN=Azure CA', {
  issuer: publicRoot,
  pathLength: 0,
});
const inspector = await authority('O=Fortinet, CN=FGT');
const lab = await authority('O=Microsoft Corporation, CN=Lab');
const NAMES = ['known.test', '*.blob.test'];
const good = await server(azureIssuer, NAMES);

const publicOnly = new TrustStore([], [publicRoot.pem]);

/** One handshake with a server that has this identity. */
async function shake(
  t: Owner,
  certificates: tls.TlsOptions,
  circumstances: Circumstances & { host?: string } = {},
): Promise<Tried> {
  const peer = await openTlsPeer(t, certificates);
  const { host = 'known.test' } = circumstances;
  const tried = await tryOnce('tls', peer, {
    trust: publicOnly,
    ...circumstances,
    target: { host },
  });
  await peer.deserted();
  return tried;
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

/** Records each name in SNI. */
function sniInto(names: string[]): NonNullable<tls.TlsOptions['SNICallback']> {
  return (name, done) => {
    names.push(name);
    done(null);
  };
}

t.test('a valid certificate is proof and evidence', async (t) => {
  const tried = await shake(t, { ...identity(good, azureIssuer), ALPNProtocols: ['http/1.1'] });
  t.match(tried, { failure: null, steps: ['connect', 'tls'], facts: { proof: 'certificate' } });
  t.match(tried.facts.tls, {
    serverName: 'known.test',
    version: 'TLSv1.3',
    cipher: /^TLS_AES/,
    alpn: 'http/1.1',
    trust: 'public',
    trustError: null,
    nameMatches: true,
    validity: 'valid',
    chain: [{ names: NAMES, issuerOrganization: 'Microsoft Corporation' }, { issuer: 'CN=Public Root' }],
  });
  t.equal(tried.facts.tls?.chain.length, 2, 'as presented, without the root');
});

t.test('TLS 1.2, and a server that does not negotiate a protocol', async (t) => {
  const tried = await shake(t, { ...identity(good, azureIssuer), maxVersion: 'TLSv1.2' });
  t.match(tried.facts.tls, { version: 'TLSv1.2', alpn: null, trust: 'public' });
});

t.test('no session is resumed', async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const reused: boolean[] = [];
    const peer = await openTlsPeer(t, { ...identity(good, azureIssuer), maxVersion }, (socket) => {
      reused.push((socket as tls.TLSSocket).isSessionReused());
      sendsAndCloses(OK)(socket);
    });
    const target = { host: 'known.test' };
    for (const _ of [1, 2, 3]) {
      t.match(await tryOnce('https', peer, { trust: publicOnly, target }), { failure: null });
    }
    await peer.deserted();
    t.same(reused, [false, false, false], maxVersion);
  }
});

t.test('which chain is trusted', async (t) => {
  const cases: readonly [string, Party, readonly Party[], TrustStore, object][] = [
    [
      'a public root',
      good,
      [azureIssuer],
      publicOnly,
      { failure: null, facts: { tls: { trust: 'public' } } },
    ],
    [
      'an unknown root',
      await server(inspector, NAMES),
      [inspector],
      publicOnly,
      {
        failure: 'tls_untrusted',
        error: 'the chain does not verify: SELF_SIGNED_CERT_IN_CHAIN; issued by O=Fortinet, CN=FGT',
        facts: { tls: { trust: 'none', nameMatches: true } },
      },
    ],
    [
      'its own',
      await certify({ subject: 'O=Self, CN=known.test' }),
      [],
      publicOnly,
      { failure: 'tls_untrusted', error: /DEPTH_ZERO_SELF_SIGNED_CERT; issued by O=Self/ },
    ],
    [
      'a missing issuer',
      good,
      [],
      publicOnly,
      { failure: 'tls_untrusted', error: /UNABLE_TO_GET_ISSUER_CERT_LOCALLY; issued by O=Microsoft/ },
    ],
    [
      'a root of the user’s',
      await server(inspector, NAMES),
      [],
      new TrustStore([inspector.pem], [publicRoot.pem]),
      { failure: null, facts: { tls: { trust: 'extra', trustError: null } } },
    ],
  ];
  for (const [name, leaf, others, trust, expected] of cases) {
    t.match(await shake(t, identity(leaf, ...others), { trust }), expected, name);
  }
});

t.test('the issuer is evidence, not a failure', async (t) => {
  const trust = new TrustStore([inspector.pem, lab.pem], [publicRoot.pem]);
  const opened = await shake(t, identity(await server(inspector, NAMES)), { trust });
  t.match(opened, {
    failure: null,
    facts: { proof: 'certificate', tls: { trust: 'extra', chain: [{ issuerOrganization: 'Fortinet' }] } },
  });
  const genuine = await shake(t, identity(good, azureIssuer), { trust });
  t.match(genuine, { failure: null, facts: { tls: { trust: 'public' } } });
  const looksGenuine = await shake(t, identity(await server(lab, NAMES)), { trust });
  t.match(looksGenuine, { failure: null, facts: { tls: { trust: 'extra' } } });
});

t.test('only a chain that does not verify is stored with its DER', async (t) => {
  const leaf = await server(inspector, NAMES);
  const { facts } = await shake(t, identity(leaf, inspector));
  const ders = facts.tls?.chain.map(({ der }) => der ?? '') ?? [];
  t.same(
    ders.map((der) => new X509Certificate(Buffer.from(der, 'base64')).fingerprint256),
    facts.tls?.chain.map(({ fingerprint256 }) => fingerprint256),
  );
  t.equal(ders.length, 2);
  const verified = await shake(t, identity(good, azureIssuer));
  t.ok(verified.facts.tls?.chain.every(({ der }) => der === null));
  const expired = await shake(
    t,
    identity(await server(azureIssuer, NAMES, { from: -30, until: -1 }), azureIssuer),
  );
  t.ok(
    expired.facts.tls?.chain.every(({ der }) => der === null),
    'it verifies but for the date',
  );
});

t.test('a public certificate needs no particular issuer', async (t) => {
  const other = await authority('O=Another CA, CN=Issuing', { issuer: publicRoot });
  const leaf = await server(other, NAMES);
  t.match(await shake(t, identity(leaf, other)), { failure: null });
});

t.test('the name', async (t) => {
  const wrong = await shake(t, identity(good, azureIssuer), { host: 'other.test' });
  t.match(wrong, {
    failure: 'tls_name_mismatch',
    error: 'other.test is not among known.test, *.blob.test',
    steps: ['connect', '✗tls'],
    facts: { tls: { trust: 'public', trustError: null, nameMatches: false } },
  });
  t.match(await shake(t, identity(good, azureIssuer), { host: 'a.blob.test' }), { failure: null });
  t.match(await shake(t, identity(good, azureIssuer), { host: 'a.b.blob.test' }), {
    failure: 'tls_name_mismatch',
  });
  const nameless = await certify({ subject: 'CN=known.test', issuer: azureIssuer });
  t.match(await shake(t, identity(nameless, azureIssuer)), {
    failure: 'tls_name_mismatch',
    error: 'known.test is not among its (no) names',
  });
});

t.test('an address as target must be among the addresses, and is not sent in SNI', async (t) => {
  const names: string[] = [];
  const addressed = await certify({
    subject: 'CN=by address',
    issuer: azureIssuer,
    extensions: [alternativeNames([{ type: 'ip', value: '127.0.0.1' }])],
  });
  for (const [leaf, failure] of [
    [addressed, null],
    [good, 'tls_name_mismatch'],
  ] as const) {
    const options = { ...identity(leaf, azureIssuer), SNICallback: sniInto(names) };
    const peer = await openTlsPeer(t, options, sendsAndCloses(OK));
    const tried = await tryOnce('https', peer, { trust: publicOnly });
    await peer.deserted();
    t.match(tried, { failure, facts: { tls: { serverName: null } } });
  }
  t.same(names, []);
});

t.test('the dates', async (t) => {
  const expired = await server(azureIssuer, NAMES, { from: -30, until: -1 });
  const { validTo } = new X509Certificate(expired.pem);
  const tried = await shake(t, identity(expired, azureIssuer));
  t.match(tried, { failure: 'tls_expired', facts: { tls: { trust: 'public', validity: 'expired' } } });
  t.match(tried.error, `CN=known.test is valid from `);
  t.match(tried.error, ` until ${new Date(validTo).toISOString()}`);
  const early = await server(azureIssuer, NAMES, { from: 1 });
  t.match(await shake(t, identity(early, azureIssuer)), {
    failure: 'tls_not_yet_valid',
    error: /^CN=known\.test is valid from/,
    facts: { tls: { trust: 'public', trustError: 'CERT_NOT_YET_VALID', validity: 'not-yet-valid' } },
  });
});

t.test('the dates of the whole path count, and the error names the certificate', async (t) => {
  const old = await authority('CN=Old CA', { issuer: publicRoot, from: -30, until: -1 });
  const tried = await shake(t, identity(await server(old, NAMES), old));
  t.match(tried, { failure: 'tls_expired', error: /^CN=Old CA is valid from/ });
  const oldRoot = await authority('CN=Old Root', { from: -30, until: -1 });
  const below = await shake(t, identity(await server(oldRoot, NAMES)), {
    trust: new TrustStore([], [oldRoot.pem]),
  });
  t.match(below, { failure: 'tls_expired', error: /^CN=Old Root, the root, is valid from .* until / });
  const ofUser = await shake(t, identity(await server(oldRoot, NAMES)), {
    trust: new TrustStore([oldRoot.pem], [publicRoot.pem]),
  });
  t.match(ofUser, {
    failure: 'tls_expired',
    error: /^CN=Old Root, the root of --ca-file, is valid from/,
    facts: { tls: { trust: 'extra', root: { subject: 'CN=Old Root' } } },
  });
});

t.test('an unused expired certificate is ignored', async (t) => {
  const old = await authority('CN=Old Cross-signer', { from: -30, until: -1 });
  const spare = await authority('O=Microsoft Corporation, CN=Azure CA', {
    issuer: old,
    keys: azureIssuer.keys,
  });
  for (const along of [
    [azureIssuer, old],
    [azureIssuer, spare, old],
  ]) {
    const tried = await shake(t, identity(good, ...along));
    t.match(tried, { failure: null, facts: { tls: { validity: 'valid', trust: 'public' } } });
  }
});

t.test('the order of problems: chain, name, date', async (t) => {
  const cases = [
    [await server(inspector, ['other.test'], { from: -30, until: -1 }), 'tls_untrusted'],
    [await server(azureIssuer, ['other.test'], { from: -30, until: -1 }), 'tls_name_mismatch'],
    [await server(azureIssuer, NAMES, { from: -30, until: -1 }), 'tls_expired'],
  ] as const;
  for (const [leaf, failure] of cases) {
    t.match(await shake(t, identity(leaf, azureIssuer)), {
      failure,
      facts: { tls: { validity: 'expired' } },
    });
  }
  const [[untrusted]] = cases;
  t.equal(
    (await shake(t, identity(untrusted))).error,
    'the chain does not verify: it leads to no trusted root; issued by O=Fortinet, CN=FGT',
    'not the date, which is the last thing that OpenSSL looked at',
  );
});

t.test('chains that OpenSSL rejects for other reasons', async (t) => {
  const weakKey = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, hash: 'SHA-256' } as const;
  const below = await authority('CN=Below', { issuer: azureIssuer });
  const cases: readonly [string, Party, readonly Party[], RegExp, RegExp?][] = [
    ['too long a path', await server(below, NAMES), [below, azureIssuer], /PATH_LENGTH_EXCEEDED/],
    [
      'too weak a key',
      await server(azureIssuer, NAMES, { algorithm: weakKey }),
      [azureIssuer],
      /UNSPECIFIED/,
      /weak-key RSA, 1,024 bits at CN=known\.test; issued by/,
    ],
    [
      'for another purpose',
      await server(azureIssuer, NAMES, { extensions: [forClients()] }),
      [azureIssuer],
      /INVALID_PURPOSE/,
    ],
  ];
  for (const [name, leaf, others, word, error = word] of cases) {
    const weakly = { ...identity(leaf, ...others), ciphers: 'DEFAULT@SECLEVEL=0' };
    t.match(
      await shake(t, weakly),
      { failure: 'tls_untrusted', error, facts: { tls: { trust: 'none', trustError: word } } },
      name,
    );
  }
});

t.test('a chain of fifty certificates is verified, and ten are stored', async (t) => {
  let issuer = publicRoot;
  const chain: Party[] = [];
  for (let depth = 0; depth < 49; depth += 1) {
    issuer = await authority(`CN=Level ${depth}`, { issuer });
    chain.unshift(issuer);
  }
  const leaf = await server(issuer, NAMES);
  const tried = await shake(t, identity(leaf, ...chain));
  t.match(tried, { failure: null, facts: { tls: { trust: 'public' } } });
  t.equal(tried.facts.tls?.chain.length, 10);
  const untrusted = await shake(t, identity(leaf, ...chain), { trust: new TrustStore([], [inspector.pem]) });
  t.match(untrusted, { failure: 'tls_untrusted', facts: { tls: { trust: 'none' } } });
});

t.test('a bare handshake checks nothing and sends the given name', async (t) => {
  const names: string[] = [];
  const certificates = identity(await certify({ subject: 'CN=any' }));
  const peer = await openTlsPeer(t, { ...certificates, SNICallback: sniInto(names) });
  for (const serverName of ['other.test', null]) {
    const session = sessionWith(peer);
    const socket = await handshake(session, await dial(session), { serverName });
    t.equal(socket.getProtocol(), 'TLSv1.3');
    session.dispose();
    await once(socket, 'close');
  }
  await peer.deserted();
  t.same(names, ['other.test']);
});

t.test('a chain of 120 certificates is read when it verifies, and else rejected unread', async (t) => {
  const long = identity(good, azureIssuer, ...Array.from({ length: 120 }, () => inspector));
  const verified = await shake(t, long);
  t.equal(verified.failure, null);
  t.equal(verified.facts.tls?.chain.length, 10);
  const refused = await shake(t, long, { trust: new TrustStore([], [lab.pem]) });
  t.match(refused, { failure: 'tls_untrusted', error: /too large to look at/, steps: ['connect', '✗tls'] });
  t.match(refused.facts.tls, { version: 'TLSv1.3', trust: 'none' });
  t.same(refused.facts.tls?.chain, []);
});

t.test('a certificate that cannot be read is named as such, however it is broken', async (t) => {
  const { raw } = new X509Certificate(good.pem);
  const brokenKey = Buffer.from(raw);
  // The object identifier of the curve, P-256.
  brokenKey[raw.indexOf(Buffer.from('2a8648ce3d030107', 'hex')) + 7] = 0x77;
  const flights: readonly [string, Buffer][] = [
    ['garbage', certificateFlight(Buffer.from('not a certificate at all'))],
    ['cut', certificateFlight(raw.subarray(0, 200))],
    ['trailing bytes', certificateFlight(Buffer.concat([raw, Buffer.from([1, 2, 3])]))],
    ['an empty list', certificateFlight()],
    ['an empty certificate', certificateFlight(Buffer.alloc(0))],
    ['a key of an unknown kind', certificateFlight(brokenKey)],
    ['a good one and garbage', certificateFlight(raw, Buffer.from('garbage'))],
    ['a list of another length', certificateListFlight(Buffer.from([0, 0, 99, 0, 0, 1, 48]))],
  ];
  for (const [name, flight] of flights) {
    const peer = await openPeer(t, sends(flight));
    const tried = await tryOnce('tls', peer, { trust: publicOnly, target: { host: 'known.test' } });
    await peer.deserted();
    t.match(tried, { failure: 'tls_bad_certificate', steps: ['connect', '✗tls'] }, name);
  }
});
