/** Each control as expected, anomalous and unknown, through real loopback peers. */
import net from 'node:net';
import t, { type Test } from 'tap';
import { sendsAndCloses, silent, tlsAlert } from '../../servers/behaviours.ts';
import { authority, identity, server } from '../../servers/certificates.ts';
import { type Owner, openPeer, openTlsPeer, type Peer } from '../../servers/peer.ts';
import { nameServer, to } from '../peers.ts';
import { controlOf, IMPATIENT, ran, serverAddress, targets } from '../runs.ts';

const target = targets('tcp://a.example:80');

t.test('random names: denied, as expected', async (t) => {
  const names = await nameServer(t, () => ({ rcode: 'NXDOMAIN' }));
  const run = await ran({ options: { target }, names: [names] });
  t.match(controlOf(run, 'dns-random-name'), { outcome: 'expected', detail: { answers: { length: 0 } } });
  const asked = names.questions.filter((question) => /^A x[0-9a-f]{16}\./.test(question));
  t.ok(asked.length >= 8, 'one under each service suffix');
  t.ok(asked.some((question) => question.endsWith('.blob.core.windows.net')));
  t.equal(new Set(asked).size, asked.length);
});

t.test('random names: an answer for one is forged', async (t) => {
  const honest = await nameServer(t, () => ({ rcode: 'NXDOMAIN' }));
  const inventing = await nameServer(t, (name) =>
    name.endsWith('.vault.azure.net') ? { addresses: ['10.66.0.1'] } : { rcode: 'NXDOMAIN' },
  );
  const { outcome, detail } = controlOf(
    await ran({ options: { target }, names: [honest, inventing] }),
    'dns-random-name',
  );
  t.equal(outcome, 'anomalous');
  t.equal(detail.answers.length, 1);
  t.match(detail.answers, [{ server: serverAddress(1), rcode: 'NOERROR', addresses: ['10.66.0.1'] }]);
  t.match(detail.text, /^x[0-9a-f]{16}\.vault\.azure\.net does not exist, but 10\.255\.0\.2 answers with/);
});

t.test('random names: timeouts and refusals are inconclusive', async (t) => {
  const servers = [await nameServer(t, () => 'silence'), await nameServer(t, () => ({ rcode: 'SERVFAIL' }))];
  const run = await ran({ options: { target, ...IMPATIENT }, names: servers });
  t.equal(controlOf(run, 'dns-random-name').outcome, 'unknown');
  t.equal(controlOf(await ran({ options: { target } }), 'dns-random-name').outcome, 'unknown', 'no server');
});

t.test('the reserved address: refused or timed out, as expected', async (t) => {
  const { outcome, detail } = controlOf(await ran({ options: { target } }), 'tcp-reserved-address');
  t.equal(outcome, 'expected');
  t.match(detail, { address: '192.0.2.1:443', connected: false, failure: 'tcp_refused' });
});

t.test('the reserved address: a connection is anomalous', async (t) => {
  const proxy = await openPeer(t, silent);
  const run = await ran({
    options: {
      target: targets('tcp://20.60.1.4:1433', 'tcp://10.0.0.1:1433', 'tcp://20.60.1.5:1434'),
    },
    redirections: [to(proxy, '192.0.2.1', 443), to(proxy, null, 1433)],
  });
  t.match(controlOf(run, 'tcp-reserved-address'), {
    outcome: 'anomalous',
    detail: { connected: true, failure: null, text: /192\.0\.2\.1:443 is a reserved address/ },
  });
  t.match(
    run.targets.map(({ id, status, reason }) => [id, status, reason]),
    [
      ['custom/10.0.0.1:1433', 'reachable', null],
      ['custom/20.60.1.4:1433', 'untested', /^a completed TCP connection proves nothing here/],
      ['custom/20.60.1.5:1434', 'unreachable', null],
    ],
    'a public address that only took the connection is taken back',
  );
});

t.test('Azure DNS: asked for the names of the plan when it is not configured', async (t) => {
  const azure = await nameServer(t, (name) =>
    name === 'a.example' ? { addresses: ['10.0.0.1'], cname: 'real.example' } : { rcode: 'NXDOMAIN' },
  );
  const names = await nameServer(t, () => ({ rcode: 'SERVFAIL' }));
  const options = { target: targets('tcp://a.example:80', 'tcp://A.example:81', 'tcp://b.example:80') };
  const run = await ran({ options, names: [names], redirections: [to(azure, '168.63.129.16', 53)] });
  const { outcome, detail } = controlOf(run, 'azure-dns');
  t.equal(outcome, 'expected');
  t.equal(detail.text, '168.63.129.16, asked directly, resolves 1 of 2 names');
  t.match(detail.answers, [
    { name: 'a.example', rcode: 'NOERROR', addresses: ['10.0.0.1'], cname: ['real.example'] },
    { name: 'b.example', rcode: 'NXDOMAIN', addresses: { length: 0 } },
  ]);
});

t.test('Azure DNS: other answers', async (t) => {
  const denying = await nameServer(t, () => ({ rcode: 'NXDOMAIN' }));
  const denied = await ran({ options: { target }, redirections: [to(denying, '168.63.129.16', 53)] });
  t.match(controlOf(denied, 'azure-dns'), {
    outcome: 'unknown',
    detail: { text: '168.63.129.16, asked directly, answers and resolves none of 1 names' },
  });
  const silent = await ran({ options: { target } });
  t.match(controlOf(silent, 'azure-dns'), { outcome: 'unknown', detail: { text: /did not answer/ } });
});

t.test('Azure DNS: not asked when it is configured, nor when there is nothing to ask', async (t) => {
  const azure = await nameServer(t, () => ({ addresses: ['10.0.0.1'] }));
  const servers = [{ address: '168.63.129.16', port: 53 }];
  const configured = await ran({
    options: { target },
    survey: { servers },
    redirections: [to(azure, '168.63.129.16', 53)],
  });
  t.notOk(configured.controls.some(({ name }) => name === 'azure-dns'));
  const nameless = await ran({ options: { target: targets('tcp://10.0.0.1:80') } });
  t.notOk(nameless.controls.some(({ name }) => name === 'azure-dns'));
  t.notOk([...nameless.system.wanted].some((way) => way.includes('168.63.129.16')));
});

t.test('Azure DNS: of very many names only the first are asked', async (t) => {
  const azure = await nameServer(t, () => ({ addresses: ['10.0.0.1'] }));
  const urls = targets(...Array.from({ length: 230 }, (_, index) => `tcp://h${index}.example:80`));
  const run = await ran({
    options: { target: urls },
    redirections: [to(azure, '168.63.129.16', 53)],
  });
  const { detail } = controlOf(run, 'azure-dns');
  t.equal(detail.answers.length, 200);
  t.equal(detail.text, '168.63.129.16, asked directly, resolves 200 of the first 200 of 230 names');
});

t.test('another name: not tried when no handshake was cut', async (t) => {
  const run = await ran({ options: { target: targets('tls://10.0.0.1:443') } });
  t.equal(run.only.failure, 'tcp_refused');
  t.notOk(run.controls.some(({ name }) => name === 'tls-other-name'));
});

const NAMES = ['cut.example', 'allowed.example'];
const issuer = await authority('CN=Test root');
const certificate = identity(await server(issuer, NAMES));

/** A TLS server behind a firewall that cuts selected hellos. */
async function firewall(t: Owner, cuts: (hello: string) => boolean): Promise<Peer> {
  const { port } = await openTlsPeer(t, certificate);
  return openPeer(t, (socket) => {
    socket.once('data', (hello) => {
      if (cuts(hello.toString('latin1'))) {
        socket.destroy();
        return;
      }
      const behind = net.connect(port, '127.0.0.1');
      behind.on('error', () => socket.destroy());
      socket.on('close', () => behind.destroy());
      behind.write(hello);
      socket.pipe(behind).pipe(socket);
    });
  });
}

t.test('another name: a firewall that filters by name lets it through', async (t) => {
  const peer = await firewall(t, (hello) => hello.includes('cut.example'));
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('tls://cut.example:443') },
    names: [names],
    redirections: [to(peer, 'cut.example', 443)],
  });
  t.match(run.only, { status: 'unreachable', failure: 'tls_closed' });
  const others = run.controls.flatMap((control) => (control.name === 'tls-other-name' ? [control] : []));
  t.match(
    others.map(({ outcome, detail }) => [outcome, detail.serverName, detail.wentFurther, detail.failure]),
    [
      ['anomalous', null, true, null],
      ['anomalous', 'www.microsoft.com', true, null],
    ],
  );
  t.equal(others[0]?.detail.target, 'custom/cut.example:443');
  t.equal(others[0]?.detail.text, '20.60.1.4:443, where TLS for cut.example was cut, answers without a name');
});

t.test('another name: a name that passed is preferred', async (t) => {
  const peer = await firewall(t, (hello) => hello.includes('cut.example'));
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('tls://allowed.example:443', 'tls://cut.example:443') },
    names: [names],
    redirections: [to(peer, '20.60.1.4', 443)],
    roots: [issuer.pem],
  });
  t.same(
    run.targets.map(({ status }) => status),
    ['reachable', 'unreachable'],
  );
  const others = run.controls.flatMap((control) => (control.name === 'tls-other-name' ? [control] : []));
  t.same(
    others.map(({ detail }) => detail.serverName),
    [null, 'allowed.example'],
  );
});

t.test('another name: a device that cuts every handshake does not filter by name', async (t) => {
  const peer = await firewall(t, () => true);
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('tls://cut.example:443') },
    names: [names],
    redirections: [to(peer, 'cut.example', 443)],
  });
  const others = run.controls.flatMap((control) => (control.name === 'tls-other-name' ? [control] : []));
  t.match(
    others.map(({ outcome, detail }) => [outcome, detail.wentFurther, detail.failure]),
    [
      ['expected', false, 'tls_closed'],
      ['expected', false, 'tls_closed'],
    ],
  );
  t.match(others[1]?.detail.text, /does not answer with the name www\.microsoft\.com$/);
});

t.test('another name: not for protocols that negotiate TLS', async (t) => {
  const prelogin = Buffer.from('0401001a00000100' + '00000b00060100110001ff' + '0c0007d0000003', 'hex');
  const peer = await openPeer(t, (socket) => {
    socket.once('data', () => {
      socket.write(prelogin);
      socket.once('data', () => socket.end());
    });
  });
  const run = await ran({
    options: { target: targets('tds://10.0.0.9:1433') },
    redirections: [to(peer, '10.0.0.9', 1433)],
  });
  t.match(run.only, { status: 'unreachable', failure: 'tls_closed' });
  t.notOk(run.controls.some(({ name }) => name === 'tls-other-name'));
});

/** A server that answers names with `refused` in them in one way, and all others in another. */
function byName(
  t: Owner,
  refused: (socket: net.Socket) => void,
  other: (socket: net.Socket) => void,
): Promise<Peer> {
  return openPeer(t, (socket) => {
    socket.once('data', (hello) => (hello.toString('latin1').includes('refused') ? refused : other)(socket));
  });
}

t.test('another name: the alert of a server is an answer', async (t) => {
  const peer = await byName(
    t,
    (socket) => socket.destroy(),
    (socket) => socket.end(tlsAlert(112)),
  );
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('tls://refused.example:443') },
    names: [names],
    redirections: [to(peer, null, 443)],
  });
  const [other] = run.controls.filter(({ name }) => name === 'tls-other-name');
  t.match(other, { outcome: 'anomalous', detail: { wentFurther: true, failure: 'tls_alert' } });
});

t.test('another name: an alert for one name and the same for others is no filter', async (t) => {
  for (const number of [40, 49]) {
    const peer = await openPeer(t, sendsAndCloses(tlsAlert(number)));
    const run = await ran({
      options: { target: targets('tls://10.0.0.1:443') },
      redirections: [to(peer, '10.0.0.1', 443)],
    });
    t.match(run.only, { failure: 'tls_alert', attempts: [{ facts: { tlsAlert: number } }] });
    const [other] = run.controls.filter(({ name }) => name === 'tls-other-name');
    t.match(other, { outcome: 'expected', detail: { wentFurther: false, failure: 'tls_alert' } });
  }
});

t.test('another name: an alert of a device for one name', async (t) => {
  const service = await firewall(t, () => false);
  for (const number of [40, 49]) {
    const peer = await openPeer(t, (socket) => {
      socket.once('data', (hello) => {
        if (hello.toString('latin1').includes('refused')) socket.end(tlsAlert(number));
        else {
          const behind = net.connect(service.port, '127.0.0.1');
          behind.write(hello);
          socket.on('close', () => behind.destroy());
          socket.pipe(behind).pipe(socket);
        }
      });
    });
    const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
    const run = await ran({
      options: { target: targets('tls://refused.example:443') },
      names: [names],
      redirections: [to(peer, null, 443)],
    });
    const [other] = run.controls.filter(({ name }) => name === 'tls-other-name');
    t.match(other, { outcome: 'anomalous', detail: { wentFurther: true, failure: null } });
  }
});

t.test('another name: unrecognized_name is the answer of the user’s own server', async (t) => {
  const peer = await openPeer(t, sendsAndCloses(tlsAlert(112)));
  const run = await ran({
    options: { target: targets('tls://10.0.0.1:443') },
    redirections: [to(peer, '10.0.0.1', 443)],
  });
  t.match(run.only, { failure: 'tls_alert', attempts: [{ facts: { tlsAlert: 112 } }] });
  t.notOk(run.controls.some(({ name }) => name === 'tls-other-name'));
});

t.test('another name: a network that works again does not filter', async (t) => {
  let cuts = 1;
  const peer = await firewall(t, () => {
    cuts -= 1;
    return cuts >= 0;
  });
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('tls://cut.example:443') },
    names: [names],
    redirections: [to(peer, 'cut.example', 443)],
  });
  const [other] = run.controls.flatMap((control) => (control.name === 'tls-other-name' ? [control] : []));
  t.match(other, { outcome: 'expected', detail: { wentFurther: false, failure: null } });
  t.match(other?.detail.text, /answers without a name, and now with the name cut\.example too$/);
});

t.test('another name: tried for a few of many cut targets', async (t) => {
  const peer = await firewall(t, () => true);
  const urls = targets(...Array.from({ length: 20 }, (_, index) => `tls://10.0.0.${index + 1}:443`));
  const run = await ran({ options: { target: urls }, redirections: [to(peer, null, 443)] });
  t.equal(run.controls.filter(({ name }) => name === 'tls-other-name').length, 16);
});

/** A run against one public address, behind a firewall that cuts selected hellos. */
async function ranLarge(t: Test, cuts: (hello: string) => boolean) {
  const peer = await firewall(t, cuts);
  const names = await nameServer(t, () => ({ addresses: ['20.60.1.4'] }));
  const run = await ran({
    options: { target: targets('tls://allowed.example:443') },
    names: [names],
    redirections: [to(peer, '20.60.1.4', 443)],
    roots: [issuer.pem],
  });
  t.equal(run.only.status, 'reachable');
  return controlOf(run, 'tls-large-hello');
}

t.test('a large hello: where it passes, one handshake is enough', async (t) => {
  t.match(await ranLarge(t, () => false), {
    outcome: 'expected',
    detail: {
      text: '20.60.1.4:443 (allowed.example) takes a ClientHello of two segments',
      tries: [{ hello: 'large', failure: null }],
    },
  });
});

t.test('a large hello: a device that refuses its length', async (t) => {
  // The length of the TLS record (RFC 8446, section 5.1), as a device reads it from the first segment.
  const control = await ranLarge(t, (hello) => Buffer.from(hello, 'latin1').readUInt16BE(3) > 1200);
  t.match(control, {
    outcome: 'anomalous',
    detail: {
      text: /takes a small ClientHello and not one of two segments; in segments of 500 bytes it fails too$/,
      target: 'custom/allowed.example:443',
      address: '20.60.1.4',
    },
  });
  t.same(
    control.detail.tries.map(({ hello, failure }) => [hello, failure === null]),
    [
      ['large', false],
      ['small', true],
      ['large', false],
      ['segments', false],
    ],
  );
});

t.test('a large hello: chance gives no result', async (t) => {
  let large = 0;
  const control = await ranLarge(t, (hello) => {
    large += hello.length > 600 ? 1 : 0;
    return hello.length > 600 && large === 1;
  });
  t.equal(control.outcome, 'unknown');
  t.equal(control.detail.tries.length, 3);
});

t.test('a large hello: not sent where nothing public passed', async (t) => {
  const run = await ran({ options: { target: targets('tls://10.0.0.1:443') } });
  t.notOk(run.controls.some(({ name }) => name === 'tls-large-hello'));
});

/** A TLS server whose replies of more than `most` bytes are lost, and all that follow them. */
async function narrowPath(t: Owner, most: number): Promise<Peer> {
  const { port } = await openTlsPeer(t, certificate);
  return openPeer(t, (socket) => {
    const behind = net.connect(port, '127.0.0.1');
    let lost = false;
    behind.on('error', () => socket.destroy());
    behind.on('end', () => socket.end());
    socket.on('close', () => behind.destroy());
    socket.pipe(behind);
    behind.on('data', (reply) => {
      lost ||= reply.length > most;
      if (!lost) socket.write(reply);
    });
  });
}

t.test('packet size: small replies arrive and large ones do not', async (t) => {
  const peer = await narrowPath(t, 100);
  const run = await ran({
    options: { ...IMPATIENT, target: targets('tls://20.60.1.4:443', 'tls://20.60.1.4:5671') },
    redirections: [to(peer, '20.60.1.4', 443), to(peer, '20.60.1.4', 5671)],
  });
  const sizes = run.controls.filter(({ name }) => name === 'packet-size');
  t.match(sizes, [
    {
      outcome: 'anomalous',
      detail: {
        address: '20.60.1.4',
        tries: [
          { reply: 'small', failure: 'tls_alert', bytesReceived: 7 },
          { reply: 'large', failure: 'tls_timeout', bytesReceived: 0 },
          { reply: 'small', failure: 'tls_alert', bytesReceived: 7 },
        ],
      },
    },
  ]);
  t.equal(sizes.length, 1, 'once for an address');
});

t.test(
  'packet size: silence of any size is another cause, and without silence nothing is asked',
  async (t) => {
    const mute = await openPeer(t, silent);
    const run = await ran({
      options: { ...IMPATIENT, target: targets('tls://20.60.1.4:443') },
      redirections: [to(mute, '20.60.1.4', 443)],
    });
    t.match(controlOf(run, 'packet-size'), {
      outcome: 'expected',
      detail: { tries: [{ reply: 'small', failure: 'tls_timeout', bytesReceived: 0 }] },
    });
    const closing = await firewall(t, () => true);
    const cut = await ran({
      options: { target: targets('tls://20.60.1.4:443') },
      redirections: [to(closing, '20.60.1.4', 443)],
    });
    t.notOk(cut.controls.some(({ name }) => name === 'packet-size'));
  },
);

t.test('packet size: a network that works again loses nothing', async (t) => {
  const lost = await openPeer(t, silent);
  const { port } = await openTlsPeer(t, certificate);
  let silences = 1;
  const peer = await openPeer(t, (socket) => {
    silences -= 1;
    const behind = net.connect(silences >= 0 ? lost.port : port, '127.0.0.1');
    behind.on('error', () => socket.destroy());
    socket.on('close', () => behind.destroy());
    socket.pipe(behind).pipe(socket);
  });
  const run = await ran({
    options: { ...IMPATIENT, target: targets('tls://20.60.1.4:443') },
    redirections: [to(peer, '20.60.1.4', 443)],
  });
  const control = controlOf(run, 'packet-size');
  t.equal(control.outcome, 'expected');
  t.match(control.detail.tries.at(-1), { reply: 'large', failure: null });
});
