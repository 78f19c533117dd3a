/** Reaches each failure with a peer that fails in that way over real sockets. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { FAILURES, type Failure } from '../../probes/failures.ts';
import type { Protocol } from '../../probes/protocols.ts';
import { resolveAt } from '../../probes/wire/resolve.ts';
import { createSystem } from '../../probes/wire/system.ts';
import { TrustStore } from '../../probes/wire/trust.ts';
import { openSilentPort } from '../../src/lab/silent-port.ts';
import {
  closes,
  closesAfterData,
  drips,
  floods,
  resetsAfterData,
  sends,
  sendsAndCloses,
  sendsAndResets,
  silent,
  TLS_1_0_HELLO,
  TORN_TLS_RECORD,
  tlsAlert,
} from '../servers/behaviours.ts';
import { certificateFlight } from '../servers/certificate-message.ts';
import { authority, identity, server } from '../servers/certificates.ts';
import { cname, RCODES, reply, soa } from '../servers/dns-bytes.ts';
import { openDnsPeer } from '../servers/dns-peer.ts';
import { type Behaviour, closedPort, type Owner, openPeer, openTlsPeer, type Peer } from '../servers/peer.ts';
import { type Circumstances, tryOnce } from './try.ts';

/** Failures of protocols without a probe in this test. */
const LATER: readonly Failure[] = ['protocol_refused', 'udp_timeout', 'udp_refused'];

/** Failures that other tests reach: with `resolve`, a blocked thread, no free file descriptor, or a whole run. */
const ELSEWHERE: readonly Failure[] = ['tcp_reset', 'local_limit', 'unexpected', 'dns_bogus_address'];

/** ms; enough for a busy machine. */
const SHORT_MS = 1000;
const LONG_MS = 20_000;
const root = await authority('CN=Root');
const trust = new TrustStore([root.pem], []);
const NAMES = ['known.test'];
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

/** The end of the run, for one attempt. */
const end = new AbortController();

type Endpoint = Pick<Peer, 'address' | 'port'> & Partial<Pick<Peer, 'deserted'>>;

interface Case {
  readonly title: string;
  readonly protocol: Protocol;
  readonly open: (t: Owner) => Promise<Endpoint>;
  readonly failure: Failure;
  /** All steps; a cross marks a failed one. */
  readonly steps: readonly string[];
  /** Facts in spite of the failure. */
  readonly facts?: object;
  readonly circumstances?: () => Circumstances;
}

const at = (port: number): Endpoint => ({ address: '127.0.0.1', port });
const peer = (behave: Behaviour) => (t: Owner) => openPeer(t, behave);
const leafPeer = (names: readonly string[], dates?: { from?: number; until?: number }) => async (t: Owner) =>
  openTlsPeer(t, identity(await server(root, names, dates)));

const tcp = (title: string, failure: Failure, open: Case['open']): Case => ({
  ...{ title, failure, open, protocol: 'tcp', steps: ['✗connect'], facts: {} },
});

const tls = (title: string, failure: Failure, open: Case['open'], facts: object = {}): Case => ({
  ...{
    title,
    failure,
    open,
    protocol: 'tls',
    steps: ['connect', '✗tls'],
    facts: { proof: 'connect', ...facts },
  },
});

const http = (title: string, failure: Failure, behave: Behaviour, facts: object = {}): Case => ({
  ...{ title, failure, protocol: 'http', open: peer(behave) },
  ...{ steps: ['connect', '✗request'], facts: { proof: 'connect', ...facts } },
});

const CASES: readonly Case[] = [
  tcp('no answer', 'tcp_timeout', async (t) => {
    const port = await openSilentPort();
    t.teardown(() => port.close());
    return at(port.port);
  }),
  tcp('a closed port', 'tcp_refused', async () => at(await closedPort())),
  tcp('no route', 'tcp_unreachable', async () => ({ address: '255.255.255.255', port: 9 })),
  tls('a server that says nothing', 'tls_timeout', peer(silent), { bytesReceived: 0 }),
  tls('a record that never ends', 'tls_timeout', peer(sends(TORN_TLS_RECORD))),
  tls('one byte after the other', 'tls_timeout', peer(drips(TORN_TLS_RECORD, 200))),
  tls('a reset after the ClientHello', 'tls_reset', peer(resetsAfterData), { bytesReceived: 0 }),
  tls('a reset within a record', 'tls_reset', peer(sendsAndResets(TORN_TLS_RECORD))),
  tls('closed at once', 'tls_closed', peer(closes)),
  tls('closed after the ClientHello', 'tls_closed', peer(closesAfterData)),
  tls('closed within a record', 'tls_closed', peer(sendsAndCloses(TORN_TLS_RECORD)), { bytesReceived: 9 }),
  ...[40, 70, 80, 112].map((alert) =>
    tls(`alert ${alert}`, 'tls_alert', peer(sendsAndCloses(tlsAlert(alert))), { bytesReceived: 7 }),
  ),
  tls('a server without a certificate', 'tls_alert', (t) => openTlsPeer(t, {})),
  tls('a server that supports only TLS 1.0', 'tls_alert', peer(sends(TLS_1_0_HELLO))),
  tls('a certificate of 120 kB', 'tls_alert', async (t) => {
    const names = Array.from({ length: 4000 }, (_, index) => `a-rather-long-name-${index}.test`);
    return openTlsPeer(t, identity(await server(root, names)));
  }),
  tls('plain HTTP', 'tls_not_tls', peer(sends('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  tls(
    'a greeting in the clear',
    'tls_not_tls',
    peer((socket) => void socket.write('220 smtp.test ESMTP\r\n')),
  ),
  tls('zeros', 'tls_not_tls', peer(sends(new Uint8Array(64)))),
  tls(
    'garbage without end',
    'tls_not_tls',
    peer(floods('\u0016\u0003\u0003\u0040\u0000', 'garbage', 100 * 1024 * 1024)),
  ),
  tls(
    'a certificate that is not one',
    'tls_bad_certificate',
    peer(sends(certificateFlight(Buffer.from('x')))),
  ),
  {
    ...tls('an unknown authority', 'tls_untrusted', leafPeer(NAMES), { tls: { trust: 'none' } }),
    circumstances: () => ({ trust: new TrustStore([], []) }),
  },
  tls('a certificate for others', 'tls_name_mismatch', leafPeer(['other.test']), {
    tls: { nameMatches: false },
  }),
  tls('an old certificate', 'tls_expired', leafPeer(NAMES, { from: -9, until: -1 }), {
    tls: { validity: 'expired' },
  }),
  tls('a certificate of tomorrow', 'tls_not_yet_valid', leafPeer(NAMES, { from: 1 }), {
    tls: { validity: 'not-yet-valid' },
  }),
  http('no reply', 'protocol_timeout', silent, { bytesReceived: 0 }),
  http('half a head', 'protocol_timeout', sends('HTTP/1.1 200 OK\r\n')),
  http('one byte after the other', 'protocol_timeout', drips(OK, 50)),
  http('closed instead of a reply', 'protocol_closed', closesAfterData, { bytesReceived: 0 }),
  http('reset instead of a reply', 'protocol_closed', resetsAfterData, { bytesReceived: 0 }),
  http('another protocol', 'protocol_mismatch', sends('220 smtp.test ESMTP\r\n'), { bytesReceived: 21 }),
  http('a block page', 'http_blocked', sendsAndCloses('HTTP/1.1 470 Denied\r\ncontent-length: 0\r\n\r\n'), {
    http: { status: 470, blockPage: 'Azure Firewall' },
  }),
  http('a server error', 'http_unexpected', sendsAndCloses('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'), {
    http: { status: 503 },
  }),
  {
    ...tls('a handshake, and then silence', 'protocol_timeout', async (t) =>
      openTlsPeer(t, identity(await server(root, NAMES)), silent),
    ),
    protocol: 'https',
    steps: ['connect', 'tls', '✗request'],
    facts: { proof: 'certificate', tls: { trust: 'extra', nameMatches: true } },
  },
  {
    ...http('no time left', 'deadline_exceeded', (socket) => void socket.once('data', () => end.abort())),
    circumstances: () => ({ signal: end.signal }),
  },
];

t.test('one attempt each', async (t) => {
  // Certificates are created before the attempts, because that is slow.
  const opened = await Promise.all(CASES.map(async (one) => ({ ...one, endpoint: await one.open(t) })));
  const attempts = opened.map(async ({ title, protocol, endpoint, failure, steps, facts, circumstances }) => {
    const stepMs = failure.endsWith('_timeout') ? SHORT_MS : LONG_MS;
    const tried = await tryOnce(protocol, endpoint, {
      ...{ stepMs, trust, target: { host: 'known.test' } },
      ...circumstances?.(),
    });
    const name = `${protocol}: ${title}`;
    t.match(tried, { failure, steps, facts }, name);
    t.type(tried.error, 'string', name);
    t.ok(tried.ms < LONG_MS, `${name} took no longer than its timeout`);
    // Returns only when the peer has seen every connection end.
    await endpoint.deserted?.();
  });
  await Promise.all(attempts);
});

/** Failures of name resolution. */
const ANSWERS: Readonly<Partial<Record<Failure, Parameters<typeof openDnsPeer>[1]>>> = {
  dns_timeout: {},
  dns_nxdomain: { udp: (asked) => reply(asked, { rcode: RCODES.NXDOMAIN }) },
  dns_nodata: { udp: (asked) => reply(asked, { authorities: [soa('test', 'azureprivatedns.net')] }) },
  dns_servfail: { udp: (asked) => reply(asked, { rcode: RCODES.SERVFAIL }) },
  dns_refused: { udp: (asked) => reply(asked, { rcode: RCODES.REFUSED }) },
  dns_malformed: { udp: (asked) => reply(asked, { answers: [cname(asked.name, asked.name)] }) },
};

t.test('one question each', async (t) => {
  const budget = { stepMs: SHORT_MS, signal: new AbortController().signal };
  const resolve = (endpoint: Endpoint) =>
    resolveAt({ system: createSystem(), server: endpoint, budget }, 'known.test');
  for (const [failure, behaviour] of Object.entries(ANSWERS)) {
    t.match(await resolve(await openDnsPeer(t, behaviour)), { failure, addresses: { length: 0 } });
  }
  t.match(await resolve(at(await closedPort())), { failure: 'dns_unreachable', addresses: { length: 0 } });
});

t.test('a local shortage is not a network failure', async (t) => {
  const script = fileURLToPath(new URL('without-files.ts', import.meta.url));
  const child = spawnSync('sh', ['-c', 'ulimit -n 64 && exec "$0" "$1"', process.execPath, script], {
    encoding: 'utf8',
  });
  t.match(JSON.parse(child.stdout), {
    tcp: { failure: 'local_limit', error: /EMFILE/ },
    dns: { failure: 'local_limit', error: /EMFILE/ },
  });
});

t.test('no failure is omitted', async (t) => {
  const reached = new Set<string>([
    ...CASES.map(({ failure }) => failure),
    ...Object.keys(ANSWERS),
    'dns_unreachable',
    ...ELSEWHERE,
    ...LATER,
  ]);
  t.same(
    FAILURES.filter((failure) => !reached.has(failure)),
    [],
  );
});
