import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { TrustStore } from '../../../probes/wire/trust.ts';
import { authority, certify, identity, type Party, server } from '../../servers/certificates.ts';
import { openTlsPeer } from '../../servers/peer.ts';

const [publicRoot, privateRoot] = await Promise.all([
  authority('CN=Public Root'),
  authority('CN=Private Root'),
]);
const issuing = await authority('CN=Issuing', { issuer: publicRoot });
/** The same key, also signed by the other root. */
const crossSigned = await authority('CN=Issuing', { issuer: privateRoot, keys: issuing.keys });
const leaf = await server(issuing, ['known.test']);

/**
 * By `openssl x509 -req` without and with -extfile: a root and an issuer below it, both of version 1, and a server below
 * each. Valid until 2106 and later.
 */
const VERSION_1 = [
  `-----BEGIN CERTIFICATE-----
MIIBIjCByQIUXG0S7wxLZHcHaqiFPU6RcYHoMAIwCgYIKoZIzj0EAwIwEzERMA8G
A1UEAwwIT2xkIFJvb3QwIBcNMjYxMTMwMTk0NjQ4WhgPMjEwOTAxMTkxOTQ2NDha
MBMxETAPBgNVBAMMCE9sZCBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
rSeAPZWg0i8zeUE1bwolXXJZ/u3U3yWdLDQ0hk2FKbkKaazqEBMMnheHsZI3/Ppt
YtDBmUKAs8rTncEzysGbXjAKBggqhkjOPQQDAgNIADBFAiBR4hbflkNYVbHgHy5L
L4bfdBDERE4DSQtZZz10IGC/1wIhAM11ygk+1z1818n13g0nvRTHd9IuMmQ8G3a4
SxGpP6Ny
-----END CERTIFICATE-----`,
  `-----BEGIN CERTIFICATE-----
MIIBHzCBxgIUU1QtIdd4J3YfjC9vJwKBtSxLf24wCgYIKoZIzj0EAwIwEzERMA8G
A1UEAwwIT2xkIFJvb3QwIBcNMjYxMTMwMTk0NjQ5WhgPMjEwOTAxMTkxOTQ2NDla
MBAxDjAMBgNVBAMMBWJlbG93MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnFv1
sD0mpNUeDgrmVRkwSxH9ZMJ8mzTALqN/gI3J+iBRPqOoGsYCVkZHG4sNVf681Vll
MUlNPsNX1vxoKRLhzTAKBggqhkjOPQQDAgNIADBFAiBg1qy2h4rVfcP7U8x3b9Pa
KwQwphoDcIxjL4d0MnkmoAIhAJDcHxNZjWxkqWI0UHU1vYvHZh2WhK0HzRf2Jz2i
yvOy
-----END CERTIFICATE-----`,
  `-----BEGIN CERTIFICATE-----
MIIBnzCCAUSgAwIBAgIUK39fdjLm0RyD6+XRxx8WCi8MaRcwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIT2xkIFJvb3QwIBcNMjYxMTMwMTk0NzA0WhgPMjEwNjA0MjUx
OTQ3MDRaMBUxEzARBgNVBAMMCmtub3duLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATeHlScvIvpOB47Lk+dCzioApIPpQgDA4PZYyqLH5a/s+u4dNC3VDxk
p2zRcy9dtkYLBmPmDQhNR1rpAAKOWcb8o3IwcDAVBgNVHREEDjAMggprbm93bi50
ZXN0MB0GA1UdDgQWBBRgtyZwvqDWh5DgkfrKikeBuaOcPjA4BgNVHSMEMTAvoRek
FTATMREwDwYDVQQDDAhPbGQgUm9vdIIUXG0S7wxLZHcHaqiFPU6RcYHoMAIwCgYI
KoZIzj0EAwIDSQAwRgIhAKIgNnEZZGI01JeHA4av2HJyHh84vEu8s4O2LsoKqgV7
AiEAmsWGXFglsIoyxrtim+y3JIPhawWGBK1gzyYUZRAIw0Q=
-----END CERTIFICATE-----`,
  `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUKsTI1FuqD5XYIRHQk5JJQnJtxOEwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFYmVsb3cwIBcNMjYxMTMwMTk0NzA0WhgPMjEwNjA0MjUxOTQ3
MDRaMBUxEzARBgNVBAMMCmtub3duLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAATeHlScvIvpOB47Lk+dCzioApIPpQgDA4PZYyqLH5a/s+u4dNC3VDxkp2zR
cy9dtkYLBmPmDQhNR1rpAAKOWcb8o3IwcDAVBgNVHREEDjAMggprbm93bi50ZXN0
MB0GA1UdDgQWBBRgtyZwvqDWh5DgkfrKikeBuaOcPjA4BgNVHSMEMTAvoRekFTAT
MREwDwYDVQQDDAhPbGQgUm9vdIIUU1QtIdd4J3YfjC9vJwKBtSxLf24wCgYIKoZI
zj0EAwIDSQAwRgIhAOwg/pzL/taXbeGtA9H3DvNcjXdrPVye678b+8P8e4TPAiEA
+RBf6mprRVnE/BLAYpDRKLjyl0pC6LxmMBIt6L0N5Rs=
-----END CERTIFICATE-----`,
] as const;

const NOW = Date.now();

const parsed = (...parties: Party[]) => parties.map(({ pem }) => new X509Certificate(pem));
const store = (extra: readonly Party[]) =>
  new TrustStore(
    extra.map(({ pem }) => pem),
    [publicRoot.pem],
  );

t.test('without extra roots a verified chain is public', async (t) => {
  t.equal(store([]).verify(parsed(leaf, issuing), null, NOW).anchor, 'public');
});

t.test('with extra roots the path decides', async (t) => {
  const trust = store([privateRoot]);
  t.equal(trust.verify(parsed(leaf, issuing), null, NOW).anchor, 'public');
  t.equal(trust.verify(parsed(leaf, crossSigned), null, NOW).anchor, 'extra');
});

t.test('one public path is enough, whichever comes first', async (t) => {
  const trust = store([privateRoot]);
  t.equal(trust.verify(parsed(leaf, crossSigned, issuing), null, NOW).anchor, 'public');
  t.equal(trust.verify(parsed(leaf, issuing, crossSigned), null, NOW).anchor, 'public');
});

t.test('the order after the leaf does not matter', async (t) => {
  const deep = await authority('CN=Deep', { issuer: issuing });
  const below = await server(deep, ['known.test']);
  const trust = store([privateRoot]);
  t.equal(trust.verify(parsed(below, issuing, deep), null, NOW).anchor, 'public');
  t.equal(trust.verify(parsed(below, privateRoot, issuing, publicRoot, deep), null, NOW).anchor, 'public');
});

t.test('a root that is both public and the user’s is public', async (t) => {
  t.equal(store([publicRoot]).verify(parsed(leaf, issuing), null, NOW).anchor, 'public');
});

t.test('a chain with outdated certificates still has a root', async (t) => {
  const trust = store([privateRoot]);
  const expired = { from: -60, until: -1 };
  const old = await authority('CN=Issuing', { issuer: publicRoot, keys: issuing.keys, ...expired });
  const oldLeaf = await server(issuing, ['known.test'], expired);
  const verify = (...parties: Party[]) => trust.verify(parsed(...parties), 'CERT_HAS_EXPIRED', NOW);
  const root = { subject: 'CN=Public Root' };
  t.match(verify(leaf, old), { anchor: 'public', validity: 'expired', root, asSent: false });
  t.match(verify(oldLeaf, issuing), { anchor: 'public', validity: 'expired', root, asSent: false });
  t.match(verify(oldLeaf, crossSigned), { anchor: 'extra', validity: 'expired' });
  t.match(verify(oldLeaf), { anchor: 'none', validity: 'expired' }, 'the issuer is missing');
});

t.test(
  'the search decides where OpenSSL tried one path, and OpenSSL where the search has none',
  async (t) => {
    const trust = store([]);
    t.match(trust.verify(parsed(leaf, crossSigned, issuing), 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', NOW), {
      anchor: 'public',
      asSent: true,
    });
    t.equal(trust.verify(parsed(leaf), null, NOW).anchor, 'public');
  },
);

t.test('an issuer with the right name but another key is ignored', async (t) => {
  const impostor = await authority('CN=Public Root');
  const forged = await server(impostor, ['known.test']);
  t.equal(store([]).verify(parsed(forged), 'CERT_HAS_EXPIRED', NOW).anchor, 'none');
  const notAnAuthority = await certify({ subject: 'CN=Not a CA', issuer: publicRoot });
  const below = await server(notAnAuthority, ['known.test']);
  t.equal(store([]).verify(parsed(below, notAnAuthority), 'CERT_HAS_EXPIRED', NOW).anchor, 'none');
});

t.test('certificates that sign each other in a circle have no root', async (t) => {
  const one = await authority('CN=One');
  const other = await authority('CN=Other', { issuer: one });
  const back = await authority('CN=One', { issuer: other, keys: one.keys });
  const below = await server(one, ['known.test']);
  t.equal(store([]).verify(parsed(below, back, other), 'CERT_HAS_EXPIRED', NOW).anchor, 'none');
});

t.test('a chain that verified by an unrecorded path is not public', async (t) => {
  t.equal(store([privateRoot]).verify(parsed(leaf), null, NOW).anchor, 'extra');
});

t.test('of version 1 only a root may sign', async (t) => {
  const [root, issuer, belowRoot, belowIssuer] = VERSION_1;
  const verify = (...chain: string[]) =>
    new TrustStore([root], []).verify(
      chain.map((pem) => new X509Certificate(pem)),
      'UNSPECIFIED',
      NOW,
    );
  t.equal(verify(belowRoot).anchor, 'extra');
  const refused = verify(belowIssuer, issuer);
  t.match(refused, { anchor: 'none', problems: [{ kind: 'not-a-ca', subject: 'CN=below' }] });
});

t.test('a root is trusted without basicConstraints, an intermediate is not', async (t) => {
  const root = await authority('CN=Plain Root', { ca: null });
  const intermediate = await authority('CN=Plain Intermediate', { issuer: root, ca: null });
  const verify = (...chain: Parameters<typeof parsed>) =>
    store([root]).verify(parsed(...chain), 'INVALID_CA', NOW);
  t.equal(verify(await server(root, ['known.test'])).anchor, 'extra');
  t.equal(verify(await server(intermediate, ['known.test']), intermediate).anchor, 'none');
  const denied = await authority('CN=No CA', { ca: false });
  t.equal(
    store([denied]).verify(parsed(await server(denied, ['known.test'])), 'INVALID_CA', NOW).anchor,
    'none',
  );
});

t.test('an empty chain has no root', async (t) => {
  t.equal(store([]).verify([], 'CERT_HAS_EXPIRED', NOW).anchor, 'none');
});

/** OpenSSL's result for a server, with the context of a store. */
async function verified(t: Test, trust: TrustStore, certificates: { cert: string; key: string }) {
  const { port } = await openTlsPeer(t, certificates);
  const socket = tls.connect({
    socket: net.connect(port, '127.0.0.1'),
    secureContext: trust.context,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  await once(socket, 'secureConnect');
  const { authorized } = socket;
  socket.destroy();
  return authorized;
}
type Test = Parameters<typeof openTlsPeer>[0];

t.test('one file may hold several roots, with text between them', async (t) => {
  const file = `# roots\n${publicRoot.pem}\n\nSubject: second\n${privateRoot.pem}\n`;
  const trust = new TrustStore([file], []);
  t.equal(trust.verify(parsed(leaf, issuing), null, NOW).anchor, 'extra');
  t.equal(trust.verify(parsed(leaf, crossSigned), 'CERT_HAS_EXPIRED', NOW).anchor, 'extra');
  t.equal(await verified(t, trust, identity(leaf, crossSigned)), true);
});

t.test('an issuing authority or the server’s own certificate may be trusted as it is', async (t) => {
  for (const named of [issuing, leaf]) {
    const trust = new TrustStore([named.pem], []);
    t.equal(await verified(t, trust, identity(leaf)), true);
    t.equal(trust.verify(parsed(leaf), null, NOW).anchor, 'extra');
    t.equal(trust.verify(parsed(leaf), 'CERT_HAS_EXPIRED', NOW).anchor, 'extra');
  }
});

t.test('this machine’s trust settings are ignored', async (t) => {
  const file = `${t.testdir({ 'extra.pem': privateRoot.pem })}/extra.pem`;
  const script = fileURLToPath(new URL('trusts.ts', import.meta.url));
  const { port } = await openTlsPeer(t, identity(leaf, crossSigned));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: file, SSL_CERT_FILE: file, NODE_USE_SYSTEM_CA: '1' };

  const child = spawn(process.execPath, [script, String(port)], { env });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  await once(child, 'close');
  t.same(JSON.parse(output), { theRuntime: true, failure: 'tls_untrusted', trust: 'none' });
});
