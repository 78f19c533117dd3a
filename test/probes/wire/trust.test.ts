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

t.test('a chain with date errors still has a root, with other errors not', async (t) => {
  const trust = store([privateRoot]);
  for (const word of ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']) {
    t.equal(trust.verify(parsed(leaf, issuing), word, NOW).anchor, 'public', word);
    t.equal(trust.verify(parsed(leaf, crossSigned), word, NOW).anchor, 'extra', word);
    t.equal(trust.verify(parsed(leaf), word, NOW).anchor, 'none', `${word}, and the issuer is missing`);
  }
  for (const word of ['SELF_SIGNED_CERT_IN_CHAIN', 'PATH_LENGTH_EXCEEDED', 'UNSPECIFIED']) {
    t.equal(trust.verify(parsed(leaf, issuing), word, NOW).anchor, 'none', word);
  }
});

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
