/** Chains in the shapes of Azure's: with a bridge to a public root, with twins, incomplete, outdated, and copied. */
import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import t from 'tap';
import { AZURE_CAS } from '../../../probes/wire/azure-cas.ts';
import { chainFacts } from '../../../probes/wire/certificate.ts';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { authority, forClients, identity, type Party, server } from '../../servers/certificates.ts';
import { openTlsPeer } from '../../servers/peer.ts';
import { tryOnce } from '../try.ts';

const NAMES = ['known.test'];
const publicRoot = await authority('CN=Public Root, O=DigiCert Inc');
/** In no public bundle; public verifiers need the bridge. */
const azureRoot = await authority('CN=Azure Root G2, O=Microsoft Corporation');
const bridge = await authority('CN=Azure Root G2, O=Microsoft Corporation', {
  issuer: publicRoot,
  keys: azureRoot.keys,
});
const issuing = await authority('CN=Azure CA 02, O=Microsoft Corporation', { issuer: azureRoot });
/** Two certificates of one CA: the server sends the old one. */
const old = await authority('CN=Azure CA 07, O=Microsoft Corporation', {
  issuer: publicRoot,
  ...{ from: -60, until: -1 },
});
const current = await authority('CN=Azure CA 07, O=Microsoft Corporation', {
  issuer: publicRoot,
  keys: old.keys,
});
const leaf = await server(issuing, NAMES);
const leafOfOld = await server(old, NAMES);

const pems = (...parties: Party[]) => parties.map(({ pem }) => pem);
const KNOWN = pems(bridge, azureRoot, issuing, current);
const trust = new TrustStore([], [publicRoot.pem], KNOWN);

/** One handshake with a server that sends these certificates. */
async function shake(
  t: Parameters<typeof openTlsPeer>[0],
  sent: readonly [Party, ...Party[]],
  { store = trust, azureService = true, host = 'known.test' } = {},
) {
  const [own, ...others] = sent;
  const peer = await openTlsPeer(t, identity(own, ...others));
  const tried = await tryOnce('tls', peer, { trust: store, target: { host, azureService } });
  await peer.deserted();
  return tried;
}

t.test('the known CAs are those that Microsoft documents', async (t) => {
  const bundled = getCACertificates('bundled').map((pem) => new X509Certificate(pem));
  const roots = [...bundled, ...AZURE_CAS.certificates.map(({ pem }) => new X509Certificate(pem))];
  for (const { sha256, pem } of AZURE_CAS.certificates) {
    const ca = new X509Certificate(pem);
    t.equal(ca.fingerprint256.replaceAll(':', '').toLowerCase(), sha256, ca.subject);
    t.match(ca.subject, /O=Microsoft Corporation/);
    t.equal(ca.ca, true);
    t.ok(
      roots.some((root) => ca.checkIssued(root) && ca.verify(root.publicKey)),
      'and below a known key',
    );
  }
  const subjects = AZURE_CAS.publicRoots.map(
    (sha256) =>
      bundled.find(({ fingerprint256 }) => fingerprint256.replaceAll(':', '').toLowerCase() === sha256)
        ?.subject,
  );
  t.match(subjects, [/CN=Microsoft RSA Root .* 2017$/, /CN=Microsoft ECC Root .* 2017$/]);
});

t.test('the real bridge leads from a real CA to a public root, and is no anchor', async (t) => {
  const now = Date.parse('2026-11-29T00:00:00Z');
  const ca = (name: string) => {
    const found = AZURE_CAS.certificates
      .map(({ pem }) => new X509Certificate(pem))
      .find(({ subject, issuer }) => subject.endsWith(`CN=${name}`) && subject !== issuer);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const ocsp = ca('Microsoft TLS G2 RSA CA OCSP 02');
  const verified = new TrustStore().verify([ocsp], 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', now);
  t.match(verified, { anchor: 'public', validity: 'valid', asSent: false });
  t.match(verified.azureKey?.subject, /CN=Microsoft TLS RSA Root G2$/);
  t.match(verified.completedWith, [{ subject: /CN=Microsoft TLS RSA Root G2$/, issuer: /CN=DigiCert/ }]);
  t.match(verified.root?.subject, /CN=DigiCert Global Root G2$/);
  const direct = new TrustStore().verify([ca('Microsoft Azure RSA TLS Issuing CA 07')], null, now);
  t.match(direct, { anchor: 'public', asSent: true, azureKey: null });
  const without = new TrustStore([], []).verify([ocsp], 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', now);
  t.equal(without.anchor, 'none', 'no known CA is an anchor');
  const later = new TrustStore().verify(
    [ocsp],
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    Date.parse('2030-01-01'),
  );
  t.match(later, { anchor: 'none', azureKey: {}, completedWith: [] }, 'after its end it completes nothing');
});

t.test('an incomplete chain is completed', async (t) => {
  const cases: readonly [string, readonly [Party, ...Party[]], string, readonly string[]][] = [
    ['without the bridge', [leaf, issuing], 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', ['Azure Root G2']],
    [
      'with the self-signed root instead',
      [leaf, issuing, azureRoot],
      'SELF_SIGNED_CERT_IN_CHAIN',
      ['Azure Root G2'],
    ],
    ['the leaf alone', [leaf], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', ['Azure CA 02', 'Azure Root G2']],
    ['without its own CA', [leaf, bridge], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', ['Azure CA 02']],
  ];
  for (const [name, sent, trustError, added] of cases) {
    const { failure, facts } = await shake(t, sent);
    t.equal(failure, null, name);
    t.match(facts, { proof: 'certificate', tls: { trust: 'public', validity: 'valid' } }, name);
    t.match(
      facts.tls?.trustError,
      trustError === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' ? /UNABLE_TO/ : trustError,
    );
    t.match(
      facts.tls?.completedWith,
      added.map((cn) => new RegExp(`CN=${cn}`)),
      name,
    );
    t.match(facts.tls?.azureKey, /O=Microsoft Corporation/, name);
    t.match(facts.tls?.root?.subject, /CN=Public Root/, name);
    t.ok(
      facts.tls?.chain.every(({ der }) => der !== null),
      'the sent chain is evidence',
    );
  }
});

t.test('a complete chain needs no known key, and nothing more is recorded', async (t) => {
  const { failure, facts } = await shake(t, [leaf, issuing, bridge]);
  t.equal(failure, null);
  t.match(facts.tls, { trust: 'public', trustError: null });
  t.notOk('azureKey' in (facts.tls ?? {}));
  t.notOk('caIssuers' in (facts.tls?.chain[0] ?? {}));
});

t.test('an outdated CA is replaced by its current twin', async (t) => {
  const { failure, facts } = await shake(t, [leafOfOld, old]);
  t.equal(failure, null);
  t.match(facts.tls, {
    trust: 'public',
    trustError: 'CERT_HAS_EXPIRED',
    validity: 'valid',
    completedWith: [/CN=Azure CA 07/],
  });
});

t.test('an outdated CA without a known twin is still Azure’s, and an unknown one is not', async (t) => {
  const unknown = new TrustStore([], [publicRoot.pem], []);
  const azure = await shake(t, [leafOfOld, old], { store: unknown });
  t.match(azure, { failure: null, facts: { tls: { trust: 'public', validity: 'expired', azureKey: null } } });
  const own = await shake(t, [leafOfOld, old], { store: unknown, azureService: false });
  t.match(own, { failure: 'tls_expired', error: /CN=Azure CA 07.* is valid from/ });
});

t.test('name and dates of the leaf count in a completed chain', async (t) => {
  t.match(await shake(t, [leaf, issuing], { host: 'other.test' }), { failure: 'tls_name_mismatch' });
  const expired = await server(issuing, NAMES, { from: -30, until: -1 });
  t.match(await shake(t, [expired, issuing]), {
    failure: 'tls_expired',
    error: /^CN=known\.test is valid from/,
    facts: { tls: { trust: 'public', validity: 'expired' } },
  });
  const early = await server(old, NAMES, { from: 1 });
  t.match(await shake(t, [early, old]), { failure: 'tls_not_yet_valid', error: /^CN=known\.test/ });
});

t.test('a known key without a path is proof of Azure, and no trust', async (t) => {
  const ended = await authority('CN=Azure Root G2, O=Microsoft Corporation', {
    issuer: publicRoot,
    keys: azureRoot.keys,
    ...{ from: -60, until: -1 },
  });
  const noPath = new TrustStore([], [publicRoot.pem], pems(ended));
  t.match(await shake(t, [leaf, issuing], { store: noPath }), {
    failure: null,
    facts: { tls: { trust: 'none', azureKey: /CN=Azure Root G2/, validity: 'valid' } },
  });
  const otherPurpose = await server(issuing, NAMES, { extensions: [forClients()] });
  for (const sent of [
    [otherPurpose, issuing, bridge],
    [otherPurpose, issuing],
  ] as const) {
    const { facts } = await shake(t, sent);
    t.match(facts.tls, { trust: 'none', azureKey: /Microsoft/ }, 'a purpose is not completed away');
  }
});

t.test('a device that copies names does not have the key', async (t) => {
  const device = await authority('CN=Contoso Root, O=Contoso');
  const copy = await authority('CN=Azure CA 02, O=Microsoft Corporation', { issuer: device });
  const fake = await server(copy, NAMES);
  const copiedRoot = await authority('CN=Azure Root G2, O=Microsoft Corporation');
  const underCopy = await server(copiedRoot, NAMES);
  const cases: readonly (readonly [Party, ...Party[]])[] = [
    [fake],
    [fake, copy],
    [fake, copy, device],
    [fake, issuing, bridge],
    [fake, copy, issuing, bridge, current],
    [underCopy, copiedRoot],
    [underCopy, bridge],
  ];
  for (const sent of cases) {
    const plain = await shake(t, sent);
    t.match(plain, { failure: 'tls_untrusted', facts: { tls: { trust: 'none', azureKey: null } } });
    t.match(plain.facts.tls?.completedWith, undefined);
  }
  const handedIn = new TrustStore(pems(device, copiedRoot), [publicRoot.pem], KNOWN);
  for (const sent of [
    [fake, copy],
    [underCopy, copiedRoot],
  ] as const) {
    const { failure, facts } = await shake(t, sent, { store: handedIn });
    t.equal(failure, null, 'the probe does not judge');
    t.match(facts.tls, { trust: 'extra', trustError: null, azureKey: null });
  }
});

t.test('a server’s certificate that signs others is no CA', async (t) => {
  const below = await server(leaf, NAMES);
  t.match(await shake(t, [below, leaf, issuing, bridge]), {
    failure: 'tls_untrusted',
    facts: { tls: { trust: 'none', azureKey: null } },
  });
});

t.test('Azure’s own root among the user’s changes nothing', async (t) => {
  const store = new TrustStore(pems(azureRoot), [publicRoot.pem], KNOWN);
  const { failure, facts } = await shake(t, [leaf, issuing], { store });
  t.equal(failure, null);
  t.match(facts.tls, { trust: 'public', trustError: null, completedWith: [/CN=Azure Root G2/] });
});

t.test('where the issuer can be fetched is evidence', async (t) => {
  const [xsign] = AZURE_CAS.certificates;

  const facts = chainFacts([new X509Certificate(xsign?.pem ?? '')], false);
  t.same(facts[0]?.caIssuers, ['http://cacerts.digicert.com/DigiCertGlobalRootG2.crt']);
});
