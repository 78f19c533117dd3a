import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { authority, identity, type Party, server } from '../../servers/certificates.ts';
import { openTlsPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';
import { makeRoots, makeShapes } from './path-shapes.ts';

const { trusted, foreign } = await makeRoots();
const trust = new TrustStore([], [trusted.pem], []);

for (const shape of await makeShapes(trusted, foreign)) {
  t.test(shape.name, async (t) => {
    const [leaf, ...others] = shape.sent;
    const peer = await openTlsPeer(t, { ...identity(leaf, ...others), ciphers: 'DEFAULT@SECLEVEL=0' });
    const { failure, error, facts } = await tryOnce('tls', peer, { trust, target: { host: 'known.test' } });
    await peer.deserted();
    const { tls } = facts;
    const isValid = shape.expected === 'valid';
    t.equal(
      tls?.trustError === null,
      shape.openssl === false ? !isValid : isValid,
      `OpenSSL: ${tls?.trustError}`,
    );
    if (isValid) {
      t.match(
        { failure, tls },
        { failure: null, tls: { trust: 'public', validity: 'valid', chainProblems: undefined } },
      );
    } else if (shape.expected === 'expired') {
      t.match(
        { failure, tls },
        { failure: 'tls_expired', tls: { trust: 'public', root: { subject: 'CN=Trusted Root' } } },
      );
    } else if (shape.expected === 'untrusted') {
      t.match({ failure, tls }, { failure: 'tls_untrusted', tls: { trust: 'none', root: undefined } });
    } else {
      t.equal(failure, 'tls_untrusted');
      t.match(tls, { trust: 'none', root: { subject: 'CN=Trusted Root' } });
      t.match(tls?.chainProblems, [
        {
          kind: shape.expected,
          subject: shape.at,
          ...(shape.detail !== undefined && { detail: shape.detail }),
        },
      ]);
      t.match(error, `the chain does not verify: ${shape.expected}`);
      t.match(error, shape.at);
    }
  });
}

/** The result of a search, and how many signatures it checked. */
function verifyCounting(t: Test, sent: readonly Party[], verifierError: string) {
  const chain = sent.map(({ pem }) => new X509Certificate(pem));
  const { verify } = X509Certificate.prototype;
  let checks = 0;
  Object.assign(X509Certificate.prototype, {
    verify(this: X509Certificate, ...args: Parameters<typeof verify>) {
      checks += 1;
      return verify.apply(this, args);
    },
  });
  try {
    const started = process.cpuUsage();
    const { anchor } = trust.verify(chain, verifierError, Date.now());
    const { user, system } = process.cpuUsage(started);
    t.ok(user + system < 5_000_000, `${(user + system) / 1000} ms of CPU time`);
    return { anchor, checks };
  } finally {
    Object.assign(X509Certificate.prototype, { verify });
  }
}
type Test = Parameters<typeof openTlsPeer>[0] & { ok(value: unknown, name: string): unknown };

const LIMIT = 100;

/** Certificates of thirty CAs, each by each other. */
const mesh: Party[] = [];

t.test('thirty CAs that all sign each other', async (t) => {
  const cas = await Promise.all(Array.from({ length: 30 }, (_, at) => authority(`CN=Mesh ${at}`)));
  for (const issuer of cas) {
    for (const { certificate, keys } of cas) {
      if (keys !== issuer.keys) mesh.push(await authority(certificate.subject, { issuer, keys }));
    }
  }
  const [first = trusted] = cas;
  const leaf = await server(first, ['known.test']);
  t.equal(mesh.length, 870);
  t.same(verifyCounting(t, [leaf, ...mesh], 'UNSPECIFIED'), { anchor: 'none', checks: LIMIT });
  const wayOut = await authority('CN=Mesh 0', { issuer: trusted, keys: first.keys });
  t.match(verifyCounting(t, [leaf, wayOut, ...mesh], 'UNSPECIFIED'), { anchor: 'public' });
});

t.test('a thousand certificates, many of one name', async (t) => {
  const root = await authority('CN=Same');
  const other = await authority('CN=Same');
  // All have the issuer's name and none its key.
  const same: Party[] = [];
  for (let count = 0; count < 200; count += 1) {
    same.push(await authority('CN=Same', { issuer: other, keys: other.keys, until: 30 + count }));
  }
  t.same(verifyCounting(t, [await server(root, ['known.test']), ...same, ...mesh], 'UNSPECIFIED'), {
    anchor: 'none',
    checks: LIMIT,
  });
});

t.test('certificates of one CA with other dates, and of CAs that sign each other, end', async (t) => {
  const one = await authority('CN=One');
  const other = await authority('CN=Other', { issuer: one });
  const loop: Party[] = [];
  for (let count = 0; count < 20; count += 1) {
    loop.push(await authority('CN=One', { issuer: other, keys: one.keys, until: 30 + count }));
    loop.push(await authority('CN=Other', { issuer: one, keys: other.keys, until: 30 + count }));
  }
  const { anchor, checks } = verifyCounting(t, [await server(one, ['known.test']), ...loop], 'UNSPECIFIED');
  t.equal(anchor, 'none');
  t.ok(checks <= LIMIT, `${checks} checks`);
});

t.test('a path has at most ten issuers, and OpenSSL may find a longer one', async (t) => {
  const chain: Party[] = [];
  let issuer = trusted;
  for (let depth = 1; depth <= 10; depth += 1) {
    issuer = await authority(`CN=Level ${depth}`, { issuer });
    chain.unshift(issuer);
  }
  const [tenth = trusted, ninth = trusted] = chain;
  t.match(verifyCounting(t, [await server(ninth, ['known.test']), ...chain], 'UNSPECIFIED'), {
    anchor: 'public',
  });
  const below = [await server(tenth, ['known.test']), ...chain];
  t.match(verifyCounting(t, below, 'UNSPECIFIED'), { anchor: 'none' });
  const parsed = below.map(({ pem }) => new X509Certificate(pem));
  t.equal(trust.verify(parsed, null, Date.now()).anchor, 'public');
});
