/** TLS servers after the list of badssl.com, and others that do unusual things. */
import { execFileSync, spawn } from 'node:child_process';
import { getDiffieHellman } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsOptions } from 'node:tls';
import { mapInFlight } from '../../src/run/in-flight.ts';
import { nameServer, to } from '../../test/run/peers.ts';
import { ran, targets } from '../../test/run/runs.ts';
import {
  closesAfterData,
  resetsAfterData,
  sends,
  sendsAndCloses,
  silent,
  TLS_1_0_HELLO,
  TORN_TLS_RECORD,
  tlsAlert,
} from '../../test/servers/behaviours.ts';
import { certificateFlight, smallGroupFlight } from '../../test/servers/certificate-message.ts';
import {
  authority,
  derOf,
  identity,
  type Party,
  type Request,
  server,
} from '../../test/servers/certificates.ts';
import { type Behaviour, closedPort, type Owner, openPeer, openTlsPeer } from '../../test/servers/peer.ts';
import fixtures from './fixtures/tls-servers.json' with { type: 'json' };
import { compareTarget, type Expected, withPeers } from './peers.ts';
import { openThrough, type Through } from './through.ts';
import type { Outcome, Suite } from './types.ts';

interface Case {
  readonly id: string;
  readonly host?: string;
  readonly key?: keyof typeof KEYS;
  readonly certificate?: Certificate;
  readonly serve:
    | { readonly tls: TlsOptions }
    | OpenSslServer
    | { readonly smallGroup: number }
    | { readonly bytes: keyof typeof BYTES };
  /** What stands between the client and the server. */
  readonly through?: Through;
  readonly expected: Expected;
}

interface OpenSslServer {
  readonly openssl: readonly string[];
  readonly dhBits?: keyof typeof GROUPS;
}

interface Certificate {
  readonly issuer?: 'self' | 'foreign' | 'intermediate';
  /** Sent without its issuer. */
  readonly alone?: boolean;
  readonly subject?: string;
  readonly names?: readonly string[];
  readonly nameCount?: number;
  readonly from?: number;
  readonly until?: number;
  /** Of the signature, when OpenSSL is to make it. */
  readonly digest?: string;
}

const HOST = 'known.test';
const ADDRESS = '20.60.7.7';
const AT_A_TIME = 4;

const rsa = (modulusLength: number) =>
  ({ name: 'RSASSA-PKCS1-v1_5', modulusLength, hash: 'SHA-256' }) as const;

const KEYS = {
  p256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' },
  rsa1024: rsa(1024),
  rsa2048: rsa(2048),
  rsa4096: rsa(4096),
} as const;

/** By bits: the names of Node.js for groups of IKE. */
const GROUPS = { 1024: 'modp2', 2048: 'modp14' } as const;

const BYTES = {
  'TLS 1.0 hello': sends(TLS_1_0_HELLO),
  'alert 40': sends(tlsAlert(40)),
  'closes after the ClientHello': closesAfterData,
  'resets after the ClientHello': resetsAfterData,
  'says nothing': silent,
  'stops in a record': sends(TORN_TLS_RECORD),
  HTTP: sendsAndCloses('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
  SSH: (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
  'garbage certificate': sends(certificateFlight(Buffer.alloc(200, 0x41))),
  'no certificate': sends(certificateFlight()),
} as const satisfies Record<string, Behaviour>;

export const servers: Suite = {
  name: 'servers',
  title: 'TLS servers',
  about:
    'After the list of badssl.com: versions, ciphers, small Diffie-Hellman groups, client certificates, certificates ' +
    'with 1,000 and 10,000 names; and HelloRetryRequest, no SNI, one byte at a time, fragmented records, warning ' +
    'alerts (`bench/truth/fixtures/tls-servers.json`). The servers are those of Node.js and of `openssl s_server`, and ' +
    'small ones that send bytes. A target `tls://` of the user leads to each, and its status, failure and cause are ' +
    'compared.',
  run: async () => {
    const made = await makeAuthorities();
    const cases = fixtures as unknown as readonly Case[];
    return { outcomes: await mapInFlight(cases, AT_A_TIME, (each) => compareServer(each, made)), notes: [] };
  },
};

interface Authorities {
  readonly root: Party;
  readonly foreign: Party;
  readonly intermediate: Party;
}

async function makeAuthorities(): Promise<Authorities> {
  const root = await authority('CN=Root');
  const foreign = await authority('CN=Unknown root');
  return { root, foreign, intermediate: await authority('CN=Issuing', { issuer: root }) };
}

function compareServer(one: Case, authorities: Authorities): Promise<Outcome> {
  return withPeers(async (owner) => {
    const port = await openThrough(owner, one.through, await openServer(owner, one, authorities));
    const host = one.host ?? HOST;
    const names = [
      await nameServer(owner, (name) => (name === host ? { addresses: [ADDRESS] } : { rcode: 'NXDOMAIN' })),
    ];
    const run = await ran({
      options: {
        target: targets(`tls://${host}:443`),
        timeout: one.expected.failure === 'tls_timeout' ? 1000 : 5000,
      },
      names,
      redirections: [to({ port }, ADDRESS, 443)],
      roots: [authorities.root.pem],
    });
    return compareTarget(one.id, one.expected, run.only);
  });
}

/** The port of the server itself. */
async function openServer(owner: Owner, one: Case, authorities: Authorities): Promise<number> {
  const { serve } = one;
  if ('bytes' in serve) return (await openPeer(owner, BYTES[serve.bytes])).port;
  const files = mkdtempSync(join(tmpdir(), 'truth-'));
  owner.teardown(() => rmSync(files, { recursive: true }));
  const { cert, key } = await makeCertificate(one, authorities, files);
  if ('tls' in serve) return (await openTlsPeer(owner, { cert, key, ...serve.tls })).port;
  if ('smallGroup' in serve)
    return (await openPeer(owner, sends(smallGroupFlight(derOf(cert), serve.smallGroup)))).port;
  writeFileSync(join(files, 'cert.pem'), cert);
  writeFileSync(join(files, 'key.pem'), key);
  return openOpenSsl(owner, files, serve);
}

async function makeCertificate(
  { certificate = {}, key = 'p256', host = HOST }: Case,
  { root, foreign, intermediate }: Authorities,
  files: string,
): Promise<{ cert: string; key: string }> {
  const { issuer, alone = false, names = [HOST], nameCount = names.length, digest, ...dates } = certificate;
  if (digest !== undefined) return signWith(digest, root, files);
  const more = Array.from({ length: nameCount - names.length }, (_, index) => `name-${index}.test`);
  const request = { subject: `CN=${host}`, algorithm: KEYS[key], ...dates } as Partial<Request>;
  if (issuer === 'self') {
    const own = await authority(`CN=${host}`, { ...dates });
    return identity(own);
  }
  const signer = issuer === 'foreign' ? foreign : issuer === 'intermediate' ? intermediate : root;
  const leaf = await server(signer, [...names, ...more], request);
  return issuer === 'intermediate' && !alone ? identity(leaf, intermediate) : identity(leaf);
}

/** A certificate that the root signs with this digest, by OpenSSL's own program. */
function signWith(digest: string, root: Party, files: string): { cert: string; key: string } {
  const at = (name: string): string => join(files, name);
  const { cert, key } = identity(root);
  writeFileSync(at('ca.pem'), cert);
  writeFileSync(at('ca.key'), key);
  writeFileSync(at('names'), `subjectAltName=DNS:${HOST}`);
  const openssl = (...args: readonly string[]): string =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const request = [
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${HOST}`,
  ];
  openssl(...request, '-keyout', at('leaf.key'), '-out', at('leaf.csr'));
  const signing = ['x509', '-req', `-${digest}`, '-days', '30', '-CAcreateserial', '-extfile', at('names')];
  return {
    cert: openssl(...signing, '-in', at('leaf.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key')),
    key: openssl('pkey', '-in', at('leaf.key')),
  };
}

async function openOpenSsl(owner: Owner, files: string, { openssl, dhBits }: OpenSslServer): Promise<number> {
  const port = await closedPort();
  const own = [...openssl];
  if (dhBits !== undefined) {
    const group = join(files, 'dh.pem');
    writeFileSync(group, makeGroup(dhBits));
    own.push('-dhparam', group);
  }
  const pair = ['-cert', join(files, 'cert.pem'), '-key', join(files, 'key.pem')];
  const child = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-quiet', ...pair, ...own], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  owner.teardown(() => child.kill('SIGKILL'));
  for (let tried = 0; tried < 200; tried += 1) {
    if (await isOpen(port)) return port;
    await sleep(25);
  }
  throw new Error(`openssl s_server ${own.join(' ')} does not listen`);
}

/** Parameters of Diffie-Hellman (PKCS #3): the groups of RFC 2409 and RFC 3526. */
function makeGroup(bits: keyof typeof GROUPS): string {
  const prime = getDiffieHellman(GROUPS[bits]).getPrime();
  const length = Buffer.from([0x82, 0, 0]);
  const integer = Buffer.concat([Buffer.from([0x02]), length, Buffer.from([0]), prime]);
  integer.writeUInt16BE(prime.length + 1, 2);
  const body = Buffer.concat([integer, Buffer.from([0x02, 1, 2])]);
  length.writeUInt16BE(body.length, 1);
  const text = Buffer.concat([Buffer.from([0x30]), length, body]).toString('base64');
  return `-----BEGIN DH PARAMETERS-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END DH PARAMETERS-----\n`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
